import { toRecord, toText, toTime } from "../read-json.ts";
import { findCondition } from "./conditions.ts";
import { toContainerState } from "./pod-containers.ts";
import { isReady } from "./pod-status.ts";
import type { KubeObject } from "../object.ts";
import type { Condition } from "./conditions.ts";
import type { PodContainer } from "./pod-containers.ts";
import type { Health } from "./row.ts";

/** Why a container waits while all is well. Any other reason names an error, known to us or not. */
const patient: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

export interface PodHealthInput {
  readonly pod: KubeObject;
  readonly containers: readonly PodContainer[];
  readonly conditions: readonly Condition[];
  /** kubectl's STATUS. */
  readonly reason: string;
}

/**
 * Health of a pod. UP: ready, or Succeeded. DOWN: Failed, or a container waits because of an error (its reason). DEGRADED: starting,
 * terminating, or running and not ready. UNKNOWN: its node is lost. A terminating pod is on its way out whatever its containers say.
 */
export function toPodHealth({ pod, containers, conditions, reason }: PodHealthInput): Health {
  const status = toRecord(pod.status);
  const ready = findCondition(conditions, "Ready");
  const readySince = ready?.lastTransitionTime ?? null;
  const message = toText(status.message);
  if (status.phase === "Succeeded")
    return { state: "UP", reason: null, message: null, since: toLastFinish(containers) ?? readySince };
  if (status.phase === "Failed")
    return { state: "DOWN", reason, message, since: toLastFinish(containers) ?? readySince };
  if (status.phase === "Unknown" || status.reason === "NodeLost") {
    return { state: "UNKNOWN", reason: toText(status.reason) ?? "Unknown", message, since: readySince };
  }
  const deletion = toTime(pod.metadata.deletionTimestamp);
  if (deletion !== null) {
    return {
      state: "DEGRADED",
      reason: "Terminating",
      message: null,
      since: toDeletionAsked(deletion, pod.metadata.deletionGracePeriodSeconds),
    };
  }
  if (isReady(conditions)) return { state: "UP", reason: null, message: null, since: readySince };
  const stuck = findError(containers);
  if (stuck !== undefined) return { state: "DOWN", ...stuck, since: readySince };
  const scheduled = findCondition(conditions, "PodScheduled");
  if (scheduled?.status === "False") {
    return {
      state: "DEGRADED",
      reason: scheduled.reason ?? "Pending",
      message: scheduled.message,
      since: scheduled.lastTransitionTime,
    };
  }
  const why = reason === "Running" ? "NotReady" : reason;
  return { state: "DEGRADED", reason: why, message: ready?.message ?? message, since: readySince };
}

/** Whether two say the same. */
export function isSameHealth(one: Health, other: Health): boolean {
  return (
    one.since === other.since &&
    one.state === other.state &&
    one.reason === other.reason &&
    one.message === other.message
  );
}

/** Ephemeral containers are somebody's debugging: they do not count. */
function findError(
  containers: readonly PodContainer[],
): { readonly reason: string; readonly message: string | null } | undefined {
  for (const { kind, status } of containers) {
    const { state, reason, detail } = toContainerState(status);
    if (kind === "EPHEMERAL" || state !== "Waiting" || reason === null || patient.has(reason)) continue;
    return { reason, message: toText(detail.message) };
  }
  return undefined;
}

function toLastFinish(containers: readonly PodContainer[]): string | null {
  let last: string | null = null;
  for (const { status } of containers) {
    const finishedAt = toTime(toContainerState(status).detail.finishedAt);
    if (finishedAt !== null && (last === null || Date.parse(last) < Date.parse(finishedAt))) last = finishedAt;
  }
  return last;
}

/** The API server writes when the grace is over, not when it began. */
function toDeletionAsked(deletion: string, graceSeconds: unknown): string {
  const graceMs = typeof graceSeconds === "number" ? graceSeconds * 1000 : 0;
  return new Date(Date.parse(deletion) - graceMs).toISOString().replace(".000Z", "Z");
}
