import { Field, Int, InterfaceType } from "type-graphql";
import { Condition } from "./condition.ts";
import { Health } from "./health.ts";
import { KeyValue } from "./key-value.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";

@InterfaceType({
  description: "What runs pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob.",
  implements: [Node, KubernetesObject],
})
export abstract class Workload extends KubernetesObject {
  @Field(() => String, { description: "metadata.namespace." })
  override readonly namespace!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "Pods wanted: spec.replicas, desiredNumberScheduled of a DaemonSet, parallelism of a Job; null for a CronJob.",
  })
  readonly replicas!: number | null;

  @Field(() => Int, { description: "Pods ready, as the controller last reported." })
  readonly readyReplicas!: number;

  @Field(() => Health, { description: "Computed from roll-out and pods." })
  readonly health!: Health;

  @Field(() => [Condition], { description: "status.conditions." })
  readonly conditions!: readonly Condition[];

  @Field(() => [String], { description: "Container images of the pod template, in order, without repeats." })
  readonly images!: readonly string[];

  @Field(() => [KeyValue], {
    description: "Labels that pods must have (matchLabels); for matchExpressions see manifest.",
  })
  readonly selector!: readonly KeyValue[];
}
