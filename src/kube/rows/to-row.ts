import type { LateText } from "../body.ts";
import { plainInterner } from "../interner.ts";
import { toEventRow } from "./to-event-row.ts";
import { toNamespaceRow } from "./to-namespace-row.ts";
import { toNodeRow } from "./to-node-row.ts";
import { toObjectRow } from "./to-object-row.ts";
import { toPodRow } from "./to-pod-row.ts";
import { toServiceRow } from "./to-service-row.ts";
import { toWorkloadRow } from "./to-workload-row.ts";
import type { Interner } from "../interner.ts";
import type { KubeObject } from "../object.ts";
import type { ResourceId } from "../resource-id.ts";
import type { RowContext } from "./to-object-row.ts";
import type { AnyRow, ObjectRow, StringMap } from "./row.ts";

export interface ToRowOptions {
  readonly observedAtMs: number;
  readonly source: ObjectRow["source"];
  /** As prepareObject gave them. */
  readonly labelManagers: StringMap;
  /** Shares what repeats; unset = nothing is shared. */
  readonly interner?: Interner;
  /** JSON of exactly this object, where it is at hand: making it anew is a third of the work. */
  readonly json?: string | LateText | undefined;
}

type ToRow = (object: KubeObject, context: RowContext) => AnyRow;

/** By kind and group: any version of a group has the fields we read. */
const mappers: ReadonlyMap<string, ReadonlyMap<string, ToRow>> = new Map<string, ReadonlyMap<string, ToRow>>([
  ["Pod", new Map([["", toPodRow]])],
  ["Node", new Map([["", toNodeRow]])],
  ["Namespace", new Map([["", toNamespaceRow]])],
  ["Service", new Map([["", toServiceRow]])],
  ["Event", new Map([["", toEventRow], ["events.k8s.io", toEventRow]])], // prettier-ignore
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => [kind, new Map([["apps", toWorkloadRow]])] as const), // prettier-ignore
  ...["Job", "CronJob"].map((kind) => [kind, new Map([["batch", toWorkloadRow]])] as const),
]);

/**
 * The row of a prepared object (see prepareObject). Never throws: a field of the wrong type reads as absent, and what the schema must have
 * gets Kubernetes' own default. Calling it anew for a version the store holds gives another row, which counts as another version.
 */
export function toRow(resource: ResourceId, cluster: string, object: KubeObject, options: ToRowOptions): AnyRow {
  const { observedAtMs, source, labelManagers, interner = plainInterner, json } = options;
  const context: RowContext = { resource, cluster, observedAtMs, source, labelManagers, interner, json };
  const mapper = mappers.get(resource.kind)?.get(resource.group) ?? toGenericRow;
  return mapper(object, context);
}

function toGenericRow(object: KubeObject, context: RowContext): AnyRow {
  return toObjectRow("GenericResource", object, context);
}
