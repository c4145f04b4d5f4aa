import { Field, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A Deployment.", implements: [Node, KubernetesObject, Workload], simpleResolvers: true })
export class Deployment extends Workload {
  @Field(() => Int, { description: "Pods of the newest template." })
  readonly updatedReplicas!: number;

  @Field(() => Int, { description: "Pods ready for minReadySeconds." })
  readonly availableReplicas!: number;

  @Field(() => Boolean, { description: "spec.paused: roll-out is held." })
  readonly paused!: boolean;

  @Field(() => String, { description: "'RollingUpdate' or 'Recreate'." })
  readonly strategy!: string;

  @Field(() => Int, {
    nullable: true,
    description: "Annotation deployment.kubernetes.io/revision; null until the controller has seen it.",
  })
  readonly revision!: number | null;
}
