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
  readonly texts: ReadonlyMap<string, Related>;
  /** A table that has all of `texts`: an operation that finds this table still true need not look at them. */
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

  /** Whether all a chunk's rows showed is what they show in this operation. Notes it down for the next one. */
  agrees(relation: ChunkRelation): boolean {
    if (this.changedKeys(relation).size > 0) return false;
    if (relation.table !== this.table) relation.table = this.#enter(relation.texts);
    return true;
  }

  /** Keys that show something else than they did. */
  changedKeys({ texts, table }: ChunkRelation): ReadonlySet<string> {
    const changed = new Set<string>();
    if (table === this.table) return changed;
    for (const [key, { row, text }] of texts) {
      if (this.#writing.textOfKey(this.#slot, key, row) !== text) changed.add(key);
    }
    return changed;
  }

  /** What rows show in this operation. */
  relate(rows: readonly ObjectRow[]): ChunkRelation {
    const texts = new Map<string, Related>();
    for (const row of rows) {
      const key = this.#slot.keyOf(row);
      if (key === null || texts.has(key)) continue;
      texts.set(key, { row, text: this.#writing.textOfKey(this.#slot, key, row) });
    }
    return { texts, table: this.#enter(texts) };
  }

  #confirm(): void {
    for (const [key, { row, text }] of this.#table) {
      if (this.#writing.textOfKey(this.#slot, key, row) === text) continue;
      this.#table = new Map();
      break;
    }
    this.#confirmed = this.#table.size;
  }

  /** The table, with all of `texts` in it; undefined where it has grown too large. */
  #enter(texts: ReadonlyMap<string, Related>): RelatedTable | undefined {
    const { table } = this;
    for (const [key, related] of texts) {
      if (table.has(key)) continue;
      if (table.size >= tableEntries) return undefined;
      table.set(key, related);
      this.#confirmed = table.size;
    }
    return table;
  }
}
