import { isRecord, toCount, toRecord, toRecords, toText, toTime } from "../read-json.ts";
import { isSidecar, toContainerState } from "./pod-containers.ts";
import { findCondition, toConditions } from "./conditions.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { Condition } from "./conditions.ts";

/** What `kubectl get pods` prints of a pod. */
export interface PodColumns {
  /** STATUS. */
  readonly reason: string;
  /** READY. */
  readonly readyContainers: number;
  readonly totalContainers: number;
  /** RESTARTS, and its "(… ago)". */
  readonly restarts: number;
  readonly lastRestartAt: string | null;
}

const noNames: ReadonlySet<unknown> = new Set();

/** Restarts that count so far, and the end of the latest restarted run. */
class Restarts {
  count = 0;
  lastAt: string | null = null;

  add(status: JsonRecord): void {
    this.count += toCount(status.restartCount);
    const finishedAt = toTime(toRecord(toRecord(status.lastState).terminated).finishedAt);
    if (finishedAt === null) return;
    if (this.lastAt === null || Date.parse(this.lastAt) < Date.parse(finishedAt)) this.lastAt = finishedAt;
  }
}

/**
 * The columns as the API server's own printer makes them (Kubernetes 1.34, pkg/printers: printPod), rule by rule, because people compare the
 * two; test/kube/kubectl-columns.test.ts does so against a real one.
 */
export function toPodColumns(pod: KubeObject, conditions: readonly Condition[] = toConditions(pod)): PodColumns {
  const spec = toRecord(pod.spec);
  const status = toRecord(pod.status);
  const initSpecs = toRecords(spec.initContainers);
  const sidecars = initSpecs.length === 0 ? noNames : new Set(initSpecs.filter(isSidecar).map(({ name }) => name));

  let reason = toText(status.reason) ?? toText(status.phase) ?? "";
  if (conditions.some(({ type, reason: why }) => type === "PodScheduled" && why === "SchedulingGated"))
    reason = "SchedulingGated";

  const initial = readInitStatuses(toRecords(status.initContainerStatuses), sidecars, initSpecs.length);
  let { restarts, readyContainers } = initial;
  if (initial.reason !== undefined) reason = initial.reason;
  // Once initialised, restarts of init containers no longer count; those of sidecars do.
  if (initial.reason === undefined || findCondition(conditions, "Initialized")?.status === "True") {
    restarts = initial.sidecarRestarts;
    const running = readStatuses(toRecords(status.containerStatuses), restarts, reason);
    readyContainers += running.readyContainers;
    reason = running.reason;
    if (reason === "Completed" && running.hasRunning) reason = isReady(conditions) ? "Running" : "NotReady";
  }
  if (toTime(pod.metadata.deletionTimestamp) !== null) {
    if (status.reason === "NodeLost") reason = "Unknown";
    else if (status.phase !== "Succeeded" && status.phase !== "Failed") reason = "Terminating";
  }
  return {
    reason,
    readyContainers,
    totalContainers: toRecords(spec.containers).length + sidecars.size,
    restarts: restarts.count,
    lastRestartAt: restarts.count > 0 ? restarts.lastAt : null,
  };
}

/** Condition Ready is "True". */
export function isReady(conditions: readonly Condition[]): boolean {
  return findCondition(conditions, "Ready")?.status === "True";
}

interface InitReading {
  /** Set while initialisation is under way or has failed. */
  readonly reason: string | undefined;
  readonly readyContainers: number;
  /** Of all init containers, up to the one that holds things up. */
  readonly restarts: Restarts;
  readonly sidecarRestarts: Restarts;
}

function readInitStatuses(statuses: readonly JsonRecord[], sidecars: ReadonlySet<unknown>, total: number): InitReading {
  const restarts = new Restarts();
  const sidecarRestarts = new Restarts();
  let readyContainers = 0;
  for (const [index, status] of statuses.entries()) {
    const sidecar = sidecars.has(status.name);
    restarts.add(status);
    if (sidecar) sidecarRestarts.add(status);
    const { state, reason: why, detail } = toContainerState(status);
    if (state === "Terminated" && toCount(detail.exitCode) === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready === true) readyContainers += 1;
      continue;
    }
    let reason = `Init:${index}/${total}`;
    if (state === "Terminated") reason = `Init:${toEnding(detail)}`;
    else if (state === "Waiting" && why !== null && why !== "PodInitializing") reason = `Init:${why}`;
    return { reason, readyContainers, restarts, sidecarRestarts };
  }
  return { reason: undefined, readyContainers, restarts, sidecarRestarts };
}

/** From the last to the first, so that the first container that has something to say is the one heard. */
function readStatuses(
  statuses: readonly JsonRecord[],
  restarts: Restarts,
  before: string,
): { readonly reason: string; readonly readyContainers: number; readonly hasRunning: boolean } {
  let reason = before;
  let readyContainers = 0;
  for (const status of statuses.toReversed()) {
    restarts.add(status);
    const { state, reason: why, detail } = toContainerState(status);
    if (state === "Waiting" && why !== null) reason = why;
    else if (state === "Terminated") reason = toEnding(detail);
    else if (status.ready === true && isRecord(toRecord(status.state).running)) readyContainers += 1;
  }
  return { reason, readyContainers, hasRunning: readyContainers > 0 };
}

function toEnding(terminated: JsonRecord): string {
  const signal = toCount(terminated.signal);
  return toText(terminated.reason) ?? (signal === 0 ? `ExitCode:${toCount(terminated.exitCode)}` : `Signal:${signal}`);
}
