import { Field, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A ReplicaSet.", implements: [Node, KubernetesObject, Workload], simpleResolvers: true })
export class ReplicaSet extends Workload {
  @Field(() => Int, { description: "Pods ready for minReadySeconds." })
  readonly availableReplicas!: number;
}
