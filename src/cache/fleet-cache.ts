import type { AnyRow, ObjectRow } from "../kube/rows/row.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { KubeErrorReason } from "../kube/kube-error.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { noLoad } from "../lib/loop-load.ts";
import type { LoopLoad } from "../lib/loop-load.ts";
import type { Runnable } from "../lib/runnable.ts";
import type { CachedClusters } from "./cached-cluster.ts";
import { ReflectedCache } from "./reflected-cache.ts";
import type { PrepareObject, ToRow } from "./row-maker.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { defaultTimings } from "./timings.ts";
import type { CacheTimings } from "./timings.ts";

/** Kind, cluster, namespace: the unit of rights, default order, staleness, invalidation and memory of answers. */
export interface PartitionKey {
  readonly cluster: string;
  readonly resource: ResourceName;
  /** "" for cluster-scoped resources. */
  readonly namespace: string;
}

/** The rows of one partition at one moment, ordered by name (code point). Never changes. A new revision is a new object. */
export interface PartitionSnapshot<Row extends ObjectRow = AnyRow> {
  readonly key: PartitionKey;
  /** Rises with each change; unique in the process, so that (revision) alone names this content. */
  readonly revision: number;
  readonly rows: readonly Row[];
  get(name: string): Row | undefined;
}

/**
 * How far a resource of a cluster can be trusted. `FORBIDDEN`: we may not list it. `UNREACHABLE`: nothing is held, or nothing may be served.
 */
export type SyncState = "FRESH" | "STALE" | "SYNCING" | "UNREACHABLE" | "FORBIDDEN";

export interface SyncStatus {
  readonly state: SyncState;
  /** CamelCase detail: "Timeout", "ConnectionFailed", "Relisting"; null when FRESH. */
  readonly reason: string | null;
  /** The failure behind the state, where there is one. */
  readonly error: KubeErrorReason | null;
  /** Last proof of being in step: event, bookmark, finished list, resumed watch; null before the first. ms since the epoch. */
  readonly observedAtMs: number | null;
  /** Malformed objects left out. */
  readonly skipped: number;
}

/** One resource of one cluster at one moment. Never changes. */
export interface ResourceSnapshot<Row extends ObjectRow = AnyRow> {
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly status: SyncStatus;
  /** The version the rows are of; "" before the first list. */
  readonly resourceVersion: string;
  /** By namespace (code point); none is empty. */
  readonly partitions: readonly PartitionSnapshot<Row>[];
  /** Number of rows. */
  readonly size: number;
  partition(namespace: string): PartitionSnapshot<Row> | undefined;
  get(namespace: string, name: string): Row | undefined;
}

/** The whole store at one moment. Taking one is cheap (no copy of rows); one operation takes one. */
export interface FleetSnapshot {
  readonly takenAtMs: number;
  /** Of the last change it shows: every change of a higher one is not in it, every other one is. */
  readonly sequence: number;
  /** undefined: no reflector runs for it. */
  resource(cluster: string, resource: ResourceName): ResourceSnapshot | undefined;
  /** All resources held of a cluster. */
  resources(cluster: string): readonly ResourceSnapshot[];
}

/**
 * A value computed for each partition and kept for exactly one revision of it: counts, indexes, totals.
 * `at` gives the value for `now`, computing it at most once a revision; the computation is told the value and rows before, if any.
 */
export interface Derived<Value, Row extends ObjectRow = AnyRow> {
  at(now: PartitionSnapshot<Row>): Value;
}

/** One change of one object, as it went into the store. Exactly one of `before`, `after` may be undefined. */
export interface Change {
  /** Rises by one for each change of the process; order within (cluster, resource) is the order of the watch. */
  readonly sequence: number;
  readonly cluster: string;
  readonly resource: ResourceName;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** Found by a relist: when it happened is not known. */
  readonly synthesised: boolean;
  readonly before: AnyRow | undefined;
  readonly after: AnyRow | undefined;
  /** Of this event: for DELETED the version of the deletion where the server told it. */
  readonly resourceVersion: string;
}

/** What a cache tells its listeners. */
export type CacheEvent =
  | { readonly type: "change"; readonly change: Change }
  | {
      readonly type: "status";
      readonly cluster: string;
      readonly resource: ResourceName;
      readonly before: SyncStatus | undefined;
      /** undefined: the resource was let go, or its cluster left. */
      readonly after: SyncStatus | undefined;
    };

/** Where a stream stands in one cluster and resource: the version and a short hash of the uid of its last event. Compared for equality only. */
export interface LogPosition {
  readonly resourceVersion: string;
  /** "" at the end of a list: no event yet. */
  readonly uidHash: string;
}

