import type { KubeObject } from "../../../kube/object.ts";
import type { Clock } from "../../../lib/clock.ts";
import { specOf, statusOf, timestamp, withCondition } from "./controller.ts";
import type { WireCondition } from "./controller.ts";
import type { PodTemplate } from "./pods-of-template.ts";

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly minReadySeconds?: number;
  readonly progressDeadlineSeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly template?: PodTemplate;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly strategy?: RolloutStrategy;
}

export interface RolloutStrategy {
  readonly type?: string;
  readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
}

/** The counts of a ReplicaSet's status. */
export interface SetStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
}

interface DeploymentStatus extends SetStatus {
  readonly updatedReplicas?: number;
  readonly conditions?: WireCondition[];
}

/** maxSurge (rounded up) and maxUnavailable (rounded down) as pods; where both come to nothing one may be unavailable. */
export function toPortions(
  strategy: RolloutStrategy | undefined,
  replicas: number,
): { readonly surge: number; readonly unavailable: number } {
  if (strategy?.type === "Recreate") return { surge: 0, unavailable: 0 };
  const surge = portion(strategy?.rollingUpdate?.maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = portion(strategy?.rollingUpdate?.maxUnavailable ?? "25%", replicas, Math.floor);
  return { surge, unavailable: surge + unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

function portion(value: number | string, total: number, round: (x: number) => number): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) / 100) * total);
}

/** The status of a Deployment from its ReplicaSets; `againMs` where the deadline of its progress is still to come. */
export function toDeploymentStatus(
  deployment: KubeObject,
  newest: KubeObject | undefined,
  old: readonly KubeObject[],
  clock: Clock,
): { readonly status: object; readonly againMs: number | undefined } {
  const all = [...(newest === undefined ? [] : [newest]), ...old].map((set) => statusOf<SetStatus>(set));
  const sum = (field: keyof SetStatus): number => all.reduce((total, set) => total + (set[field] ?? 0), 0);
  const { replicas: wanted = 1, strategy } = specOf<DeploymentSpec>(deployment);
  const replicas = sum("replicas");
  const availableReplicas = sum("availableReplicas");
  const updatedReplicas = newest === undefined ? 0 : (statusOf<SetStatus>(newest).replicas ?? 0);
  const counts = { replicas, updatedReplicas, readyReplicas: sum("readyReplicas"), availableReplicas };
  const isAvailable = availableReplicas >= wanted - toPortions(strategy, wanted).unavailable;
  const available: WireCondition = isAvailable
    ? { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." } // prettier-ignore
    : { type: "Available", status: "False", reason: "MinimumReplicasUnavailable", message: "Deployment does not have minimum availability." }; // prettier-ignore
  const { condition: progressing, againMs } = toProgressing(deployment, newest, counts, clock);
  const now = timestamp(clock);
  const before = statusOf<DeploymentStatus>(deployment).conditions ?? [];
  const updated = (condition: WireCondition): WireCondition => {
    const last = before.find(({ type }) => type === condition.type);
    const isAsBefore = last?.reason === condition.reason && last?.message === condition.message;
    return { lastUpdateTime: isAsBefore ? last?.lastUpdateTime : now, ...condition };
  };
  const conditions = [available, progressing].reduce((list, next) => withCondition(list, updated(next), now), before);
  return {
    status: {
      observedGeneration: deployment.metadata.generation,
      ...counts,
      unavailableReplicas: Math.max(0, wanted - availableReplicas),
      conditions: conditions.toSorted((a, b) => (a.type < b.type ? -1 : 1)),
    },
    againMs,
  };
}

/** Progressing: done, under way, paused, or stuck for longer than progressDeadlineSeconds, which ends `kubectl rollout status`. */
function toProgressing(
  deployment: KubeObject,
  newest: KubeObject | undefined,
  counts: Required<Omit<DeploymentStatus, "conditions">>,
  clock: Clock,
): { readonly condition: WireCondition; readonly againMs: number | undefined } {
  const { replicas: wanted = 1, paused = false, progressDeadlineSeconds = 600 } = specOf<DeploymentSpec>(deployment);
  const before = statusOf<DeploymentStatus>(deployment);
  const last = before.conditions?.find(({ type }) => type === "Progressing");
  const name = newest?.metadata.name ?? "";
  const make = (status: string, reason: string, message: string): WireCondition => ({ type: "Progressing", status, reason, message }); // prettier-ignore
  if (paused) return { condition: make("Unknown", "DeploymentPaused", "Deployment is paused"), againMs: undefined };
  const isComplete =
    counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted;
  const isDone = isComplete || (last?.reason === "NewReplicaSetAvailable" && last.message?.includes(`"${name}"`) === true); // prettier-ignore
  if (isDone) return { condition: make("True", "NewReplicaSetAvailable", `ReplicaSet "${name}" has successfully progressed.`), againMs: undefined }; // prettier-ignore
  const moved =
    counts.updatedReplicas !== (before.updatedReplicas ?? 0) ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    counts.availableReplicas > (before.availableReplicas ?? 0) ||
    last === undefined ||
    !last.message?.includes(`"${name}"`);
  const underWay = make("True", "ReplicaSetUpdated", `ReplicaSet "${name}" is progressing.`);
  const deadlineMs = progressDeadlineSeconds * 1_000;
  if (moved) return { condition: { ...underWay, lastUpdateTime: timestamp(clock) }, againMs: deadlineMs };
  if (last.reason === "ProgressDeadlineExceeded") return { condition: last, againMs: undefined };
  const leftMs = Date.parse(last.lastUpdateTime ?? "") + deadlineMs - clock.now();
  if (!(leftMs <= 0)) return { condition: { ...last }, againMs: Math.max(1_000, leftMs || deadlineMs) };
  const message = `ReplicaSet "${name}" has timed out progressing.`;
  return { condition: make("False", "ProgressDeadlineExceeded", message), againMs: undefined };
}
