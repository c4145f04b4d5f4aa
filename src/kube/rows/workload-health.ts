import { toCount, toInt, toRecord, toText, toTime } from "../read-json.ts";
import { findCondition } from "./conditions.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { Condition } from "./conditions.ts";
import type { Health, HealthState, WorkloadRow } from "./row.ts";

/** A workload's kind and what its mapper has read of it already. */
export interface WorkloadHealthInput {
  readonly type: WorkloadRow["__typename"];
  readonly object: KubeObject;
  readonly conditions: readonly Condition[];
  /** Pods wanted; null for a CronJob. */
  readonly replicas: number | null;
  readonly readyReplicas: number;
}

interface Progress extends WorkloadHealthInput {
  readonly spec: JsonRecord;
  readonly status: JsonRecord;
  readonly wanted: number;
}

/**
 * Health of a workload, from what its controller last reported. For those that keep pods running:
 * - DOWN: the roll-out failed (deadline exceeded), or pods are wanted and none is ready;
 * - DEGRADED: terminating, not yet seen by its controller, fewer ready than wanted, or rolled out in part (as `kubectl rollout status` tells);
 * - UP: all of it, which for none wanted is none left.
 * A Job is DOWN once failed, UP once complete, and DEGRADED while fewer pods are ready than should be at work. A CronJob is UP: how its Jobs
 * fare is theirs to say. What is suspended does as it was told: UP, with reason Suspended.
 */
export function toWorkloadHealth(input: WorkloadHealthInput): Health {
  const { object, replicas } = input;
  const progress: Progress = {
    ...input,
    spec: toRecord(object.spec),
    status: toRecord(object.status),
    wanted: replicas ?? 0,
  };
  if (toTime(object.metadata.deletionTimestamp) !== null) return verdict("DEGRADED", "Terminating");
  switch (input.type) {
    case "Deployment":
      return toDeploymentHealth(progress);
    case "StatefulSet":
      return toPending(progress) ?? toReadiness(progress) ?? toStatefulSetRollout(progress) ?? up(progress);
    case "DaemonSet":
      return toPending(progress) ?? toReadiness(progress) ?? toDaemonSetRollout(progress) ?? up(progress);
    case "ReplicaSet":
      return toPending(progress) ?? toReadiness(progress) ?? up(progress);
    case "Job":
      return toJobHealth(progress);
    case "CronJob":
      return verdict("UP", progress.spec.suspend === true ? "Suspended" : null);
  }
}

function verdict(
  state: HealthState,
  reason: string | null,
  message: string | null = null,
  since: string | null = null,
): Health {
  return { state, reason, message, since };
}

function because(state: HealthState, condition: Condition, reason = condition.reason ?? condition.type): Health {
  return verdict(state, reason, condition.message, condition.lastTransitionTime);
}

function up({ conditions }: Progress): Health {
  return verdict("UP", null, null, findCondition(conditions, "Available")?.lastTransitionTime ?? null);
}

/** Its controller has not yet looked at the latest spec. */
function toPending({ object, status }: Progress): Health | undefined {
  const generation = toInt(object.metadata.generation);
  if (generation === null || toCount(status.observedGeneration) >= generation) return undefined;
  return verdict("DEGRADED", "NotObserved", "its controller has not seen the latest spec yet");
}

function toReadiness({ conditions, wanted, readyReplicas }: Progress): Health | undefined {
  if (readyReplicas >= wanted) return undefined;
  const state = readyReplicas === 0 ? "DOWN" : "DEGRADED";
  // Pods cannot even be made: quota, admission.
  const failure = findCondition(conditions, "ReplicaFailure");
  if (failure?.status === "True") return because(state, failure);
  const message = `${readyReplicas} of ${wanted} pods are ready`;
  const since =
    findCondition(conditions, "Available")?.status === "False"
      ? findCondition(conditions, "Available")!.lastTransitionTime
      : null;
  return verdict(state, readyReplicas === 0 ? "NoneReady" : "FewerReady", message, since);
}

function toDeploymentHealth(progress: Progress): Health {
  const { conditions, status, wanted } = progress;
  const pending = toPending(progress);
  if (pending !== undefined) return pending;
  const progressing = findCondition(conditions, "Progressing");
  if (progressing?.status === "False" && progressing.reason === "ProgressDeadlineExceeded")
    return because("DOWN", progressing);
  const readiness = toReadiness(progress);
  if (readiness !== undefined) return readiness;
  const updated = toCount(status.updatedReplicas);
  const isRolledOut =
    updated >= wanted && toCount(status.replicas) <= updated && toCount(status.availableReplicas) >= updated;
  // `updated` may exceed `wanted` while it scales down.
  if (isRolledOut && updated === wanted) return up(progress);
  return rollingOut(updated, wanted, progressing?.lastTransitionTime ?? null);
}

function toStatefulSetRollout({ spec, status, wanted }: Progress): Health | undefined {
  const strategy = toRecord(spec.updateStrategy);
  if (toText(strategy.type) === "OnDelete") return undefined;
  const partition = toCount(toRecord(strategy.rollingUpdate).partition);
  const updated = toCount(status.updatedReplicas);
  // A partition holds the rest back on purpose.
  const isRolledOut = partition > 0 ? updated >= wanted - partition : status.updateRevision === status.currentRevision;
  return isRolledOut ? undefined : rollingOut(updated, wanted, null);
}

function toDaemonSetRollout({ spec, status, wanted }: Progress): Health | undefined {
  if (toText(toRecord(spec.updateStrategy).type) === "OnDelete") return undefined;
  const updated = toCount(status.updatedNumberScheduled);
  if (updated >= wanted && toCount(status.numberAvailable) >= wanted) return undefined;
  return rollingOut(updated, wanted, null);
}

function rollingOut(updated: number, wanted: number, since: string | null): Health {
  return verdict("DEGRADED", "RollingOut", `${updated} of ${wanted} pods are of the newest template`, since);
}

function toJobHealth({ conditions, spec, status, wanted, readyReplicas }: Progress): Health {
  const holds = (type: string): Condition | undefined => {
    const condition = findCondition(conditions, type);
    return condition?.status === "True" ? condition : undefined;
  };
  const failed = holds("Failed") ?? holds("FailureTarget");
  if (failed !== undefined) return because("DOWN", failed);
  const complete = holds("Complete") ?? holds("SuccessCriteriaMet");
  if (complete !== undefined) return verdict("UP", null, null, complete.lastTransitionTime);
  if (spec.suspend === true) return verdict("UP", "Suspended", null, holds("Suspended")?.lastTransitionTime ?? null);
  const completions = toInt(spec.completions);
  const left = completions === null ? wanted : Math.min(wanted, completions - toCount(status.succeeded));
  const since = toTime(status.startTime);
  if (readyReplicas >= left) return verdict("UP", null, null, since);
  const message = `${readyReplicas} of ${left} pods are ready, ${toCount(status.failed)} failed so far`;
  return verdict("DEGRADED", toCount(status.failed) > 0 ? "PodsFailed" : "Starting", message, since);
}
