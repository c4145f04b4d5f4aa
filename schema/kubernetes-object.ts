import { Field, ID, Int, InterfaceType } from "type-graphql";
import { KeyValue } from "./key-value.ts";
import { Node } from "./node.ts";
import { ObjectSource } from "./object-source.ts";
import { OwnerReference } from "./owner-reference.ts";
import { DateTime } from "./scalars/date-time.ts";

@InterfaceType({
  description: "Any object of any kind in any cluster. Match on this, never on GenericResource.",
  implements: [Node],
})
export abstract class KubernetesObject implements Node {
  @Field(() => ID, {
    description:
      "Opaque and stable: names the origin's cluster, API group, kind, namespace and name; the same before, during and after a move and after re-creation.",
  })
  readonly id!: string;

  @Field(() => String, { description: "metadata.uid: changes when the object is re-created." })
  readonly uid!: string;

  @Field(() => String, { description: "Group and version as in a manifest: 'v1', 'apps/v1'." })
  readonly apiVersion!: string;

  @Field(() => String, { description: "Kind as in a manifest: 'Pod'." })
  readonly kind!: string;

  @Field(() => String, { description: "metadata.name." })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "metadata.namespace; null for a cluster-scoped object." })
  readonly namespace!: string | null;

  @Field(() => [KeyValue], { description: "metadata.labels, by key." })
  readonly labels!: readonly KeyValue[];

  @Field(() => [KeyValue], {
    description: "metadata.annotations, by key; without kubectl.kubernetes.io/last-applied-configuration.",
  })
  readonly annotations!: readonly KeyValue[];

  @Field(() => DateTime, { description: "metadata.creationTimestamp." })
  readonly createdAt!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: "When deletion was asked for; null unless the object is terminating.",
  })
  readonly deletionTimestamp!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "metadata.generation: rises with each change of spec; null where the kind has none.",
  })
  readonly generation!: number | null;

  @Field(() => String, { description: "metadata.resourceVersion: opaque, comparable for equality only." })
  readonly resourceVersion!: string;

  @Field(() => [OwnerReference], { description: "metadata.ownerReferences, the controller first." })
  readonly owners!: readonly OwnerReference[];

  @Field(() => ObjectSource, { description: "How this state was obtained." })
  readonly source!: ObjectSource;

  @Field(() => DateTime, {
    description: "When this version entered the store; constant for a version. For the age of the data see readStates.",
  })
  readonly observedAt!: string;
}
