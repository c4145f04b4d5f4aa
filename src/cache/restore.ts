import type { BodyDictionary } from "../kube/body-dictionary.ts";
import type { Slices } from "./slices.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { RowMaker } from "./row-maker.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { isDictionaryKey, readDictionaries } from "./stored-dictionary.ts";
import { createStoredRowReader } from "./stored-row.ts";

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
  const readRow = createStoredRowReader({ makeRow, observedAtMs, dictionaries });
  let unpacked = 0;
  const records = stored.objects.entries();
  let record = records.next();
  while (record.done !== true) {
    await slices.turn();
    signal.throwIfAborted();
    const isOver = slices.begin();
    store.edit(() => {
      do {
        const [key, text] = record.value as [string, string];
        const row = isDictionaryKey(key) ? undefined : readRow(text);
        if (row !== undefined) store.put(row, { resourceVersion, synthesised: true });
        if (row !== undefined && row.body.packed === undefined) unpacked++;
        record = records.next();
      } while (record.done !== true && !isOver());
    });
  }
  store.resourceVersion = resourceVersion;
  return { observedAtMs, dictionary: [...dictionaries.values()].at(-1), unpacked };
}
