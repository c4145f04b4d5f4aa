import { createDerived } from "../../cache/derived.ts";
import type { Derived } from "../../cache/fleet-cache.ts";
import { differenceOf } from "../../cache/row-difference.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import type { Relations } from "../relations/relations.ts";
import type { RowRun } from "./row-runs.ts";

/** One key of a grouping. */
export interface GroupReader<Row> {
  readonly name: string;
  readonly read: (row: Row, relations: Relations) => string | null;
}

export interface CountedGroup {
  readonly values: readonly (string | null)[];
  readonly count: number;
}

/** Groups by the text of their values. */
export type CountedGroups = ReadonlyMap<string, CountedGroup>;

/** How many rows of each partition are in which group, for groupings that read nothing but rows; carried from revision to revision. */
export interface GroupCounts {
  /**
   * Counts all rows of a run's partition; undefined where the run is not that, or the grouping looks at related objects. Equal `key`s must come with
   * equal `readers`.
   */
  of<Row>(key: string, readers: readonly GroupReader<Row>[]): (run: RowRun<Row>) => CountedGroups | undefined;
}

/** Groupings remembered; dashboards repeat a handful. */
const keptGroupings = 50;

interface Grouping {
  readonly counts: Derived<CountedGroups>;
  readsRelations: boolean;
}

/** Thrown by the relations that a remembered grouping is given: what is related lies in other partitions, and under the caller's rights. */
class RelationRead extends Error {}

export function createGroupCounts(): GroupCounts {
  const groupings = new Map<string, Grouping>();
  return {
    of<Row>(key: string, readers: readonly GroupReader<Row>[]) {
      const grouping = groupings.get(key) ?? createGrouping(readers);
      groupings.delete(key);
      groupings.set(key, grouping);
      const [oldest] = groupings.keys();
      if (groupings.size > keptGroupings && oldest !== undefined) groupings.delete(oldest);
      return ({ partition, rows }: RowRun<Row>) => {
        const isWhole = partition !== undefined && (partition.rows as readonly unknown[]) === rows;
        if (!isWhole || grouping.readsRelations) return undefined;
        try {
          return grouping.counts.at(partition);
        } catch (error) {
          if (!(error instanceof RelationRead)) throw error;
          grouping.readsRelations = true;
          return undefined;
        }
      };
    },
  };
}

const noRelations = new Proxy({} as Relations, {
  get() {
    throw new RelationRead("a grouping reads related objects");
  },
});

function createGrouping<Row>(readers: readonly GroupReader<Row>[]): Grouping {
  // A grouping is of one kind: its key says so.
  const valuesOf = (row: AnyRow): readonly (string | null)[] => readValues(readers, row as unknown as Row, noRelations);
  const counts = createDerived<CountedGroups>((now, before) => {
    const groups = new Map(before?.value);
    if (before === undefined) for (const row of now.rows) addTo(groups, valuesOf(row), 1);
    else {
      for (const { before: gone, after: come } of differenceOf(before.snapshot.rows, now.rows)) {
        if (gone !== undefined) addTo(groups, valuesOf(gone), -1);
        if (come !== undefined) addTo(groups, valuesOf(come), 1);
      }
    }
    return groups;
  });
  return { counts, readsRelations: false };
}

/** The values a row is grouped by. */
export function readValues<Row>(
  readers: readonly GroupReader<Row>[],
  row: Row,
  relations: Relations,
): readonly (string | null)[] {
  return readers.map(({ read }) => read(row, relations));
}

/** A text for values, equal for equal ones alone. Lengths keep apart what joined texts would not: ["a", "b"] and ["ab", ""]. */
export function groupKey(values: readonly (string | null)[]): string {
  let key = "";
  for (const value of values) key += value === null ? "-" : `${value.length}:${value}`;
  return key;
}

function addTo(groups: Map<string, CountedGroup>, values: readonly (string | null)[], more: number): void {
  const key = groupKey(values);
  const known = groups.get(key);
  const count = (known?.count ?? 0) + more;
  if (count === 0) groups.delete(key);
  else groups.set(key, { values: known?.values ?? values, count });
}
