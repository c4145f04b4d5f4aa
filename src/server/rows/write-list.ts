import type { ObjectRow } from "../../kube/rows/row.ts";
import type { Clock } from "../../lib/clock.ts";
import type { PagedRun } from "../../loaders/connection/row-runs.ts";
import { ChunkBuilder, isCurrent, startOf } from "./chunk.ts";
import type { Chunk, Tables } from "./chunk.ts";
import { Doubt } from "./doubt.ts";
import { TableInUse } from "./related-texts.ts";
import { RenderedRows } from "./rendered-rows.ts";
import type { View } from "./views.ts";
import { Writing } from "./writing.ts";

/** Rows written in one piece. */
const rowsOfPiece = 256;
/** How long the event loop is held (READ-PATH, invariant 9). */
const sliceMs = 10;

/** What became of chunks that were asked for. */
export interface ChunkCounts {
  /** Taken as they were. */
  reused: number;
  /** Copied but for some rows. */
  patched: number;
  /** Not there before. */
  added: number;
}

export interface ListToWrite {
  readonly view: View;
  readonly runs: readonly PagedRun<ObjectRow>[];
  readonly context: { readonly signal?: AbortSignal };
  readonly clock: Clock;
  /** Rows from which on it is written as bytes and its chunks are kept. */
  readonly wideRows: number;
  readonly counts: ChunkCounts;
}

/**
 * Writes the rows of a list, at once or in slices. Throws or rejects with what stands in the way (any error: graphql-js then says what is wrong), or
 * with the reason of the operation's signal.
 */
export function writeList(list: ListToWrite): RenderedRows | Promise<RenderedRows> {
  const { view, runs, clock } = list;
  view.reads++;
  if (isFailing(view, runs)) throw new Doubt("a row that could not be written before");
  const writer = new ListWriter(list);
  const begin = (): (() => boolean) => {
    const startedMs = clock.monotonic();
    return () => clock.monotonic() - startedMs >= sliceMs;
  };
  return writer.run(begin()) ? writer.result() : finishInSlices(writer, begin, list.context.signal);
}

async function finishInSlices(
  writer: ListWriter,
  begin: () => () => boolean,
  signal: AbortSignal | undefined,
): Promise<RenderedRows> {
  do {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    signal?.throwIfAborted();
  } while (!writer.run(begin()));
  return writer.result();
}

class ListWriter {
  readonly #view: View;
  readonly #runs: readonly PagedRun<ObjectRow>[];
  readonly #writing: Writing;
  readonly #isWide: boolean;
  readonly #counts: ChunkCounts;
  readonly #variants = new Map<string, string>();
  readonly #tables = new Map<string, Tables>();
  readonly #pieces: Buffer[] = [];
  #text = "";
  #textRows = 0;
  #run = 0;
  /** Next row of a run that is written without a chunk; unset = its beginning. */
  #row: number | undefined;
  #builder: ChunkBuilder | undefined;

  constructor({ view, runs, context, wideRows, counts }: ListToWrite) {
    this.#view = view;
    this.#runs = runs;
    this.#writing = new Writing(context);
    this.#counts = counts;
    let rows = 0;
    for (const { start, end } of runs) rows += end - start;
    this.#isWide = rows >= wideRows;
  }

  /** Goes on until all is written (true) or `isOver`. */
  run(isOver: () => boolean): boolean {
    for (; this.#run < this.#runs.length; this.#run++) {
      const run = this.#runs[this.#run]!;
      const isDone = this.#keeps(run) ? this.#writeChunk(run, isOver) : this.#writeRows(run, isOver);
      if (!isDone) return false;
    }
    return true;
  }

  result(): RenderedRows {
    if (this.#pieces.length === 0) return new RenderedRows(this.#text.slice(1));
    this.#flush();
    const [first, ...rest] = this.#pieces;
    // Each row has its comma before it.
    return new RenderedRows([first!.subarray(1), ...rest]);
  }

  /** Whether the run is all of a partition, of a view that is read again and again. */
  #keeps({ partition, rows, start, end }: PagedRun<ObjectRow>): boolean {
    const { plan, reads } = this.#view;
    return this.#isWide && reads > 1 && plan.isKept && partition !== undefined && end - start === rows.length;
  }

