import type { LateText } from "../kube/body.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { RowMaker } from "./row-maker.ts";

/**
 * The cluster has shown exactly the version that is held. A row loaded from disk is thereby confirmed: it becomes CACHE, stays as old as it is, and gets what
 * disk does not keep (label managers). No listener hears of it: the object has not changed. Inside an edit.
 */
export function confirmHeld(
  store: ResourceStore,
  held: AnyRow,
  { value, json }: { readonly value: unknown; readonly json?: string | LateText },
  makeRow: RowMaker,
): void {
  if (held.source !== "DISK") return;
  const row = makeRow(value, { source: "CACHE", observedAtMs: held.observedAtMs, json });
  // The body is that of the same version, and packed.
  if (row !== undefined) store.confirm({ ...row, body: held.body });
}
