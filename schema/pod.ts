import { Field, Int, ObjectType } from "type-graphql";
import { Condition } from "./condition.ts";
import { ConfigReference } from "./config-reference.ts";
import { Container } from "./container.ts";
import { Health } from "./health.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { ResourceList } from "./resource-list.ts";
import { DateTime } from "./scalars/date-time.ts";

@ObjectType({ description: "A pod.", implements: [Node, KubernetesObject], simpleResolvers: true })
export class Pod extends KubernetesObject {
  @Field(() => String, { description: "metadata.namespace." })
  override readonly namespace!: string;

  @Field(() => String, { description: "status.phase: 'Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'." })
  readonly phase!: string;

  @Field(() => String, {
    description: "What kubectl prints under STATUS: 'Running', 'CrashLoopBackOff', 'Init:0/1', 'Terminating'.",
  })
  readonly reason!: string;

  @Field(() => String, { nullable: true, description: "status.message." })
  readonly message!: string | null;

  @Field(() => Boolean, { description: "Condition Ready is 'True'." })
  readonly ready!: boolean;

  @Field(() => Int, { description: "First figure of kubectl's READY; sidecars count." })
  readonly readyContainers!: number;

  @Field(() => Int, { description: "Second figure of kubectl's READY." })
  readonly totalContainers!: number;

  @Field(() => Int, { description: "Sum as under kubectl's RESTARTS." })
  readonly restarts!: number;

  @Field(() => DateTime, { nullable: true, description: "End of the latest restarted run; null where none restarted." })
  readonly lastRestartAt!: string | null;

  @Field(() => Health, { description: "Computed from phase and containers." })
  readonly health!: Health;

  @Field(() => String, { nullable: true, description: "status.podIP; null until it has one." })
  readonly ip!: string | null;

  @Field(() => [String], { description: "status.podIPs." })
  readonly ips!: readonly string[];

  @Field(() => String, { nullable: true, description: "spec.nodeName; null until scheduled." })
  readonly nodeName!: string | null;

  @Field(() => String, { nullable: true, description: "spec.serviceAccountName." })
  readonly serviceAccountName!: string | null;

  @Field(() => String, { nullable: true, description: "spec.priorityClassName." })
  readonly priorityClassName!: string | null;

  @Field(() => String, { nullable: true, description: "'Guaranteed', 'Burstable', 'BestEffort'." })
  readonly qosClass!: string | null;

  @Field(() => DateTime, { nullable: true, description: "status.startTime: when the kubelet took it." })
  readonly startedAt!: string | null;

  @Field(() => ResourceList, {
    description:
      "Effective requests, as the scheduler counts: the larger of init and running containers, sidecars and overhead included; zero when finished.",
  })
  readonly requests!: ResourceList;

  @Field(() => ResourceList, {
    description: "Effective limits, by the same sum; a resource is null where a container has no limit for it.",
  })
  readonly limits!: ResourceList;

  @Field(() => [Container], {
    description: "All containers: init and sidecars first, then regular, then ephemeral, each in order of the spec.",
  })
  readonly containers!: readonly Container[];

  @Field(() => [Condition], { description: "status.conditions." })
  readonly conditions!: readonly Condition[];

  @Field(() => [ConfigReference], { description: "ConfigMaps and Secrets it names, once each." })
  readonly configReferences!: readonly ConfigReference[];
}
