import type { AnyRow } from "../kube/rows/row.ts";
import type { Clock } from "../lib/clock.ts";
import type { ResourceStore } from "./resource-store.ts";
import { toRowKey } from "./row-maker.ts";
import type { SnapshotId, SnapshotRecord, SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import type { CacheTimings } from "./timings.ts";

export interface DiskWriterOptions {
  readonly snapshots: SnapshotStore;
  readonly id: SnapshotId;
  readonly store: ResourceStore;
  /** What lies on disk is what the store was filled from: from now on changes suffice. Else the whole is written first. */
  readonly isRestored: boolean;
  /** Whether the rows are, now, those of the cluster with this uid and of a complete list. */
  readonly mayWrite: () => boolean;
  readonly clock: Clock;
  readonly timings: Pick<CacheTimings, "diskIntervalMs" | "diskRetryMs">;
  /** Told after each write: undefined = it went well. */
  readonly onResult: (error: Error | undefined) => void;
}

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
  #appendedBytes = 0;
  #wholeBytes = smallLogBytes;
  #writtenProofMs = 0;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: DiskWriterOptions) {
    this.#options = options;
    this.#writeAll = !options.isRestored;
  }

  get clusterUid(): string {
    return this.#options.id.clusterUid;
  }

  /** This object is another now, or gone. */
  changed(row: AnyRow): void {
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
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#writing;
  }

  #arm(ms: number): void {
    if (this.#isStopped) return;
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#cancelTimer = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
    }, ms);
  }

  async #write(): Promise<void> {
    const { clock, timings, mayWrite, onResult, store } = this.#options;
    const { observedAtMs } = store.status;
    if (!mayWrite() || observedAtMs === null) return;
    if (!this.#writeAll && this.#dirty.size === 0 && observedAtMs === this.#writtenProofMs) return;
    const startedAt = clock.monotonic();
    const at = { resourceVersion: store.resourceVersion, observedAtMs };
    const keys = [...this.#dirty];
    this.#dirty.clear();
    try {
      await (this.#writeAll ? this.#compact(at) : this.#append(keys, at));
      this.#writtenProofMs = observedAtMs;
      onResult(undefined);
      const pauseMs = Math.max(timings.diskIntervalMs, 4 * (clock.monotonic() - startedAt));
      if (this.#dirty.size > 0) this.#arm(pauseMs);
    } catch (error) {
      this.#writeAll = true;
      onResult(error instanceof Error ? error : new Error(String(error)));
      this.#arm(timings.diskRetryMs);
    }
  }

  async #append(keys: readonly string[], at: Position): Promise<void> {
    const { snapshots, id, store } = this.#options;
    const records: SnapshotRecord[] = keys.map((key) => ({ key, value: find(store, key)?.body.text() }));
    for (const { key, value } of records) this.#appendedBytes += key.length + (value?.length ?? 0);
    await snapshots.append(id, records, at);
    // More dead than alive: the next write replaces it.
    if (this.#appendedBytes > this.#wholeBytes) this.#writeAll = true;
  }

  async #compact(at: Position): Promise<void> {
    const { snapshots, id, store } = this.#options;
    const objects = new Map<string, string>();
    let bytes = 0;
    for (const row of store.rows()) {
      const text = row.body.text();
      objects.set(toRowKey(row), text);
      bytes += text.length;
    }
    await snapshots.compact(id, { ...at, objects });
    this.#writeAll = false;
    this.#appendedBytes = 0;
    this.#wholeBytes = Math.max(smallLogBytes, bytes);
  }
}

type Position = Pick<StoredSnapshot, "resourceVersion" | "observedAtMs">;

function find(store: ResourceStore, key: string): AnyRow | undefined {
  const slash = key.indexOf("/");
  return slash < 0 ? store.get("", key) : store.get(key.slice(0, slash), key.slice(slash + 1));
}
