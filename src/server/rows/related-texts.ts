import type { ObjectRow } from "../../kube/rows/row.ts";
import type { RelationSlot } from "./row-plan.ts";
import type { Writing } from "./writing.ts";

/** What a relation showed, and a row that has its key. */
export interface Related {
  readonly row: ObjectRow;
  readonly text: string;
}

/** What one relation of the rows of one cluster shows, by key. Entries are added and never changed: another text is another table. */
export type RelatedTable = Map<string, Related>;

/** What the rows of a chunk showed of one relation. */
export interface ChunkRelation {
  /** By key; there may be keys that none of its rows has any more. */
  readonly texts: ReadonlyMap<string, string>;
  /** A table that has the keys of all its rows: an operation that finds this table still true need not look at them. */
  table: RelatedTable | undefined;
}

/** Larger tables are not worth looking through for each operation. */
const tableEntries = 1024;

/**
 * The table of one slot and cluster as one operation uses it. It may be shared with operations of other snapshots that go on between two slices of this
 * one, so what they enter is looked at before it counts.
 */
export class TableInUse {
  readonly #slot: RelationSlot;
  readonly #writing: Writing;
  #table: RelatedTable;
  /** How many entries are known to be true in this operation. */
  #confirmed = 0;

  /** `known` is the table last found true; another one is begun where it is not so in this operation. */
  constructor(known: RelatedTable | undefined, slot: RelationSlot, writing: Writing) {
    this.#slot = slot;
    this.#writing = writing;
    this.#table = known === undefined || known.size > tableEntries ? new Map() : known;
    this.#confirm();
  }

  /** All of it is true in this operation. */
  get table(): RelatedTable {
    if (this.#table.size !== this.#confirmed) this.#confirm();
    return this.#table;
  }

  /** Whether what these rows of a chunk showed is what they show in this operation. Notes it down for the next one. */
  agrees(relation: ChunkRelation, rows: readonly ObjectRow[]): boolean {
    if (relation.table === this.table) return true;
    if (this.changedKeys(relation, rows).size > 0) return false;
    relation.table = this.#enter(rows);
    return true;
  }

  /** Keys of these rows of a chunk that show something else than they did. */
  changedKeys({ texts, table }: ChunkRelation, rows: readonly ObjectRow[]): ReadonlySet<string> {
    const changed = new Set<string>();
    if (table === this.table) return changed;
    const seen = new Set<string>();
    for (const row of rows) {
      const key = this.#slot.keyOf(row);
      if (key === null || seen.has(key)) continue;
      seen.add(key);
      if (this.#writing.textOfKey(this.#slot, key, row) !== texts.get(key)) changed.add(key);
    }
    return changed;
  }

  /** What the rows of a chunk show in this operation; `written` are those that were not copied from `before`. */
  relate(rows: readonly ObjectRow[], before: ChunkRelation | undefined, written: readonly ObjectRow[]): ChunkRelation {
    const isKnown = before !== undefined && before.table === this.table && before.texts.size <= 2 * rows.length;
    const texts = new Map(isKnown ? before.texts : undefined);
    const looked = isKnown ? written : rows;
    for (const row of looked) {
      const key = this.#slot.keyOf(row);
      // A key that had gone and came back may show something else than it did then.
      if (key !== null && (isKnown || !texts.has(key))) texts.set(key, this.#writing.textOfKey(this.#slot, key, row));
    }
    return { texts, table: this.#enter(looked) };
  }

  #confirm(): void {
    for (const [key, { row, text }] of this.#table) {
      if (this.#writing.textOfKey(this.#slot, key, row) === text) continue;
      this.#table = new Map();
      break;
    }
    this.#confirmed = this.#table.size;
  }

  /** The table, with the keys of all these rows in it; undefined where it has grown too large. */
  #enter(rows: readonly ObjectRow[]): RelatedTable | undefined {
    const { table } = this;
    for (const row of rows) {
      const key = this.#slot.keyOf(row);
      if (key === null || table.has(key)) continue;
      if (table.size >= tableEntries) return undefined;
      table.set(key, { row, text: this.#writing.textOfKey(this.#slot, key, row) });
      this.#confirmed = table.size;
    }
    return table;
  }
}
