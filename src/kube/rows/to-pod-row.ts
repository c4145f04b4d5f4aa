import { toRecord, toRecords, toText, toTime } from "../read-json.ts";
import { toConfigReferences } from "./config-references.ts";
import { toConditions } from "./conditions.ts";
import { isSameContainer, toContainerRow, toPodContainers } from "./pod-containers.ts";
import type { PodContainer } from "./pod-containers.ts";
import { isSameHealth, toPodHealth } from "./pod-health.ts";
import { toAmountsKey, toEffectiveAmounts } from "./pod-resources.ts";
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
  const base = toObjectRow("Pod", object, context);
  const spec = toRecord(object.spec);
  const status = toRecord(object.status);
  const conditions = toConditions(object);
  const containers = toPodContainers(object);
  const columns = toPodColumns(object, conditions);
  const amounts = toAmounts(object, interner);
  const health = toPodHealth({ pod: object, containers, conditions, reason: columns.reason });
  const references = toConfigReferences(object);
  const ip = toText(status.podIP);
  // Every field by name, without a spread: so the engine knows the row's shape beforehand, and it takes half the memory and time.
  return {
    __typename: "Pod",
    clusterName: base.clusterName,
    resource: base.resource,
    apiVersion: base.apiVersion,
    kind: base.kind,
    name: base.name,
    namespace: interner.text(object.metadata.namespace ?? ""),
    uid: base.uid,
    resourceVersion: base.resourceVersion,
    generation: base.generation,
    createdAt: base.createdAt,
    deletionTimestamp: base.deletionTimestamp,
    labelMap: base.labelMap,
    ownerRefs: base.ownerRefs,
    observedAtMs: base.observedAtMs,
    source: base.source,
    body: base.body,
    phase: interner.text(toText(status.phase) ?? "Unknown"),
    reason: interner.text(columns.reason),
    readyContainers: columns.readyContainers,
    totalContainers: columns.totalContainers,
    restarts: columns.restarts,
    lastRestartAt: columns.lastRestartAt,
    message: toText(status.message),
    ready: isReady(conditions),
    health: interner.shared(health, health.since ?? "", isSameHealth),
    ip,
    ips: toIps(status, ip),
    nodeName: interner.text(toText(spec.nodeName)),
    serviceAccountName: interner.text(toText(spec.serviceAccountName) ?? toText(spec.serviceAccount)),
    priorityClassName: interner.text(toText(spec.priorityClassName)),
    qosClass: interner.text(toText(status.qosClass)),
    startedAt: interner.text(toTime(status.startTime)),
    requests: amounts.requests,
    limits: amounts.limits,
    containerRows: containers.map((container) => toSharedContainer(container, interner)),
    configReferenceRows: interner.shared(references, references[0]?.name ?? ""),
  };
}

/** Adding up is worth remembering: the pods of a fleet come from few templates. */
function toAmounts(
  pod: KubeObject,
  interner: Interner,
): { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts } {
  return interner.made(`amounts ${toAmountsKey(pod, interner)}`, () => ({
    requests: toShared(toResourceAmounts(toEffectiveAmounts(pod, "requests")), interner),
    limits: toShared(toResourceAmounts(toEffectiveAmounts(pod, "limits")), interner),
  }));
}

function toShared(amounts: ResourceAmounts, interner: Interner): ResourceAmounts {
  return interner.shared(amounts, `${amounts.cpu} ${amounts.memory}`);
}

/** More restarts than these are seldom those of another container: to look for it would cost time, and push out what is shared. */
const sharedRestarts = 9;

function toSharedContainer(container: PodContainer, interner: Interner): ContainerRow {
  const row = toContainerRow(container);
  return row.restarts > sharedRestarts ? row : interner.shared(row, row.image, isSameContainer);
}

/** podIPs holds podIP too; older servers have only the one. */
function toIps(status: Readonly<Record<string, unknown>>, single: string | null): readonly string[] {
  const entries = toRecords(status.podIPs);
  // One string for both, in most pods.
  if (single !== null && entries.length === 1 && entries[0]!.ip === single) return [single];
  const ips = entries.flatMap(({ ip }) => toText(ip) ?? []);
  if (ips.length === 0) return single === null ? noIps : [single];
  return ips;
}

const noIps: readonly string[] = Object.freeze([]);
