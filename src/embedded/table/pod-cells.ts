import type { KubeObject } from "../../kube/object.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { formatAge } from "./age.ts";

function isSidecar(pod: KubeObject, name: unknown): boolean {
  return itemsAt(pod, "spec", "initContainers").some(
    (one) => isJsonObject(one) && one["name"] === name && one["restartPolicy"] === "Always",
  );
}

function terminatedReason(terminated: JsonObject): string {
  const { reason, signal, exitCode } = terminated;
  if (typeof reason === "string" && reason !== "") return reason;
  return typeof signal === "number" && signal !== 0 ? `Signal:${signal}` : `ExitCode:${String(exitCode ?? 0)}`;
}

/** Why initialisation is not over; undefined where it is. */
function initReason(pod: KubeObject): string | undefined {
  const statuses = itemsAt(pod, "status", "initContainerStatuses").filter(isJsonObject);
  const total = itemsAt(pod, "spec", "initContainers").length;
  for (const [index, status] of statuses.entries()) {
    const terminated = objectAt(status, "state", "terminated");
    if (terminated["exitCode"] === 0) continue;
    if (isSidecar(pod, status["name"]) && status["started"] === true) continue;
    if (Object.keys(terminated).length > 0) return `Init:${terminatedReason(terminated)}`;
    const waiting = valueAt(status, "state", "waiting", "reason");
    if (typeof waiting === "string" && waiting !== "" && waiting !== "PodInitializing") return `Init:${waiting}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function isReady(pod: KubeObject): boolean {
  return itemsAt(pod, "status", "conditions").some(
    (one) => isJsonObject(one) && one["type"] === "Ready" && one["status"] === "True",
  );
}

function containerReason(pod: KubeObject, initial: string): string {
  let reason = initial;
  let hasRunning = false;
  for (const status of itemsAt(pod, "status", "containerStatuses").filter(isJsonObject).toReversed()) {
    const waiting = valueAt(status, "state", "waiting", "reason");
    const terminated = valueAt(status, "state", "terminated");
    if (typeof waiting === "string" && waiting !== "") reason = waiting;
    else if (isJsonObject(terminated)) reason = terminatedReason(terminated);
    else if (status["ready"] === true && valueAt(status, "state", "running") !== undefined) hasRunning = true;
  }
  if (reason === "Completed" && hasRunning) return isReady(pod) ? "Running" : "NotReady";
  return reason;
}

function toStatus(pod: KubeObject): string {
  const phase = String(valueAt(pod, "status", "phase") ?? "");
  const stated = valueAt(pod, "status", "reason");
  const gated = itemsAt(pod, "status", "conditions").some(
    (one) => isJsonObject(one) && one["type"] === "PodScheduled" && one["reason"] === "SchedulingGated",
  );
  const initial = gated ? "SchedulingGated" : typeof stated === "string" && stated !== "" ? stated : phase;
  const reason = initReason(pod) ?? containerReason(pod, initial);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (stated === "NodeLost") return "Unknown";
  return phase === "Succeeded" || phase === "Failed" ? reason : "Terminating";
}

function toRestarts(statuses: readonly JsonObject[], now: number): string {
  const restarts = statuses.reduce((sum, status) => sum + Number(status["restartCount"] ?? 0), 0);
  const ends = statuses.map((status) => valueAt(status, "lastState", "terminated", "finishedAt")).filter((time) => typeof time === "string"); // prettier-ignore
  const last = ends.sort().at(-1);
  return restarts > 0 && last !== undefined ? `${restarts} (${formatAge(last, now)} ago)` : String(restarts);
}

/** NAME READY STATUS RESTARTS AGE IP NODE, NOMINATED NODE, READINESS GATES: kubectl's row of a pod. */
export function podCells(pod: KubeObject, now: number): readonly unknown[] {
  const regular = itemsAt(pod, "status", "containerStatuses").filter(isJsonObject);
  const sidecars = itemsAt(pod, "status", "initContainerStatuses").filter(isJsonObject).filter(({ name }) => isSidecar(pod, name)); // prettier-ignore
  const counted = [...sidecars, ...regular];
  const sidecarTotal = itemsAt(pod, "spec", "initContainers").filter((one) => isJsonObject(one) && one["restartPolicy"] === "Always").length; // prettier-ignore
  const total = itemsAt(pod, "spec", "containers").length + sidecarTotal;
  const ready = counted.filter((status) => status["ready"] === true).length;
  const gates = itemsAt(pod, "spec", "readinessGates").filter(isJsonObject);
  const passed = gates.filter(
    (gate) =>
    itemsAt(pod, "status", "conditions").some((one) => isJsonObject(one) && one["type"] === gate["conditionType"] && one["status"] === "True"), // prettier-ignore
  );
  return [
    pod.metadata.name,
    `${ready}/${total}`,
    toStatus(pod),
    toRestarts(counted, now),
    formatAge(pod.metadata.creationTimestamp, now),
    valueAt(pod, "status", "podIP") ?? "<none>",
    valueAt(pod, "spec", "nodeName") ?? "<none>",
    valueAt(pod, "status", "nominatedNodeName") ?? "<none>",
    gates.length === 0 ? "<none>" : `${passed.length}/${gates.length}`,
  ];
}
