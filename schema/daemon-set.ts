import { Field, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A DaemonSet.", implements: [Node, KubernetesObject, Workload], simpleResolvers: true })
export class DaemonSet extends Workload {
  @Field(() => Int, { description: "Nodes that run the newest template." })
  readonly updatedReplicas!: number;

  @Field(() => Int, { description: "Nodes whose pod is available." })
  readonly availableReplicas!: number;

  @Field(() => Int, { description: "Nodes that run it and should not." })
  readonly misscheduledReplicas!: number;
}
