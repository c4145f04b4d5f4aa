import { Field, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A StatefulSet.", implements: [Node, KubernetesObject, Workload], simpleResolvers: true })
export class StatefulSet extends Workload {
  @Field(() => Int, { description: "Pods of the newest revision." })
  readonly updatedReplicas!: number;

  @Field(() => Int, { description: "Pods ready for minReadySeconds." })
  readonly availableReplicas!: number;

  @Field(() => String, { nullable: true, description: "spec.serviceName." })
  readonly serviceName!: string | null;
}
