import { toRecord, toText } from "../read-json.ts";
import { toObjectRow } from "./to-object-row.ts";
import type { KubeObject } from "../object.ts";
import type { RowContext } from "./to-object-row.ts";
import type { NamespaceRow } from "./row.ts";

/** The row of a Namespace. */
export function toNamespaceRow(object: KubeObject, context: RowContext): NamespaceRow {
  const phase = toText(toRecord(object.status).phase) ?? "Active";
  return { ...toObjectRow("Namespace", object, context), namespace: null, phase: context.interner.text(phase) };
}