/** The latest changes of each cluster and resource, bounded; also across relists, whose synthesised changes are in it. */
export interface ChangeLog {
  /** The changes after `position`, oldest first; undefined where it is not (or no longer) in the log: resynchronise. */
  since(cluster: string, resource: ResourceName, position: LogPosition): readonly Change[] | undefined;
  /** The changes that a snapshot with this `sequence` does not show, oldest first; undefined where some of them are no longer in the log. */
  after(cluster: string, resource: ResourceName, sequence: number): readonly Change[] | undefined;
  /** The position after the last change. */
  position(cluster: string, resource: ResourceName): LogPosition | undefined;
}

export interface EnsureOptions {
  readonly signal: AbortSignal;
  /** How long to wait for the first list before going on with what there is. */
  readonly waitMs: number;
}

/**
 * The one place facts are kept. Nothing enters it but list and watch (and, at start, disk).
 * Promises: rows of one object never go back in time; no object is deleted that the API server has not deleted; every difference between
 * two snapshots is told to listeners, in order per cluster and resource. Not promised: order across resources or clusters.
 */
export interface FleetCache extends Runnable {
  readonly log: ChangeLog;
  snapshot(): FleetSnapshot;
  /**
   * Sees to it that the resource of the cluster is held, starting its reflector on first use, and marks it as used. Resolves when it has
   * synced, failed for now, or `waitMs` has passed; never rejects because of a cluster.
   */
  ensure(cluster: string, resource: ResourceId, options: EnsureOptions): Promise<void>;
  /**
   * Keeps the resource from being let go, and its reflector running, until the returned function is called; for listeners, which do not ask again.
   * A cluster that is not there, or leaves and comes back, is retained all the same.
   */
  retain(cluster: string, resource: ResourceId): () => void;
  /**
   * Called synchronously after the store shows the change; returns the undo. A throw of the listener is logged and harms nobody.
   * No gap: a snapshot taken in the same turn as `subscribe`, before or after it, shows every change that the listener is not called with, and none
   * that it is. Several changes may be shown at once before the listener hears of the first; `sequence` of snapshot and change tell them apart.
   * `onTold` is called when all listeners have been told of all that is shown at once: who acts only then acts on the whole.
   */
  subscribe(listener: (event: CacheEvent) => void, onTold?: () => void): () => void;
  metrics(): CacheMetrics;
}

/** Counts since the start; for /metrics. */
export interface CacheMetrics {
  readonly resources: readonly ResourceMetrics[];
  /** What the disk last failed with, while it fails. Reads are served on from memory. */
  readonly diskError: string | null;
}

export interface ResourceMetrics {
  readonly cluster: string;
  readonly resource: ResourceName;
  readonly rows: number;
  readonly state: SyncState;
  readonly skipped: number;
  /** Lists begun, watches opened, attempts that failed, events dropped because something newer was held. */
  readonly lists: number;
  readonly watches: number;
  readonly failures: number;
  readonly oldEvents: number;
}

export interface FleetCacheOptions {
  /** The clusters; a ClusterRegistry. Not run by the cache. */
  readonly registry: CachedClusters;
  readonly toRow: ToRow;
  readonly prepare: PrepareObject;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Unset = work that nobody waits for is never put off. */
  readonly load?: LoopLoad;
  /** Unset = nothing is kept over restarts. */
  readonly snapshots?: SnapshotStore;
  /** The uid pinned under this name in an earlier run: whose rows to load while the cluster has not been reached yet. */
  readonly lastKnownUid?: (cluster: string) => string | undefined;
  /** Changes kept for each cluster and resource, up to twice as many for a while. */
  readonly logLimit?: number;
  /** Memory that the log of each cluster and resource may keep beside what the store holds anyway, bytes. Streams that resume from further back are told to begin anew. */
  readonly logBytes?: number;
  readonly timings?: Partial<CacheTimings>;
}

/**
 * The cache over the clusters of a registry. `ready` once what the disk has is loaded, whether or not any cluster answers; `run` ends with everything stopped and the
 * last changes on disk, within what the disk needs. Revisions and sequences are unique within it: a process has one.
 */
export function createFleetCache(options: FleetCacheOptions): FleetCache {
  const { snapshots, lastKnownUid = () => undefined, logLimit = 2_000, load = noLoad, timings } = options;
  return new ReflectedCache({
    ...options,
    snapshots,
    lastKnownUid,
    logLimit,
    load,
    timings: { ...defaultTimings, ...timings },
  });
}
