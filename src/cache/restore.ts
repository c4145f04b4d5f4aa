import type { Slices } from "./slices.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { RowMaker } from "./row-maker.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

export interface RestoreOptions {
  readonly store: ResourceStore;
  readonly snapshots: SnapshotStore;
  readonly clusterUid: string;
  readonly makeRow: RowMaker;
  readonly slices: Slices;
  readonly signal: AbortSignal;
}

/**
 * Fills an empty store with what was kept of that very cluster, as rows with source DISK that are as old as the last proof on disk. Told as synthesised
 * additions. Resolves with that time; undefined where nothing was kept. What cannot be read is left out: the cluster still has it.
 * Rejects where the disk fails, or with the signal's reason.
 */
export async function restore(options: RestoreOptions): Promise<number | undefined> {
  const { store, snapshots, clusterUid, makeRow, slices, signal } = options;
  const stored = await snapshots.load({ clusterUid, resource: store.name });
  signal.throwIfAborted();
  if (stored === undefined) return undefined;
  const { observedAtMs, resourceVersion } = stored;
  const texts = stored.objects.values();
  let text = texts.next();
  while (text.done !== true) {
    const isOver = slices.begin();
    store.edit(() => {
      do {
        const row = makeRow(parse(text.value), { source: "DISK", observedAtMs, json: text.value });
        if (row !== undefined) store.put(row, { resourceVersion, synthesised: true });
        text = texts.next();
      } while (text.done !== true && !isOver());
    });
    await slices.pause();
    signal.throwIfAborted();
  }
  store.resourceVersion = resourceVersion;
  return observedAtMs;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
