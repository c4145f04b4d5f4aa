import { isRecord, toCount, toInt, toRecord, toRecords, toText, toTime } from "../read-json.ts";
import { toContainerRow, toContainerState, toPodContainers } from "./pod-containers.ts";
import { toAmounts, toResourceAmounts } from "./resource-amounts.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { PodContainer } from "./pod-containers.ts";
import type { ContainerRow, ResourceAmounts } from "./row.ts";

/** End of one run of a container: the schema's ContainerTermination. */
export interface ContainerTermination {
  readonly exitCode: number;
  readonly signal: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** The schema's ContainerPort. */
export interface ContainerPort {
  readonly name: string | null;
  readonly port: number;
  readonly protocol: string;
  readonly hostPort: number | null;
}

/** The schema's Container: what its row has, and the rest. */
export interface ContainerDetails extends ContainerRow {
  readonly imageId: string | null;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly termination: ContainerTermination | null;
  readonly lastTermination: ContainerTermination | null;
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
  readonly ports: readonly ContainerPort[];
}

/** All containers of a pod, in the order of its row's containerRows. */
export function toContainers(pod: KubeObject): readonly ContainerDetails[] {
  return toPodContainers(pod).map(toContainer);
}

function toContainer(container: PodContainer): ContainerDetails {
  const { spec, status } = container;
  const { state, detail } = toContainerState(status);
  const resources = toRecord(spec.resources);
  return {
    ...toContainerRow(container),
    imageId: toText(status?.imageID),
    message: toText(detail.message),
    startedAt: toTime(detail.startedAt),
    termination: state === "Terminated" ? toTermination(detail) : null,
    lastTermination: toTermination(toRecord(status?.lastState).terminated),
    requests: toResourceAmounts(toAmounts(resources.requests)),
    limits: toResourceAmounts(toAmounts(resources.limits)),
    ports: toRecords(spec.ports).map(toPort),
  };
}

function toTermination(value: unknown): ContainerTermination | null {
  if (!isRecord(value)) return null;
  return {
    exitCode: toCount(value.exitCode),
    // 0 is Go's way to say none.
    signal: toCount(value.signal) || null,
    reason: toText(value.reason),
    message: toText(value.message),
    startedAt: toTime(value.startedAt),
    finishedAt: toTime(value.finishedAt),
  };
}

function toPort(port: JsonRecord): ContainerPort {
  return {
    name: toText(port.name),
    port: toCount(port.containerPort),
    protocol: toText(port.protocol) ?? "TCP",
    hostPort: toInt(port.hostPort) || null,
  };
}
