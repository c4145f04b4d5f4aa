import { toRecord, toRecords, toText, toTexts, toTime } from "../read-json.ts";
import { findCondition, toConditions } from "./conditions.ts";
import { toGeo } from "./node-geo.ts";
import { toNodeHealth } from "./node-health.ts";
import { toObjectRow } from "./to-object-row.ts";
import { toAmounts, toResourceAmounts } from "./resource-amounts.ts";
import type { KubeObject } from "../object.ts";
import type { RowContext } from "./to-object-row.ts";
import type { NodeRow, StringMap, TaintRow } from "./row.ts";

const rolePrefix = "node-role.kubernetes.io/";

/** The row of a Node. */
export function toNodeRow(object: KubeObject, context: RowContext): NodeRow {
  const { interner, labelManagers } = context;
  const base = toObjectRow("ClusterNode", object, context);
  const spec = toRecord(object.spec);
  const status = toRecord(object.status);
  const info = toRecord(status.nodeInfo);
  const conditions = toConditions(object);
  const infoText = (field: string): string | null => interner.text(toText(info[field]));
  return {
    ...base,
    namespace: null,
    ready: findCondition(conditions, "Ready")?.status === "True",
    schedulable: spec.unschedulable !== true,
    health: toNodeHealth(conditions),
    roles: toRoles(base.labelMap),
    addresses: toRecords(status.addresses).map(({ type, address }) => ({
      type: toText(type) ?? "",
      address: toText(address) ?? "",
    })),
    taints: toTaints(spec.taints),
    capacity: toResourceAmounts(toAmounts(status.capacity)),
    allocatable: toResourceAmounts(toAmounts(status.allocatable)),
    geo: toGeo(base.labelMap),
    providerId: toText(spec.providerID),
    podCidrs: toPodCidrs(spec),
    kubeletVersion: infoText("kubeletVersion"),
    containerRuntimeVersion: infoText("containerRuntimeVersion"),
    osImage: infoText("osImage"),
    kernelVersion: infoText("kernelVersion"),
    operatingSystem: infoText("operatingSystem"),
    architecture: infoText("architecture"),
    labelManagers: interner.map(labelManagers),
  };
}

/** As kubectl's ROLES: node-role.kubernetes.io/X, and the older kubernetes.io/role=X; ordered, once each. */
function toRoles(labels: StringMap): readonly string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(labels)) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return [...roles].sort();
}

function toTaints(value: unknown): readonly TaintRow[] {
  return toRecords(value).map((taint) => ({
    key: toText(taint.key) ?? "",
    value: toText(taint.value),
    effect: toText(taint.effect) ?? "",
    timeAdded: toTime(taint.timeAdded),
  }));
}

/** podCIDR is the older, single one. */
function toPodCidrs(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const cidrs = toTexts(spec.podCIDRs);
  const single = toText(spec.podCIDR);
  return cidrs.length === 0 && single !== null ? [single] : cidrs;
}
