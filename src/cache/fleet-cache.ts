import type { AnyRow, ObjectRow } from "../kube/rows/row.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { KubeErrorReason } from "../kube/kube-error.ts";
import type { Runnable } from "../lib/runnable.ts";

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
  /** Last proof of being in step: event, bookmark, finished list; null before the first. ms since the epoch. */
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
  /** Called synchronously after the store shows the change; returns the undo. A throw of the listener is logged and harms nobody. */
  subscribe(listener: (event: CacheEvent) => void): () => void;
}
