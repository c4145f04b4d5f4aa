import type { AnyRow, ObjectRow } from "../kube/rows/row.ts";
import { createDerived } from "./derived.ts";
import type { Derived } from "./fleet-cache.ts";
import { differenceOf } from "./row-difference.ts";
import { toBuckets, withDifferences } from "./row-index.ts";
import type { Buckets, Partitioned } from "./row-index.ts";

/** Label key to value to rows, of one partition. */
export interface LabelBuckets<Row extends ObjectRow = AnyRow> {
  /** Built when first asked for, then carried from revision to revision while somebody asks. */
  of(key: string): Buckets<Row>;
}

export type LabelIndex<Row extends ObjectRow = AnyRow> = Derived<LabelBuckets<Row>, Row>;

/** A key nobody asked for during this many revisions is no longer carried on: label keys are free text of callers. */
const carriedRevisions = 64;

/** An index over labels. Only keys that are asked for cost anything. */
export function createLabelIndex<Row extends ObjectRow = AnyRow>(): LabelIndex<Row> {
  return createDerived<CarriedBuckets<Row>, Row>((now, before) => {
    const next = new CarriedBuckets<Row>(now.rows);
    if (before !== undefined) next.carry(before.value, before.snapshot.rows);
    return next;
  });
}

/** The rows with label `key` = `value` over all partitions of `source`, by namespace, then name. */
export function rowsByLabel<Row extends ObjectRow>(
  index: LabelIndex<Row>,
  source: Partitioned<Row>,
  key: string,
  value: string,
): readonly Row[] {
  let found: readonly Row[] = [];
  for (const partition of source.partitions) {
    const rows = index.at(partition).of(key).get(value);
    if (rows !== undefined) found = found.length === 0 ? rows : [...found, ...rows];
  }
  return found;
}

class CarriedBuckets<Row extends ObjectRow> implements LabelBuckets<Row> {
  readonly #rows: readonly Row[];
  readonly #keys = new Map<string, { readonly buckets: Buckets<Row>; idleRevisions: number }>();

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  of(key: string): Buckets<Row> {
    let entry = this.#keys.get(key);
    if (entry === undefined) {
      entry = { buckets: toBuckets(this.#rows, valuesOf(key)), idleRevisions: 0 };
      this.#keys.set(key, entry);
    }
    entry.idleRevisions = 0;
    return entry.buckets;
  }

  /** Takes over what `before` had, worked up to these rows at once: a link to it would chain all revisions together in memory. */
  carry(before: CarriedBuckets<Row>, rowsBefore: readonly Row[]): void {
    if (before.#keys.size === 0) return;
    const differences = differenceOf(rowsBefore, this.#rows);
    for (const [key, { buckets, idleRevisions }] of before.#keys) {
      if (idleRevisions >= carriedRevisions) continue;
      const next = withDifferences(buckets, differences, valuesOf(key));
      this.#keys.set(key, { buckets: next, idleRevisions: idleRevisions + 1 });
    }
  }
}

function valuesOf(key: string): (row: ObjectRow) => readonly string[] {
  return ({ labelMap }) => (Object.hasOwn(labelMap, key) ? [labelMap[key]!] : []);
}
