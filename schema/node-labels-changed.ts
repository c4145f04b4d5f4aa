import { Field, ObjectType } from "type-graphql";
import { ChangeReason } from "./change-reason.ts";
import { ClusterNode } from "./cluster-node.ts";
import { KeyValue } from "./key-value.ts";

@ObjectType({ description: "A label whose value changed.", simpleResolvers: true })
export class LabelChange {
  @Field(() => String, { description: "Key." })
  readonly key!: string;

  @Field(() => String, { description: "Value before." })
  readonly old!: string;

  @Field(() => String, { description: "Value after." })
  readonly new!: string;
}

@ObjectType({ description: "Labels of one node changed.", simpleResolvers: true })
export class NodeLabelsChanged {
  @Field(() => ClusterNode, { description: "The node, after the change." })
  readonly node!: ClusterNode;

  @Field(() => [KeyValue], { description: "Labels that were not there." })
  readonly added!: readonly KeyValue[];

  @Field(() => [KeyValue], { description: "Labels that are gone, with their last values." })
  readonly removed!: readonly KeyValue[];

  @Field(() => [LabelChange], { description: "Labels with another value." })
  readonly changed!: readonly LabelChange[];

  @Field(() => ChangeReason, {
    description:
      "CHANGED; ENTERED_FILTER never; SYNTHESISED where found by a relist. A new node is CHANGED with all its labels added.",
  })
  readonly reason!: ChangeReason;

  @Field(() => String, {
    nullable: true,
    description:
      "Field manager that wrote them: 'kubectl-label', 'fleetgraph-geolabeler'; null where not known or several.",
  })
  readonly manager!: string | null;

  @Field(() => String, { description: "Position after this message." })
  readonly cursor!: string;
}
