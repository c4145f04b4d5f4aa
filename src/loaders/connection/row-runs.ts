import type { PartitionSnapshot } from "../../cache/fleet-cache.ts";
import type { PageRange } from "../page/page.ts";

/** Items of a list that stand together: those of one partition that match, or all of a list that is not in the order of partitions. */
export interface RowRun<Item> {
  /** Where they come from; unset where they come from anywhere. */
  readonly partition?: PartitionSnapshot;
  /** Never changed; the partition's own array where all of it matches. */
  readonly rows: readonly Item[];
}

/** The part of a run that is on the page: `rows[start]` to `rows[end - 1]`. */
export interface PagedRun<Item> extends RowRun<Item> {
  readonly start: number;
  readonly end: number;
}

/** How many items there are in all runs. */
export function countRuns(runs: readonly RowRun<unknown>[]): number {
  let count = 0;
  for (const { rows } of runs) count += rows.length;
  return count;
}

/** All items in one list; the run's own where there is but one. */
export function joinRuns<Item>(runs: readonly RowRun<Item>[]): readonly Item[] {
  const [first] = runs;
  if (first !== undefined && runs.length === 1) return first.rows;
  const joined: Item[] = [];
  for (const { rows } of runs) for (const item of rows) joined.push(item);
  return joined;
}

/** What of the runs lies in `range`, counted over all of them. */
export function clipRuns<Item>(runs: readonly RowRun<Item>[], range: PageRange): readonly PagedRun<Item>[] {
  const clipped: PagedRun<Item>[] = [];
  let before = 0;
  for (const { partition, rows } of runs) {
    const start = Math.max(0, range.start - before);
    const end = Math.min(rows.length, range.end - before);
    before += rows.length;
    if (start < end) clipped.push({ partition, rows, start, end });
  }
  return clipped;
}
