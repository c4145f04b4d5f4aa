import type { ResourceId } from "../kube/resource-id.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Logger } from "../lib/logger.ts";
import type { LoopLoad } from "../lib/loop-load.ts";
import { BodyPacker, fewRows } from "./body-packer.ts";
import { BodyReader } from "./body-reader.ts";
import type { CachedCluster } from "./cached-cluster.ts";
import { createChildAbort } from "./child-abort.ts";
import type { ChildAbort } from "./child-abort.ts";
import { DiskWriter } from "./disk-writer.ts";
import type { CacheEvent, ResourceMetrics } from "./fleet-cache.ts";
import type { IdentityGuard } from "./identity-guard.ts";
import { Reflector } from "./reflector.ts";
import type { ResourceStore } from "./resource-store.ts";
import { restore } from "./restore.ts";
import { createRowMaker } from "./row-maker.ts";
import type { PrepareObject, RowMaker, ToRow } from "./row-maker.ts";
import type { Slices } from "./slices.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import type { Store } from "./store.ts";
import type { CacheTimings } from "./timings.ts";

/** What all resources of a cache share. */
export interface HoldingOptions {
  readonly store: Store;
  readonly toRow: ToRow;
  readonly prepare: PrepareObject;
  readonly snapshots: SnapshotStore | undefined;
  readonly timings: CacheTimings;
  readonly slices: Slices;
  /** For what nobody waits for. */
  readonly quietSlices: Slices;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly load: LoopLoad;
  /** Whether the list of a resource that anybody may wait for is not over. */
  readonly isListing: () => boolean;
  /** Told after each write to disk. */
  readonly onDiskResult: (holder: object, error: Error | undefined) => void;
}

export interface HeldResourceOptions extends HoldingOptions {
  readonly cluster: CachedCluster;
  readonly resource: ResourceId;
  readonly guard: IdentityGuard;
  /** uid under which the disk may have rows of it, where one is known. */
  readonly clusterUid: string | undefined;
  readonly isAlwaysCached: boolean;
}

/** One resource of one cluster from its first use until it is let go: disk, then reflector, then disk behind it. */
export class HeldResource {
  readonly store: ResourceStore;
  readonly resource: ResourceId;
  readonly isAlwaysCached: boolean;
  /** Resolves when what the disk has is in the store. */
  readonly restored: Promise<void>;
  /** clock.monotonic() */
  usedAt: number;
  readonly #options: HeldResourceOptions;
  readonly #reflector: Reflector;
  readonly #makeRow: RowMaker;
  readonly #stop: ChildAbort;
  readonly #done: Promise<void>;
  readonly #packer: BodyPacker;
  #reader: BodyReader | undefined;
  #writer: DiskWriter | undefined;
  #restoredUid: string | undefined;
  /** What lies on disk is whole, but to be packed for the next start. */
  #isWorthRewriting = false;

