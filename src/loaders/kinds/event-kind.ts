import type { EventRow } from "../../kube/rows/row.ts";
import { objectField } from "../where/composite-fields.ts";
import { stringField, timeField } from "../where/scalar-fields.ts";
import type { WhereFields } from "../where/predicate.ts";
import { objectKind, objectOrder, objectWhere, timeOrder } from "./object-kind.ts";
import type { KindSpec } from "./kind-spec.ts";

const referenceFields: WhereFields<EventRow["regardingRef"]> = {
  apiVersion: stringField((reference) => reference.apiVersion),
  kind: stringField((reference) => reference.kind),
  namespace: stringField((reference) => reference.namespace),
  name: stringField((reference) => reference.name),
};

export const eventKind: KindSpec<EventRow> = {
  name: "Event",
  where: {
    ...objectWhere,
    type: stringField((event) => event.type),
    reason: stringField((event) => event.reason),
    lastSeenAt: timeField((event) => event.lastSeenAt),
    regarding: objectField((event) => event.regardingRef, referenceFields),
  },
  order: {
    ...objectOrder,
    LAST_SEEN_AT: timeOrder((event) => event.lastSeenAt),
    REASON: { type: "text", read: (event) => event.reason },
  },
  // The newest first: what kubectl users look for.
  defaultOrder: [{ field: "LAST_SEEN_AT", direction: "DESC" }],
  groups: objectKind.groups,
  figures: {},
};
