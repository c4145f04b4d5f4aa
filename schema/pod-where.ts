import { Field, InputType } from "type-graphql";
import { ConfigReferenceListWhere } from "./config-reference-where.ts";
import { ContainerListWhere } from "./container-where.ts";
import { GeoWhere } from "./geo-where.ts";
import { HealthWhere } from "./health-where.ts";
import { NamespacedConditions, ObjectConditions } from "./object-conditions.ts";
import { BooleanPredicate, IntPredicate, StringPredicate, TimePredicate } from "./predicates.ts";
import { ResourceListWhere } from "./resource-list-where.ts";
import { TaintListWhere } from "./taint-where.ts";
import { And, None, Not, Or, Some } from "./where-logic.ts";

@InputType({ description: "Condition on a list of pods; both hold where both are set." })
export class PodListWhere {
  @Some(() => PodWhere)
  readonly some?: PodWhere | null;

  @None(() => PodWhere)
  readonly none?: PodWhere | null;
}

@InputType({
  description:
    "Conditions on pods; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class PodWhere extends NamespacedConditions {
  @And(() => PodWhere)
  readonly and?: readonly PodWhere[] | null;

  @Or(() => PodWhere)
  readonly or?: readonly PodWhere[] | null;

  @Not(() => PodWhere)
  readonly not?: PodWhere | null;

  @Field(() => StringPredicate, {
    nullable: true,
    description: "Pod.phase: 'Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'.",
  })
  readonly phase?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Pod.reason, kubectl's STATUS: 'CrashLoopBackOff'." })
  readonly reason?: StringPredicate | null;

  @Field(() => BooleanPredicate, { nullable: true, description: "Pod.ready." })
  readonly ready?: BooleanPredicate | null;

  @Field(() => IntPredicate, { nullable: true, description: "Pod.restarts, of all containers together." })
  readonly restarts?: IntPredicate | null;

  @Field(() => HealthWhere, { nullable: true, description: "Pod.health." })
  readonly health?: HealthWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Pod.ip; null = has none yet." })
  readonly ip?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Pod.nodeName; null = not scheduled." })
  readonly nodeName?: StringPredicate | null;

  @Field(() => ClusterNodeWhere, { nullable: true, description: "Its node; null = has none that may be seen." })
  readonly node?: ClusterNodeWhere | null;

  @Field(() => WorkloadWhere, { nullable: true, description: "Top of its controller chain; null = a bare pod." })
  readonly workload?: WorkloadWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Pod.serviceAccountName." })
  readonly serviceAccountName?: StringPredicate | null;

  @Field(() => TimePredicate, { nullable: true, description: "Pod.startedAt; null = not started." })
  readonly startedAt?: TimePredicate | null;

  @Field(() => ResourceListWhere, { nullable: true, description: "Effective requests." })
  readonly requests?: ResourceListWhere | null;

  @Field(() => ResourceListWhere, { nullable: true, description: "Effective limits." })
  readonly limits?: ResourceListWhere | null;

  @Field(() => ContainerListWhere, {
    nullable: true,
    description: "Its containers, those of init and sidecars among them.",
  })
  readonly containers?: ContainerListWhere | null;

  @Field(() => ConfigReferenceListWhere, { nullable: true, description: "The ConfigMaps and Secrets it names." })
  readonly configReferences?: ConfigReferenceListWhere | null;
}

@InputType({
  description:
    "Conditions on nodes; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class ClusterNodeWhere extends ObjectConditions {
  @And(() => ClusterNodeWhere)
  readonly and?: readonly ClusterNodeWhere[] | null;

  @Or(() => ClusterNodeWhere)
  readonly or?: readonly ClusterNodeWhere[] | null;

  @Not(() => ClusterNodeWhere)
  readonly not?: ClusterNodeWhere | null;

  @Field(() => BooleanPredicate, { nullable: true, description: "ClusterNode.ready." })
  readonly ready?: BooleanPredicate | null;

  @Field(() => BooleanPredicate, { nullable: true, description: "ClusterNode.schedulable; false = cordoned." })
  readonly schedulable?: BooleanPredicate | null;

  @Field(() => HealthWhere, { nullable: true, description: "ClusterNode.health." })
  readonly health?: HealthWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "ClusterNode.kubeletVersion: 'v1.34.1'." })
  readonly kubeletVersion?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "ClusterNode.architecture: 'arm64'." })
  readonly architecture?: StringPredicate | null;

  @Field(() => GeoWhere, { nullable: true, description: "geo; null = has no place." })
  readonly geo?: GeoWhere | null;

  @Field(() => TaintListWhere, { nullable: true, description: "Its taints." })
  readonly taints?: TaintListWhere | null;

  @Field(() => ResourceListWhere, { nullable: true, description: "What it has." })
  readonly capacity?: ResourceListWhere | null;

  @Field(() => ResourceListWhere, { nullable: true, description: "What it has for pods." })
  readonly allocatable?: ResourceListWhere | null;

  @Field(() => PodListWhere, { nullable: true, description: "Its pods, of those the caller may see." })
  readonly pods?: PodListWhere | null;
}

@InputType({
  description:
    "Conditions on workloads; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class WorkloadWhere extends NamespacedConditions {
  @And(() => WorkloadWhere)
  readonly and?: readonly WorkloadWhere[] | null;

  @Or(() => WorkloadWhere)
  readonly or?: readonly WorkloadWhere[] | null;

  @Not(() => WorkloadWhere)
  readonly not?: WorkloadWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Kind as in a manifest: 'Deployment'." })
  readonly kind?: StringPredicate | null;

  @Field(() => IntPredicate, { nullable: true, description: "Workload.replicas, pods wanted." })
  readonly replicas?: IntPredicate | null;

  @Field(() => IntPredicate, { nullable: true, description: "Workload.readyReplicas." })
  readonly readyReplicas?: IntPredicate | null;

  @Field(() => HealthWhere, { nullable: true, description: "Workload.health." })
  readonly health?: HealthWhere | null;

  @Field(() => PodListWhere, { nullable: true, description: "Its pods, of those the caller may see." })
  readonly pods?: PodListWhere | null;
}
