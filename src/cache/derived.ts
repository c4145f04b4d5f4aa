import type { AnyRow, ObjectRow } from "../kube/rows/row.ts";
import type { Derived, PartitionKey, PartitionSnapshot } from "./fleet-cache.ts";

/** The value computed last for a partition, and of which rows: what an incremental computation starts from. */
export interface DerivedBefore<Value, Row extends ObjectRow = AnyRow> {
  readonly value: Value;
  readonly snapshot: PartitionSnapshot<Row>;
}

/**
 * A memo over partitions. `compute` runs at most once for each revision, with the newest value computed before, if any, and must not change that one:
 * readers of older snapshots still have it.
 * Kept: the values of snapshots somebody still holds, and one value with its rows for each partition that exists. All go with the partition.
 * A throw of `compute` reaches the caller and nothing is kept.
 */
export function createDerived<Value, Row extends ObjectRow = AnyRow>(
  compute: (now: PartitionSnapshot<Row>, before: DerivedBefore<Value, Row> | undefined) => Value,
): Derived<Value, Row> {
  const newest = new WeakMap<PartitionKey, DerivedBefore<Value, Row>>();
  const values = new WeakMap<PartitionSnapshot<Row>, { readonly value: Value }>();
  return {
    at(now) {
      const known = values.get(now);
      if (known !== undefined) return known.value;
      const last = newest.get(now.key);
      // An older snapshot than the newest seen is computed by itself and does not push that one out.
      const isNewest = last === undefined || last.snapshot.revision < now.revision;
      const value = compute(now, isNewest ? last : undefined);
      values.set(now, { value });
      if (isNewest) newest.set(now.key, { value, snapshot: now });
      return value;
    },
  };
}
