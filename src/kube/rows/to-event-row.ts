import { isRecord, toCount, toRecord, toText, toTime } from "../read-json.ts";
import { toObjectRow } from "./to-object-row.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { RowContext } from "./to-object-row.ts";
import type { EventRow } from "./row.ts";

/**
 * The row of an Event in either shape: core/v1, or events.k8s.io/v1 (KEP-383), which names some fields anew and keeps the old ones as
 * "deprecated…". The API server stores one object for both, so it is one object here, with apiVersion v1 and resource `events`.
 * Times and count are read as kubectl reads them for LAST SEEN: a series says the latest, then the event itself.
 */
export function toEventRow(object: KubeObject, context: RowContext): EventRow {
  const { interner } = context;
  const series = isRecord(object.series) ? object.series : undefined;
  const firstSeenAt =
    toTime(object.firstTimestamp) ?? toTime(object.deprecatedFirstTimestamp) ?? toTime(object.eventTime);
  const lastSeenAt =
    toTime(series?.lastObservedTime) ?? toTime(object.lastTimestamp) ?? toTime(object.deprecatedLastTimestamp);
  const count = toCount(series?.count) || toCount(object.count) || toCount(object.deprecatedCount) || 1;
  return {
    ...toObjectRow("Event", object, context),
    apiVersion: "v1",
    resource: "events",
    namespace: object.metadata.namespace ?? "",
    type: interner.text(toText(object.type) ?? "Normal"),
    reason: interner.text(toText(object.reason) ?? ""),
    message: interner.text(toText(object.message) ?? toText(object.note) ?? ""),
    action: interner.text(toText(object.action)),
    count,
    firstSeenAt,
    lastSeenAt: lastSeenAt ?? firstSeenAt,
    reportingController: interner.text(toReporter(object)),
    regardingRef: toRegarding(toRecord(object.involvedObject ?? object.regarding)),
  };
}

/** Older clients say who they are only in the source. */
function toReporter(object: KubeObject): string | null {
  const source = toRecord(object.source ?? object.deprecatedSource);
  return toText(object.reportingComponent) ?? toText(object.reportingController) ?? toText(source.component);
}

function toRegarding(reference: JsonRecord): EventRow["regardingRef"] {
  return {
    apiVersion: toText(reference.apiVersion),
    kind: toText(reference.kind) ?? "",
    namespace: toText(reference.namespace),
    name: toText(reference.name) ?? "",
    uid: toText(reference.uid),
  };
}
