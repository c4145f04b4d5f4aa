import { Field, ObjectType } from "type-graphql";
import { Condition } from "./condition.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";

@ObjectType({ description: "A namespace of one cluster.", implements: [Node, KubernetesObject], simpleResolvers: true })
export class Namespace extends KubernetesObject {
  @Field(() => String, { nullable: true, description: "Always null: cluster-scoped." })
  override readonly namespace!: null;

  @Field(() => String, { description: "'Active' or 'Terminating'." })
  readonly phase!: string;

  @Field(() => [Condition], { description: "status.conditions." })
  readonly conditions!: readonly Condition[];
}
