import { isRecord, toCount, toRecord, toRecords, toText } from "../read-json.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { ContainerRow } from "./row.ts";

/** A container of a pod: its spec and, where the kubelet has reported it, its status. */
export interface PodContainer {
  readonly kind: ContainerRow["kind"];
  readonly name: string;
  readonly spec: JsonRecord;
  readonly status: JsonRecord | undefined;
}

/** What a container is doing: exactly one of the three states of the API. */
export interface ContainerState {
  readonly state: "Waiting" | "Running" | "Terminated";
  readonly reason: string | null;
  readonly detail: JsonRecord;
}

/** All containers: init and sidecars first, then regular, then ephemeral, each in order of the spec. */
export function toPodContainers(pod: KubeObject): readonly PodContainer[] {
  const spec = toRecord(pod.spec);
  const status = toRecord(pod.status);
  const found: PodContainer[] = [];
  join(found, spec.initContainers, status.initContainerStatuses, (container) =>
    isSidecar(container) ? "SIDECAR" : "INIT",
  );
  join(found, spec.containers, status.containerStatuses, "REGULAR");
  join(found, spec.ephemeralContainers, status.ephemeralContainerStatuses, "EPHEMERAL");
  return found;
}

/** An init container that goes on running beside the others (KEP-753). */
export function isSidecar(container: JsonRecord): boolean {
  return container.restartPolicy === "Always";
}

/** A container that nobody has reported on is waiting. */
export function toContainerState(status: JsonRecord | undefined): ContainerState {
  const state = toRecord(status?.state);
  if (isRecord(state.terminated)) return toState("Terminated", state.terminated);
  if (isRecord(state.running)) return toState("Running", state.running);
  return toState("Waiting", toRecord(state.waiting));
}

function toState(state: ContainerState["state"], detail: JsonRecord): ContainerState {
  return { state, reason: toText(detail.reason), detail };
}

/** The part of a container that lists and filters read. */
export function toContainerRow({ kind, name, spec, status }: PodContainer): ContainerRow {
  const { state, reason } = toContainerState(status);
  return {
    restarts: toCount(status?.restartCount),
    ready: status?.ready === true,
    state,
    reason,
    name,
    kind,
    image: toText(spec.image) ?? "",
  };
}

/** Whether two such parts say the same. */
export function isSameContainer(one: ContainerRow, other: ContainerRow): boolean {
  return (
    one.restarts === other.restarts &&
    one.ready === other.ready &&
    one.state === other.state &&
    one.reason === other.reason &&
    one.name === other.name &&
    one.kind === other.kind &&
    one.image === other.image
  );
}

/** Adds those of one list to `found`. */
function join(
  found: PodContainer[],
  specs: unknown,
  statuses: unknown,
  kindOf: ContainerRow["kind"] | ((spec: JsonRecord) => ContainerRow["kind"]),
): void {
  // Most pods have one of the three lists.
  if (specs === undefined) return;
  const reported = toRecords(statuses);
  for (const [index, spec] of toRecords(specs).entries()) {
    const name = toText(spec.name) ?? "";
    // The kubelet keeps the order of the spec nearly always: look there first.
    const status = reported[index]?.name === name ? reported[index] : reported.find((entry) => entry.name === name);
    found.push({ kind: typeof kindOf === "string" ? kindOf : kindOf(spec), name, spec, status });
  }
}
