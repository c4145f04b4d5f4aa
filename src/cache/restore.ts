import type { BodyDictionary } from "../kube/body-dictionary.ts";
import type { Slices } from "./slices.ts";
import type { ResourceStore } from "./resource-store.ts";
import { toRowKey } from "./row-maker.ts";
import type { RowMaker } from "./row-maker.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import { createStoredBlockReader } from "./stored-block.ts";
import { readDictionaries } from "./stored-dictionary.ts";
import { goneText, isRowKey, toBodiesKey } from "./stored-key.ts";
import { createStoredRowReader } from "./stored-row.ts";
import type { StoredRowReaderOptions } from "./stored-row.ts";

export interface RestoreOptions {
  readonly store: ResourceStore;
  readonly snapshots: SnapshotStore;
  readonly clusterUid: string;
  readonly makeRow: RowMaker;
  readonly slices: Slices;
  readonly signal: AbortSignal;
}

export interface Restored {
  readonly observedAtMs: number;
  readonly dictionary: BodyDictionary | undefined;
  /** Rows whose body lay there as it came, written before there was time to pack it. */
  readonly unpacked: number;
}

/**
 * Fills an empty store with what was kept of that very cluster, as rows with source DISK that are as old as the last proof on disk. Told as synthesised
 * additions. Resolves with that time, and what their bodies are packed with; undefined where nothing was kept. What cannot be read is left out: the cluster still has it.
 * Rejects where the disk fails, or with the signal's reason.
 */
export async function restore(options: RestoreOptions): Promise<Restored | undefined> {
  const { store, snapshots, clusterUid, makeRow, slices, signal } = options;
  const stored = await snapshots.load({ clusterUid, resource: store.name });
  signal.throwIfAborted();
  if (stored === undefined) return undefined;
  const { observedAtMs, resourceVersion } = stored;
  const dictionaries = readDictionaries(stored.objects);
  const batches = readBatches(stored, { makeRow, observedAtMs, dictionaries });
  let unpacked = 0;
  let batch = batches.next();
  while (batch.done !== true) {
    await slices.turn();
    signal.throwIfAborted();
    const isOver = slices.begin();
    store.edit(() => {
      do {
        for (const row of batch.value ?? []) {
          store.put(row, { resourceVersion, synthesised: true });
          if (row.body.isText) unpacked++;
        }
        batch = batches.next();
      } while (batch.done !== true && !isOver());
    });
  }
  store.resourceVersion = resourceVersion;
  return { observedAtMs, dictionary: [...dictionaries.values()].at(-1), unpacked };
}

/** The rows of a snapshot, a block or a single one at a time. What has changed since its block was written lies beside it, by its own key. */
function* readBatches(
  { objects, bytes = new Map() }: StoredSnapshot,
  options: StoredRowReaderOptions,
): Generator<readonly AnyRow[], void> {
  const readBlock = createStoredBlockReader(options);
  const readRow = createStoredRowReader(options);
  const changed = new Set([...objects.keys()].filter(isRowKey));
  for (const [key, text] of objects) {
    const bodiesKey = toBodiesKey(key);
    if (bodiesKey !== undefined) {
      const rows = readBlock({ rows: text, bodies: bytes.get(bodiesKey) ?? Buffer.alloc(0) });
      yield changed.size === 0 ? rows : rows.filter((row) => !changed.has(toRowKey(row)));
    } else if (changed.has(key) && text !== goneText) {
      const row = readRow(text);
      if (row !== undefined) yield [row];
    }
  }
}
