import { firstIndex } from "../lib/first-index.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { compareCodePoints } from "./compare-code-points.ts";
import type { PartitionKey, PartitionSnapshot } from "./fleet-cache.ts";

/**
 * The rows of one namespace of one resource, for the one writer there is. Snapshots are made when asked for and shared until the next change, so
 * that a burst of changes that nobody looks at costs no copies. `key` is the same object for the partition's whole life: what is derived from a
 * partition is remembered by it, and forgotten with it.
 */
export class Partition {
  readonly key: PartitionKey;
  readonly #nextRevision: () => number;
  #base: PartitionSnapshot;
  /** Changes since `#base`; undefined = removed. */
  readonly #pending = new Map<string, AnyRow | undefined>();
  #size = 0;

  constructor(key: PartitionKey, nextRevision: () => number) {
    this.key = key;
    this.#nextRevision = nextRevision;
    this.#base = new SortedRows(key, nextRevision(), []);
  }

  get size(): number {
    return this.#size;
  }

  get(name: string): AnyRow | undefined {
    return this.#pending.has(name) ? this.#pending.get(name) : this.#base.get(name);
  }

  /** Puts `row` under its name, or takes away what is there (undefined). Returns what was there. */
  set(name: string, row: AnyRow | undefined): AnyRow | undefined {
    const before = this.get(name);
    if (before === row) return before;
    this.#pending.set(name, row);
    if (before === undefined) this.#size++;
    else if (row === undefined) this.#size--;
    return before;
  }

  /** The rows as they are now; the same object until the next `set`. */
  snapshot(): PartitionSnapshot {
    if (this.#pending.size > 0) {
      this.#base = new SortedRows(this.key, this.#nextRevision(), merge(this.#base.rows, this.#pending));
      this.#pending.clear();
    }
    return this.#base;
  }
}

class SortedRows implements PartitionSnapshot {
  readonly key: PartitionKey;
  readonly revision: number;
  readonly rows: readonly AnyRow[];

  constructor(key: PartitionKey, revision: number, rows: readonly AnyRow[]) {
    this.key = key;
    this.revision = revision;
    this.rows = rows;
  }

  get(name: string): AnyRow | undefined {
    const row = this.rows[positionOf(this.rows, name)];
    return row?.name === name ? row : undefined;
  }
}

/** Index of the first row whose name is not before `name`. */
function positionOf(rows: readonly AnyRow[], name: string, from = 0): number {
  return firstIndex(rows.length, (at) => compareCodePoints(rows[at]!.name, name) >= 0, from);
}

/** A new array: `base` with the changes. Compares only for what changed; the rest is copied as it is. */
function merge(base: readonly AnyRow[], changes: ReadonlyMap<string, AnyRow | undefined>): readonly AnyRow[] {
  const names = [...changes.keys()].sort(compareCodePoints);
  const merged = base.slice();
  let place = 0;
  for (const name of names) {
    place = positionOf(merged, name, place);
    const row = changes.get(name);
    const isHeld = merged[place]?.name === name;
    // New versions of what is there, nearly always: nothing moves.
    if (row !== undefined && isHeld) merged[place] = row;
    else if (row !== undefined || isHeld) return mergeRuns(base, changes, names);
  }
  return merged;
}

/** The same where rows come or go: copied as runs, so that many of them move nothing twice. */
function mergeRuns(
  base: readonly AnyRow[],
  changes: ReadonlyMap<string, AnyRow | undefined>,
  names: readonly string[],
): readonly AnyRow[] {
  const merged: AnyRow[] = [];
  let taken = 0;
  for (const name of names) {
    const position = positionOf(base, name, taken);
    while (taken < position) merged.push(base[taken++]!);
    if (base[taken]?.name === name) taken++;
    const row = changes.get(name);
    if (row !== undefined) merged.push(row);
  }
  while (taken < base.length) merged.push(base[taken++]!);
  return merged;
}
