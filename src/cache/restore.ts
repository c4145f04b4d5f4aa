import type { BodyDictionary } from "../kube/body-dictionary.ts";
import type { Slices } from "./slices.ts";
import type { ResourceStore } from "./resource-store.ts";
import { toRowKey } from "./row-maker.ts";
import type { RowMaker } from "./row-maker.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { BlockBodies } from "./block-bodies.ts";
import { toHeldBytes } from "./held-bytes.ts";
import type { LoadedSnapshot, SnapshotStore } from "./snapshot-store.ts";
import { createStoredBlockReader } from "./stored-block.ts";
import type { StoredBlockReaderOptions } from "./stored-block.ts";
import { readDictionaries } from "./stored-dictionary.ts";
import { goneText, isRowKey, toBodiesKey } from "./stored-key.ts";
import { createStoredRowReader } from "./stored-row.ts";

export interface RestoreOptions {
  readonly store: ResourceStore;
  readonly snapshots: SnapshotStore;
  readonly clusterUid: string;
  readonly makeRow: RowMaker;
  readonly slices: Slices;
  readonly signal: AbortSignal;
  /** Told when bodies could not be read after all: what was restored is not to be trusted any more. */
  readonly onLost: (error: unknown) => void;
}

export interface Restored {
  readonly observedAtMs: number;
  readonly dictionary: BodyDictionary | undefined;
  /** Rows whose body lay there as it came, written before there was time to pack it. */
  readonly unpacked: number;
  /** Bodies that have not been read yet. */
  readonly bodies: readonly BlockBodies[];
  /** To be called when they are, or nobody wants them any more. */
  close(): Promise<void>;
}

/**
 * Fills an empty store with what was kept of that very cluster, as rows with source DISK that are as old as the last proof on disk. Told as synthesised
 * additions. Resolves with that time, and what their bodies are packed with; undefined where nothing was kept. What cannot be read is left out: the cluster still has it.
 * Rejects where the disk fails, or bodies that were needed are damaged, or with the signal's reason: then part of it may be in the store.
 */
export async function restore(options: RestoreOptions): Promise<Restored | undefined> {
  const { store, snapshots, clusterUid } = options;
  const stored = await snapshots.load({ clusterUid, resource: store.name });
  if (stored === undefined) return undefined;
  try {
    return await fill(options, stored);
  } catch (error) {
    await stored.close();
    throw error;
  }
}

async function fill(options: RestoreOptions, stored: LoadedSnapshot): Promise<Restored> {
  const { store, makeRow, slices, signal } = options;
  signal.throwIfAborted();
  const { observedAtMs, resourceVersion } = stored;
  const dictionaries = readDictionaries(stored.objects);
  const bodies: BlockBodies[] = [];
  let lost: unknown;
  const onLost = (error: unknown): void => {
    lost ??= error;
    options.onLost(error);
  };
  const onBodies = (each: BlockBodies): void => void bodies.push(each);
  const batches = readBatches(stored, { makeRow, observedAtMs, dictionaries, onBodies, onLost });
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
    if (lost !== undefined) throw lost;
  }
  store.resourceVersion = resourceVersion;
  const dictionary = [...dictionaries.values()].at(-1);
  return { observedAtMs, dictionary, unpacked, bodies, close: () => stored.close() };
}

/** The rows of a snapshot, a block or a single one at a time. What has changed since its block was written lies beside it, by its own key. */
function* readBatches(
  { objects, bytes }: LoadedSnapshot,
  options: StoredBlockReaderOptions,
): Generator<readonly AnyRow[], void> {
  const readBlock = createStoredBlockReader(options);
  const readRow = createStoredRowReader(options);
  const changed = new Set([...objects.keys()].filter(isRowKey));
  for (const [key, text] of objects) {
    const bodiesKey = toBodiesKey(key);
    if (bodiesKey !== undefined) {
      const rows = readBlock({ rows: text, bodies: bytes.get(bodiesKey) ?? toHeldBytes(Buffer.alloc(0)) });
      yield changed.size === 0 ? rows : rows.filter((row) => !changed.has(toRowKey(row)));
    } else if (changed.has(key) && text !== goneText) {
      const row = readRow(text);
      if (row !== undefined) yield [row];
    }
  }
}
