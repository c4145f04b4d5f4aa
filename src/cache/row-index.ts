import type { AnyRow, ObjectRow } from "../kube/rows/row.ts";
import { compareCodePoints } from "./compare-code-points.ts";
import { createDerived } from "./derived.ts";
import type { Derived, PartitionSnapshot } from "./fleet-cache.ts";
import { differenceOf } from "./row-difference.ts";
import type { RowDifference } from "./row-difference.ts";

/** Value to the rows that have it, each in the order of the partition. Never changes. */
export type Buckets<Row extends ObjectRow = AnyRow> = ReadonlyMap<string, readonly Row[]>;

/** Finds rows of a partition by a value. */
export type RowIndex<Row extends ObjectRow = AnyRow> = Derived<Buckets<Row>, Row>;

/** Whatever has partitions: a resource's snapshot, or those of it that a caller may see. */
export interface Partitioned<Row extends ObjectRow = AnyRow> {
  readonly partitions: readonly PartitionSnapshot<Row>[];
}

/** An index over what `valuesOf` gives for a row: no value = not in the index; the same value twice counts once. Pure over the row. */
export function createRowIndex<Row extends ObjectRow = AnyRow>(
  valuesOf: (row: Row) => readonly string[],
): RowIndex<Row> {
  return createDerived<Buckets<Row>, Row>((now, before) =>
    before === undefined
      ? toBuckets(now.rows, valuesOf)
      : withDifferences(before.value, differenceOf(before.snapshot.rows, now.rows), valuesOf),
  );
}

/** The rows with `value` over all partitions of `source`, by namespace, then name. Gives the index's own array where one partition has them. */
export function rowsBy<Row extends ObjectRow>(
  index: Derived<Buckets<Row>, Row>,
  source: Partitioned<Row>,
  value: string,
): readonly Row[] {
  let found: readonly Row[] = [];
  for (const partition of source.partitions) {
    const rows = index.at(partition).get(value);
    if (rows !== undefined) found = found.length === 0 ? rows : [...found, ...rows];
  }
  return found;
}

/** Pods by the node they are bound to. */
export function createNodeIndex(): RowIndex {
  return createRowIndex((row) => (row.__typename === "Pod" && row.nodeName !== null ? [row.nodeName] : []));
}

/** Objects by the uid of each of their owners. */
export function createOwnerIndex(): RowIndex {
  return createRowIndex((row) => row.ownerRefs.map(({ uid }) => uid));
}

/** The buckets of all rows. */
export function toBuckets<Row extends ObjectRow>(
  rows: readonly Row[],
  valuesOf: (row: Row) => readonly string[],
): Buckets<Row> {
  const buckets = new Map<string, Row[]>();
  for (const row of rows) {
    for (const value of valuesOf(row)) {
      const bucket = buckets.get(value);
      if (bucket === undefined) buckets.set(value, [row]);
      else if (bucket.at(-1) !== row) bucket.push(row);
    }
  }
  return buckets;
}

/** New buckets with the differences worked in; untouched buckets are shared. `buckets` itself when nothing in it is touched. */
export function withDifferences<Row extends ObjectRow>(
  buckets: Buckets<Row>,
  differences: readonly RowDifference<Row>[],
  valuesOf: (row: Row) => readonly string[],
): Buckets<Row> {
  const leaving = new Map<string, Set<Row>>();
  const coming = new Map<string, Row[]>();
  for (const { before, after } of differences) {
    if (before !== undefined) for (const value of valuesOf(before)) entry(leaving, value, () => new Set()).add(before);
    if (after !== undefined) for (const value of new Set(valuesOf(after))) entry(coming, value, () => []).push(after);
  }
  if (leaving.size === 0 && coming.size === 0) return buckets;
  const next = new Map(buckets);
  for (const value of new Set([...leaving.keys(), ...coming.keys()])) {
    const gone = leaving.get(value);
    const kept = (buckets.get(value) ?? []).filter((row) => gone === undefined || !gone.has(row));
    const bucket = insertOrdered(kept, coming.get(value) ?? []);
    if (bucket.length === 0) next.delete(value);
    else next.set(value, bucket);
  }
  return next;
}

/** Up to here it is quicker to put rows in their places one by one. */
const fewRows = 16;

/** Puts some rows into an ordered list in their places: to sort it all anew for each change of a large namespace would show. Changes `rows`. */
function insertOrdered<Row extends ObjectRow>(rows: Row[], coming: readonly Row[]): Row[] {
  if (coming.length > fewRows) return [...rows, ...coming].sort((a, b) => compareCodePoints(a.name, b.name));
  for (const row of coming) {
    let place = rows.length;
    while (place > 0 && compareCodePoints(rows[place - 1]!.name, row.name) > 0) place--;
    rows.splice(place, 0, row);
  }
  return rows;
}

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