  constructor(options: HeldResourceOptions) {
    const { cluster, resource, clock, timings, quietSlices, load } = options;
    this.#options = options;
    this.resource = resource;
    this.isAlwaysCached = options.isAlwaysCached;
    this.usedAt = clock.monotonic();
    this.store = options.store.add(cluster.name, resource);
    this.#makeRow = createRowMaker({ ...options, cluster: cluster.name });
    this.#packer = new BodyPacker({
      store: this.store,
      clock,
      slices: quietSlices,
      timings,
      load,
      isListing: options.isListing,
    });
    this.#reflector = new Reflector({ ...options, store: this.store, makeRow: this.#makeRow });
    this.#stop = createChildAbort(cluster.signal);
    const restored = createDeferred();
    this.restored = restored.promise;
    this.#done = this.#run(restored.resolve);
  }

  /** Resolves when the first attempt has come to something. */
  settled(): Promise<void> {
    return this.#reflector.settled();
  }

  clusterChanged(): void {
    this.#reflector.clusterChanged();
  }

  /** Hears of everything that happens in the store. */
  onEvent(event: CacheEvent): void {
    if (event.type === "change") {
      const row = event.change.after ?? event.change.before;
      if (row !== undefined) this.#writer?.changed(row);
      // Before the first list is over, its end is the reason.
      const { after } = event.change;
      if (after !== undefined && this.#reflector.completeOf !== undefined) this.#packer.changed(after);
    } else if (event.after === undefined) {
      // Let go of: what is on disk stays until a list has brought the whole again.
      void this.#writer?.discard();
      this.#writer = undefined;
      this.#restoredUid = undefined;
    } else if (event.after.state === "FRESH") {
      this.#packer.schedule();
      this.#openWriter()?.schedule();
    }
  }

  metrics(): ResourceMetrics {
    const { cluster, name: resource, size: rows, status } = this.store;
    return { cluster, resource, rows, state: status.state, skipped: status.skipped, ...this.#reflector.counts };
  }

  /** Takes the rows out of the store at once and ends everything; resolves when the disk has what was left, or (`forget`) nothing any more. */
  async stop({ forget }: { readonly forget: boolean }): Promise<void> {
    this.#stop.abort(new Error("let go"));
    this.#options.store.drop(this.store);
    this.#packer.stop();
    await this.#done;
    if (!forget) await this.#writer?.stop();
    await this.#reader?.stop();
    this.#options.onDiskResult(this, undefined);
    const { snapshots } = this.#options;
    const clusterUid = this.#writer?.clusterUid ?? this.#restoredUid;
    if (!forget || snapshots === undefined || clusterUid === undefined) return;
    await this.#writer?.discard();
    await snapshots.remove({ clusterUid, resource: this.store.name }).catch(() => {
      // What stays on disk is at worst loaded once more, marked with its age.
    });
  }

  async #run(restored: () => void): Promise<void> {
    try {
      await this.#restore();
    } finally {
      restored();
    }
    await this.#reflector.run(this.#stop.signal);
    this.#stop.release();
  }

  async #restore(): Promise<void> {
    const { snapshots, clusterUid, logger, cluster, slices, quietSlices, clock, timings } = this.#options;
    if (snapshots === undefined || clusterUid === undefined) return;
    try {
      const restored = await restore({
        store: this.store,
        snapshots,
        clusterUid,
        makeRow: this.#makeRow,
        slices,
        signal: this.#stop.signal,
        // Perhaps in the middle of somebody's answer: told once that is over.
        onLost: (error) => queueMicrotask(() => this.#bodiesLost(error)),
      });
      if (restored === undefined) return;
      this.#reader = new BodyReader({ restored, clock, slices: quietSlices, timings });
      const { observedAtMs, dictionary, unpacked } = restored;
      this.#isWorthRewriting = unpacked >= fewRows;
      if (dictionary !== undefined) this.#packer.adopt(dictionary);
      this.#restoredUid = clusterUid;
      this.#reflector.restored(clusterUid, observedAtMs);
      this.#openWriter();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      logger.warn("cannot load rows from disk", { cluster: cluster.name, resource: this.store.name, error });
      if (this.store.size > 0) this.store.letGo("SYNCING", "Connecting", null);
    }
  }

  /** What lies on disk was damaged or cannot be read any more: nothing of it is served from now on, as if a start had found that. */
  #bodiesLost(error: unknown): void {
    if (this.#restoredUid === undefined || this.#stop.signal.aborted) return;
    const { logger, cluster } = this.#options;
    logger.warn("cannot load rows from disk", { cluster: cluster.name, resource: this.store.name, error });
    // Ends the writer, too.
    this.store.letGo("SYNCING", "Connecting", null);
    this.#reflector.unrestored();
  }

  /** The writer for the cluster the rows are of: another one under the same name gets a folder of its own. */
  #openWriter(): DiskWriter | undefined {
    const { snapshots, clock, timings, quietSlices, load, onDiskResult } = this.#options;
    const clusterUid = this.#reflector.completeOf;
    if (snapshots === undefined || clusterUid === undefined) return undefined;
    if (this.#writer?.clusterUid === clusterUid) return this.#writer;
    void this.#writer?.discard();
    this.#writer = new DiskWriter({
      snapshots,
      id: { clusterUid, resource: this.store.name },
      store: this.store,
      isRestored: this.#restoredUid === clusterUid,
      isWorthRewriting: this.#isWorthRewriting,
      mayWrite: () => this.#reflector.completeOf === clusterUid,
      packer: this.#packer,
      slices: quietSlices,
      clock,
      load,
      timings,
      onResult: (error) => onDiskResult(this, error),
    });
    return this.#writer;
  }
}