  #writeChunk(run: PagedRun<ObjectRow>, isOver: () => boolean): boolean {
    const { rows } = run;
    const partition = run.partition!;
    const view = this.#view;
    const variant = this.#variantOf(rows);
    if (this.#builder === undefined) {
      const held = view.chunk(partition.key, variant);
      const tables = this.#tablesOf(rows[0]!.clusterName, variant);
      const written = { rows, plan: view.plan, writing: this.#writing, tables };
      if (held !== undefined && isCurrent(held, written)) {
        // The same rows in a new array: the next one compares one reference.
        if (held.rows !== rows) view.keep(partition, variant, { ...held, rows });
        this.#append(held, run);
        this.#counts.reused++;
        return !isOver() || this.#skip();
      }
      this.#counts[held === undefined ? "added" : "patched"]++;
      this.#builder = new ChunkBuilder(written, held);
    }
    if (!this.#guarded(() => this.#builder!.run(isOver))) return false;
    const chunk = this.#builder.finish();
    this.#builder = undefined;
    view.keep(partition, variant, chunk);
    this.#append(chunk, run);
    return !isOver() || this.#skip();
  }

  /** Leaves the run that is done behind, so that the next slice begins with the next one. */
  #skip(): boolean {
    this.#run++;
    return false;
  }

  #append(chunk: Chunk, { start, end }: PagedRun<ObjectRow>): void {
    this.#flush();
    this.#pieces.push(chunk.bytes.subarray(startOf(chunk, start), startOf(chunk, end)));
  }

  #writeRows({ rows, start, end }: PagedRun<ObjectRow>, isOver: () => boolean): boolean {
    const { plan } = this.#view;
    let index = this.#row ?? start;
    while (index < end) {
      const row = rows[index]!;
      this.#text += `,${this.#guarded(() => plan.write(row, this.#writing), row)}`;
      index++;
      if (this.#isWide && ++this.#textRows >= rowsOfPiece) this.#flush();
      if (index % 32 === 0 && index < end && isOver()) {
        this.#row = index;
        return false;
      }
    }
    this.#row = undefined;
    return !isOver() || this.#skip();
  }

  #flush(): void {
    if (this.#text !== "") this.#pieces.push(Buffer.from(this.#text));
    this.#text = "";
    this.#textRows = 0;
  }

  /** Remembers the row that could not be written, so that the next attempt costs nothing. */
  #guarded<T>(write: () => T, row?: ObjectRow): T {
    try {
      return write();
    } catch (error) {
      const failed = row ?? this.#builder?.row;
      if (failed !== undefined) this.#view.failing = new WeakRef(failed);
      throw error;
    }
  }

  /** What relations of a cluster's rows show in this operation, as far as that was known before. */
  #tablesOf(cluster: string, variant: string): Tables {
    const { plan, tables } = this.#view;
    const place = `${cluster} ${variant}`;
    let found = this.#tables.get(place);
    if (found === undefined) {
      found = plan.slots.map((slot) => {
        const key = `${slot.index} ${place}`;
        const used = new TableInUse(tables.get(key), slot, this.#writing);
        tables.set(key, used.table);
        return used;
      });
      this.#tables.set(place, found);
    }
    return found;
  }

  /**
   * Callers who see what relations lead to and callers who do not have chunks of their own, so that they do not rewrite each other's: a hint, since
   * `isCurrent` looks at each text. Told by the first relation of a cluster that leads anywhere.
   */
  #variantOf(rows: readonly ObjectRow[]): string {
    const { slots } = this.#view.plan;
    if (slots.length === 0) return "";
    return slots.map((slot) => {
      const place = `${slot.index} ${rows[0]!.clusterName}`;
      let known = this.#variants.get(place);
      if (known === undefined) {
        const row = rows.find((each) => slot.keyOf(each) !== null);
        if (row === undefined) return "1";
        known = this.#writing.textOf(slot, row) === "null" ? "0" : "1";
        this.#variants.set(place, known);
      }
      return known;
    }).join(""); // prettier-ignore
  }
}

function isFailing({ failing }: View, runs: readonly PagedRun<ObjectRow>[]): boolean {
  const row = failing?.deref();
  if (row === undefined) return false;
  return runs.some(({ partition, rows, start, end }) => {
    const isElsewhere =
      partition !== undefined &&
      (partition.key.cluster !== row.clusterName || partition.key.namespace !== (row.namespace ?? ""));
    const index = isElsewhere ? -1 : rows.indexOf(row);
    return index >= start && index < end;
  });
}
