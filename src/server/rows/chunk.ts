import type { ObjectRow } from "../../kube/rows/row.ts";
import type { ChunkRelation, TableInUse } from "./related-texts.ts";
import type { RowPlan } from "./row-plan.ts";
import type { Writing } from "./writing.ts";

/** The rows of one partition that a list shows, written: each with a comma before it. Never changes. */
export interface Chunk {
  readonly rows: readonly ObjectRow[];
  readonly bytes: Buffer;
  /** Where each row ends. */
  readonly ends: readonly number[];
  /** For each slot of the plan. */
  readonly related: readonly ChunkRelation[];
}

/** What an operation's relations show, by slot, for the cluster of a chunk. */
export type Tables = readonly TableInUse[];

/** Rows written in one piece: with more of them the engine spends its time on flattening strings. */
const rowsOfPiece = 256;
/** How often the time is looked at. */
const rowsOfLook = 32;

/** What a chunk takes beside its bytes, roughly: offsets, and a reference to each row. */
export function sizeOf({ bytes, rows }: Chunk): number {
  return bytes.length + 16 * rows.length + 300;
}

export interface ChunkToWrite {
  readonly rows: readonly ObjectRow[];
  readonly plan: RowPlan;
  readonly writing: Writing;
  readonly tables: Tables;
}

/** Whether the chunk shows these rows as this operation would write them. */
export function isCurrent(chunk: Chunk, { rows, tables }: ChunkToWrite): boolean {
  if (chunk.rows !== rows) {
    if (chunk.rows.length !== rows.length) return false;
    for (let i = 0; i < rows.length; i++) if (chunk.rows[i] !== rows[i]) return false;
  }
  return tables.every((table, slot) => table.agrees(chunk.related[slot]!, chunk.rows));
}

/** Writes a chunk, in steps, copying from the one before what is the same. */
export class ChunkBuilder {
  readonly #rows: readonly ObjectRow[];
  readonly #plan: RowPlan;
  readonly #writing: Writing;
  readonly #tables: Tables;
  readonly #before: Chunk | undefined;
  /** Keys of each slot whose text has changed. */
  readonly #changed: readonly ReadonlySet<string>[];
  readonly #parts: Buffer[] = [];
  readonly #ends: number[] = [];
  readonly #written: ObjectRow[] = [];
  #length = 0;
  #next = 0;
  /** Place in the chunk before. */
  #place = 0;

  constructor({ rows, plan, writing, tables }: ChunkToWrite, before: Chunk | undefined) {
    this.#rows = rows;
    this.#plan = plan;
    this.#writing = writing;
    this.#tables = tables;
    this.#before = before;
    this.#changed =
      before === undefined ? [] : tables.map((table, slot) => table.changedKeys(before.related[slot]!, before.rows));
  }

  /** The row it has come to. */
  get row(): ObjectRow | undefined {
    return this.#rows[this.#next];
  }

  /** Goes on until it is done (true) or `isOver`. */
  run(isOver: () => boolean): boolean {
    while (this.#next < this.#rows.length) {
      const start = this.#next;
      if (!this.#copyRun()) this.#writeRun();
      if (this.#next - start >= rowsOfLook && this.#next < this.#rows.length && isOver()) return false;
    }
    return true;
  }

  finish(): Chunk {
    // Not of Node's shared pool: a small chunk would keep eight kilobytes of it.
    const bytes = Buffer.allocUnsafeSlow(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    const related = this.#tables.map((table, slot) =>
      table.relate(this.#rows, this.#before?.related[slot], this.#written),
    );
    return { rows: this.#rows, bytes, ends: this.#ends, related };
  }

  /** Takes over as many rows as come in the chunk before as they are now; false where the next one does not. */
  #copyRun(): boolean {
    const before = this.#before;
    if (before === undefined || !this.#isSame(before, this.#next, this.#seek(before))) return false;
    const first = this.#place;
    while (this.#isSame(before, this.#next, this.#place)) {
      this.#length += before.ends[this.#place]! - startOf(before, this.#place);
      this.#ends[this.#next] = this.#length;
      this.#next++;
      this.#place++;
    }
    this.#parts.push(before.bytes.subarray(startOf(before, first), startOf(before, this.#place)));
    return true;
  }

  /** The next row's place in the chunk before; behind it where it is not in there. */
  #seek({ rows }: Chunk): number {
    const row = this.#rows[this.#next];
    if (rows[this.#place] === row) return this.#place;
    // A new version stands where the old one stood.
    if (rows[this.#place]?.name === row?.name) return rows.length;
    const found = rows.indexOf(row!, this.#place);
    if (found === -1) return rows.length;
    this.#place = found;
    return found;
  }

  #isSame(before: Chunk, index: number, place: number): boolean {
    const row = this.#rows[index];
    if (row === undefined || before.rows[place] !== row) return false;
    return this.#plan.slots.every(({ keyOf }, slot) => {
      const changed = this.#changed[slot]!;
      if (changed.size === 0) return true;
      const key = keyOf(row);
      return key === null || !changed.has(key);
    });
  }

  /** Writes rows until one may be copied, or the piece is full. */
  #writeRun(): void {
    const before = this.#before;
    let piece = "";
    const texts: string[] = [];
    const first = this.#next;
    do {
      const row = this.#rows[this.#next]!;
      const text = `,${this.#plan.write(row, this.#writing)}`;
      texts.push(text);
      this.#written.push(row);
      piece += text;
      if (before?.rows[this.#place]?.name === row.name) this.#place++;
      this.#next++;
    } while (
      this.#next < this.#rows.length &&
      texts.length < (before === undefined ? rowsOfPiece : rowsOfLook) &&
      (before === undefined || !this.#isSame(before, this.#next, this.#place))
    );
    const bytes = Buffer.from(piece);
    this.#parts.push(bytes);
    const isAscii = bytes.length === piece.length;
    for (const [index, text] of texts.entries()) {
      this.#length += isAscii ? text.length : Buffer.byteLength(text);
      this.#ends[first + index] = this.#length;
    }
  }
}

/** Where row `index` of a chunk begins; of the row behind the last: where the chunk ends. */
export function startOf({ ends }: Pick<Chunk, "ends">, index: number): number {
  return index === 0 ? 0 : ends[index - 1]!;
}
