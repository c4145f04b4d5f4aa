import { prepareObject } from "../../../src/kube/prepare-object.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import type { AnyRow } from "../../../src/kube/rows/row.ts";

/** The row of an object "a" in namespace "x" with these fields. */
export function rowOf<Row extends AnyRow = AnyRow>(
  resource: ResourceId,
  { metadata, ...fields }: Readonly<Record<string, unknown>>,
): Row {
  const given = { metadata: { name: "a", namespace: "x", uid: "u", resourceVersion: "1", creationTimestamp: "2026-11-21T00:00:00Z", ...(metadata as object) } }; // prettier-ignore
  const prepared = prepareObject({ ...given, ...fields }, resource);
  if (prepared === undefined) throw new Error("the test's object is malformed");
  const { object, labelManagers } = prepared;
  return toRow(resource, "home", object, { observedAtMs: 1, source: "LIVE", labelManagers }) as Row;
}
