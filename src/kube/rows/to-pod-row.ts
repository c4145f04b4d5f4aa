import { toRecord, toRecords, toText, toTime } from "../read-json.ts";
import { toConfigReferences } from "./config-references.ts";
import { toConditions } from "./conditions.ts";
import { toContainerRow, toPodContainers } from "./pod-containers.ts";
import { toPodHealth } from "./pod-health.ts";
import { toEffectiveAmounts } from "./pod-resources.ts";
import { isReady, toPodColumns } from "./pod-status.ts";
import { toObjectRow } from "./to-object-row.ts";
import { toResourceAmounts } from "./resource-amounts.ts";
import type { Interner } from "../interner.ts";
import type { KubeObject } from "../object.ts";
import type { RowContext } from "./to-object-row.ts";
import type { ContainerRow, PodRow, ResourceAmounts } from "./row.ts";

/** The row of a Pod. */
export function toPodRow(object: KubeObject, context: RowContext): PodRow {
  const { interner } = context;
  const spec = toRecord(object.spec);
  const status = toRecord(object.status);
  const conditions = toConditions(object);
  const containers = toPodContainers(object);
  const columns = toPodColumns(object);
  return {
    ...toObjectRow("Pod", object, context),
    namespace: interner.text(object.metadata.namespace ?? ""),
    phase: interner.text(toText(status.phase) ?? "Unknown"),
    ...columns,
    reason: interner.text(columns.reason),
    message: toText(status.message),
    ready: isReady(conditions),
    health: toPodHealth({ pod: object, containers, conditions, reason: columns.reason }),
    ip: toText(status.podIP),
    ips: toIps(status),
    nodeName: interner.text(toText(spec.nodeName)),
    serviceAccountName: interner.text(toText(spec.serviceAccountName) ?? toText(spec.serviceAccount)),
    priorityClassName: interner.text(toText(spec.priorityClassName)),
    qosClass: interner.text(toText(status.qosClass)),
    startedAt: toTime(status.startTime),
    requests: share(toResourceAmounts(toEffectiveAmounts(object, "requests")), interner),
    limits: share(toResourceAmounts(toEffectiveAmounts(object, "limits")), interner),
    containerRows: containers.map((container) => shareContainer(toContainerRow(container), interner)),
    configReferenceRows: toConfigReferences(object).map((reference) => ({
      ...reference,
      name: interner.text(reference.name),
    })),
  };
}

/** podIPs holds podIP too; older servers have only the one. */
function toIps(status: Readonly<Record<string, unknown>>): readonly string[] {
  const ips = toRecords(status.podIPs).flatMap(({ ip }) => toText(ip) ?? []);
  const single = toText(status.podIP);
  return ips.length === 0 && single !== null ? [single] : ips;
}

function share(amounts: ResourceAmounts, interner: Interner): ResourceAmounts {
  const { cpu, memory, ephemeralStorage } = amounts;
  return {
    ...amounts,
    cpu: interner.text(cpu),
    memory: interner.text(memory),
    ephemeralStorage: interner.text(ephemeralStorage),
  };
}

function shareContainer(container: ContainerRow, interner: Interner): ContainerRow {
  const { name, image, reason } = container;
  return { ...container, name: interner.text(name), image: interner.text(image), reason: interner.text(reason) };
}
