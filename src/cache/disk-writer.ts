import type { AnyRow } from "../kube/rows/row.ts";
import { sleep } from "../lib/clock.ts";
import type { Clock } from "../lib/clock.ts";
import type { LoopLoad } from "../lib/loop-load.ts";
import type { BodyDictionary } from "../kube/body-dictionary.ts";
import { fewRows } from "./body-packer.ts";
import type { BodyPacker } from "./body-packer.ts";
import type { ResourceStore } from "./resource-store.ts";
import { toRowKey } from "./row-maker.ts";
import type { SnapshotId, SnapshotRecord, SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import type { Slices } from "./slices.ts";
import { isAlike, rowsOfBlock, toStoredBlock } from "./stored-block.ts";
import { toDictionaryRecord } from "./stored-dictionary.ts";
import { goneText, toBlockKeys } from "./stored-key.ts";
import { toStoredRow } from "./stored-row.ts";
import type { CacheTimings } from "./timings.ts";

export interface DiskWriterOptions {
  readonly snapshots: SnapshotStore;
  readonly id: SnapshotId;
  readonly store: ResourceStore;
  /** What lies on disk is what the store was filled from: from now on changes suffice. Else the whole is written first. */
  readonly isRestored: boolean;
  /** It is to be written as a whole all the same once it is packed, for the next start: but not by `stop`, which packs nothing. */
  readonly isWorthRewriting: boolean;
  /** Whether the rows are, now, those of the cluster with this uid and of a complete list. */
  readonly mayWrite: () => boolean;
  /** What the bodies are packed with, if they are, and whether that is done: until then the whole is written by `stop` alone, since the disk is to have them packed. */
  readonly packer: Pick<BodyPacker, "dictionary" | "isThrough">;
  readonly slices: Slices;
  readonly clock: Clock;
  /** While it is busy, changes wait for a while: some of them will be outdated. */
  readonly load: LoopLoad;
  readonly timings: Pick<CacheTimings, "diskIntervalMs" | "diskPatienceMs" | "diskRetryMs" | "quietPauseMs">;
  /** Told after each write: undefined = it went well. */
  readonly onResult: (error: Error | undefined) => void;
}

/** How much more may be appended than the whole takes: a start reads it all, and packs what has changed anew. */
const mostDead = 2;

/** Below this many bytes an append log is not worth replacing. */
const smallLogBytes = 1 << 20;

/**
 * Brings what changes in a store to disk, behind the store and never in its way: in batches, the latest state of each object only, one write at a time, with a pause
 * after each of at least `diskIntervalMs` and four times what the write took, so that a slow disk is busy a fifth of the time at most. After a failure it
 * goes on from memory, tries again every `diskRetryMs`, and then writes the whole, since records may be missing in between.
 */
export class DiskWriter {
  readonly #options: DiskWriterOptions;
  readonly #dirty = new Set<string>();
  #writeAll: boolean;
  #isWorthRewriting: boolean;
  #appendedBytes = 0;
  #wholeBytes = smallLogBytes;
  #writtenProofMs = 0;
  /** Of the dictionary that lies on disk. */
  #writtenDictionary: string | undefined;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  /** clock.monotonic() of the first change that waits. */
  #dirtySince = 0;
  readonly #stopping = new AbortController();

  constructor(options: DiskWriterOptions) {
    this.#options = options;
    this.#writeAll = !options.isRestored;
    this.#isWorthRewriting = options.isRestored && options.isWorthRewriting;
    if (options.isRestored) this.#writtenDictionary = options.packer.dictionary?.id;
  }

  get clusterUid(): string {
    return this.#options.id.clusterUid;
  }

  /** This object is another now, or gone. */
  changed(row: AnyRow): void {
    if (this.#dirty.size === 0) this.#dirtySince = this.#options.clock.monotonic();
    this.#dirty.add(toRowKey(row));
    this.schedule();
  }

  /** Something is to be written, or may be written now. */
  schedule(): void {
    if (this.#cancelTimer === undefined && this.#writing === undefined) this.#arm(this.#options.timings.diskIntervalMs);
  }

  /** Writes what is left, once, and is done. */
  async stop(): Promise<void> {
    await this.discard();
    await this.#write();
  }

  /** Ends without writing; resolves when no write is under way. */
  async discard(): Promise<void> {
    this.#stopping.abort();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#writing;
  }

  #arm(ms: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#cancelTimer = undefined;
      // Changes are written as they come; the whole waits until it is small.
      const isWhole = this.#writeAll || this.#isWorthRewriting;
      if ((isWhole && !this.#options.packer.isThrough) || this.#mayWait())
        return this.#arm(this.#options.timings.diskIntervalMs);
      this.#writeAll = isWhole;
      this.#isWorthRewriting = false;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
    }, ms);
  }

  #mayWait(): boolean {
    const { load, clock, timings } = this.#options;
    return load.isBusy() && clock.monotonic() - this.#dirtySince < timings.diskPatienceMs;
  }

  async #write(): Promise<void> {
    const { timings, mayWrite, onResult, store } = this.#options;
    const { observedAtMs } = store.status;
    if (!mayWrite() || observedAtMs === null) return;
    if (!this.#writeAll && this.#dirty.size === 0 && observedAtMs === this.#writtenProofMs) return;
    const at = { resourceVersion: store.resourceVersion, observedAtMs };
    const keys = [...this.#dirty];
    this.#dirty.clear();
    try {
      const tookMs = await (this.#writeAll ? this.#compact(at) : this.#append(keys, at));
      this.#writtenProofMs = observedAtMs;
      onResult(undefined);
      const pauseMs = Math.max(timings.diskIntervalMs, 4 * tookMs);
      if (this.#dirty.size > 0) this.#arm(pauseMs);
    } catch (error) {
      this.#writeAll = true;
      onResult(error instanceof Error ? error : new Error(String(error)));
      this.#arm(timings.diskRetryMs);
    }
  }

  /** Resolves with how long the disk took, ms. */
  async #append(keys: readonly string[], at: Position): Promise<number> {
    const { snapshots, id, store, packer, clock } = this.#options;
    const records = await this.#toRecords(keys.map((key) => [key, find(store, key)]));
    const { dictionary } = packer;
    if (dictionary !== undefined && dictionary.id !== this.#writtenDictionary)
      records.unshift(toDictionaryRecord(dictionary));
    for (const { key, value } of records) this.#appendedBytes += key.length + (value?.length ?? 0);
    const tookMs = await timed(clock, () => snapshots.append(id, records, at));
    this.#writtenDictionary = dictionary?.id;
    // Mostly dead: the next write replaces it. To do so sooner costs a fleet that changes much more than its appends do.
    if (this.#appendedBytes > mostDead * this.#wholeBytes) this.#writeAll = true;
    return tookMs;
  }

  /**
   * In slices with pauses four times as long, since to write an object as text takes about as long as to tell everybody of its change; of rows of one
   * moment, however long it takes.
   */
  async #toRecords(rows: readonly (readonly [key: string, row: AnyRow | undefined])[]): Promise<SnapshotRecord[]> {
    const { slices, clock, timings } = this.#options;
    const records: SnapshotRecord[] = [];
    let isOver = slices.begin();
    for (const [key, row] of rows) {
      if (isOver()) {
        await sleep(clock, timings.quietPauseMs, this.#stopping.signal).catch(() => {});
        await slices.turn();
        isOver = slices.begin();
      }
      records.push({ key, value: row === undefined ? goneText : toStoredRow(row) });
    }
    return records;
  }

  /** The same. */
  async #compact(at: Position): Promise<number> {
    const { snapshots, id, store, packer, slices, clock } = this.#options;
    // Of this moment, however long it takes.
    const { partitions } = store.snapshot();
    const objects = new Map<string, string>();
    const blobs = new Map<string, Buffer>();
    const dictionaries = new Map<string, BodyDictionary>();
    const { dictionary } = packer;
    if (dictionary !== undefined) dictionaries.set(dictionary.id, dictionary);
    let bytes = 0;
    for (const rows of toBatches(partitions.flatMap((partition) => partition.rows))) {
      await slices.turn();
      let isOver = slices.begin();
      for (const { body } of rows) {
        // Whose JSON nobody has needed makes it now.
        const used = body.packed?.dictionary;
        if (used !== undefined) dictionaries.set(used.id, used);
        if (!isOver()) continue;
        await slices.turn();
        isOver = slices.begin();
      }
      const block = rows.length === 1 ? undefined : toStoredBlock(rows);
      const text = block?.rows ?? toStoredRow(rows[0]);
      const keys = toBlockKeys(blobs.size);
      objects.set(block === undefined ? toRowKey(rows[0]) : keys.rows, text);
      if (block !== undefined) blobs.set(keys.bodies, block.bodies);
      bytes += text.length + (block?.bodies.length ?? 0);
    }
    for (const each of dictionaries.values()) {
      const { key, value } = toDictionaryRecord(each);
      objects.set(key, value);
    }
    const tookMs = await timed(clock, () => snapshots.compact(id, { ...at, objects, bytes: blobs }));
    this.#writtenDictionary = dictionary?.id;
    this.#writeAll = false;
    this.#appendedBytes = 0;
    this.#wholeBytes = Math.max(smallLogBytes, bytes);
    return tookMs;
  }
}

/** How long it took, ms. */
async function timed(clock: Clock, write: () => Promise<void>): Promise<number> {
  const startedAt = clock.monotonic();
  await write();
  return clock.monotonic() - startedAt;
}

type Rows = readonly [AnyRow, ...AnyRow[]];

/** In blocks; few rows are each a batch of their own. */
function* toBatches(rows: readonly AnyRow[]): Generator<Rows> {
  let batch: [AnyRow, ...AnyRow[]] | undefined;
  for (const row of rows) {
    if (batch === undefined) batch = [row];
    else if (rows.length >= fewRows && batch.length < rowsOfBlock && isAlike(batch[0], row)) batch.push(row);
    else {
      yield batch;
      batch = [row];
    }
  }
  if (batch !== undefined) yield batch;
}

type Position = Pick<StoredSnapshot, "resourceVersion" | "observedAtMs">;

function find(store: ResourceStore, key: string): AnyRow | undefined {
  const slash = key.indexOf("/");
  return slash < 0 ? store.get("", key) : store.get(key.slice(0, slash), key.slice(slash + 1));
}
