import type { KubeErrorReason } from "../kube/kube-error.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { firstIndex } from "../lib/first-index.ts";
import { ResourceLog } from "./change-log.ts";
import type { LogLimits } from "./change-log.ts";
import { compareCodePoints } from "./compare-code-points.ts";
import type { CacheEvent, Change, PartitionSnapshot, ResourceSnapshot, SyncState, SyncStatus } from "./fleet-cache.ts";
import { Partition } from "./partition.ts";
import { toRowKey } from "./row-maker.ts";
import type { RowName } from "./row-maker.ts";

/** What a resource's store needs of the store of the whole fleet. */
export interface StoreOwner {
  readonly logLimits: LogLimits;
  /** Of the last change so far. */
  readonly sequence: number;
  nextSequence(): number;
  nextRevision(): number;
  /** Something a snapshot shows is different; `events` are told once the store is whole. */
  committed(events: readonly CacheEvent[]): void;
}

/** How a change came about. */
export interface ChangeOrigin {
  /** Version of the event, or of the list that found it. */
  readonly resourceVersion: string;
  readonly synthesised: boolean;
}

/**
 * The rows of one resource of one cluster, and how far they can be trusted. One writer: its reflector (and, before that, the disk).
 * Rows change only inside `edit`: the store shows all of an edit before anybody hears of any of it.
 */
export class ResourceStore {
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly name: ResourceName;
  log: ResourceLog;
  /** Version of the last complete list or of the last event or bookmark after it; "" before. */
  resourceVersion = "";
  readonly #owner: StoreOwner;
  readonly #partitions = new Map<string, Partition>();
  /** Keys of the partitions, ordered. */
  #namespaces: string[] = [];
  #size = 0;
  /** Objects that came malformed but with a readable name, by key; and how many without. */
  readonly #malformed = new Set<string>();
  #nameless = 0;
  #status: SyncStatus;
  #snapshot: ResourceSnapshot | undefined;
  /** Of all partitions, as they were shown last; undefined once there are others. */
  #shown: readonly PartitionSnapshot[] | undefined;
  /** Namespaces of those that have changed since. */
  readonly #touched = new Set<string>();
  #batch: Change[] | undefined;
  #isDropped = false;

  constructor(cluster: string, resource: ResourceId, owner: StoreOwner) {
    this.cluster = cluster;
    this.resource = resource;
    this.name = toResourceName(resource);
    this.log = new ResourceLog(owner.logLimits, owner.sequence);
    this.#owner = owner;
    this.#status = { state: "SYNCING", reason: "Connecting", error: null, observedAtMs: null, skipped: 0 };
  }

  get status(): SyncStatus {
    return this.#status;
  }

  /** Rows held. */
  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): AnyRow | undefined {
    return this.#partitions.get(namespace)?.get(name);
  }

  /** All rows, ordered by namespace and name. Not to be walked during an edit. */
  *rows(): IterableIterator<AnyRow> {
    for (const namespace of this.#namespaces) yield* this.#partitions.get(namespace)!.snapshot().rows;
  }

  /** Runs `work`, which may call put, confirm, remove, skip and unskip; then tells the listeners. */
  edit(work: () => void): void {
    const batch: Change[] = [];
    this.#batch = batch;
    try {
      work();
    } finally {
      this.#batch = undefined;
      const events: CacheEvent[] = batch.map((change) => ({ type: "change", change }));
      for (const change of batch) this.log.append(change);
      const { state, reason, error, observedAtMs } = this.#status;
      this.#commit({ state, reason, error, observedAtMs, skipped: this.#malformed.size + this.#nameless }, events);
    }
  }

  /** A new object or a new version of one. An object of another uid under the name is deleted first: two changes. */
  put(row: AnyRow, { resourceVersion, synthesised }: ChangeOrigin): void {
    const namespace = row.namespace ?? "";
    const held = this.get(namespace, row.name);
    if (held !== undefined && held.uid !== row.uid) {
      this.remove(namespace, row.name, { resourceVersion, synthesised: true });
      return this.put(row, { resourceVersion, synthesised });
    }
    this.#set(namespace, row.name, row);
    const type = held === undefined ? "ADDED" : "MODIFIED";
    this.#note({ type, before: held, after: row, resourceVersion, synthesised });
  }

  /** The same version again, only better known (from disk, now confirmed): nobody is told. */
  confirm(row: AnyRow): void {
    this.#set(row.namespace ?? "", row.name, row);
  }

  remove(namespace: string, name: string, { resourceVersion, synthesised }: ChangeOrigin): void {
    const held = this.get(namespace, name);
    if (held === undefined) return;
    this.#set(namespace, name, undefined);
    this.#note({ type: "DELETED", before: held, after: undefined, resourceVersion, synthesised });
  }

  /** Counts an object as malformed; undefined = not even its name can be read. */
  skip(object: RowName | undefined): void {
    if (object === undefined) this.#nameless++;
    else this.#malformed.add(toRowKey(object));
  }

  /** The object can be read again, or is gone. */
  unskip(object: RowName): void {
    if (this.#malformed.size > 0) this.#malformed.delete(toRowKey(object));
  }

  /** Whether the row of this name, if any, is an older one than what could not be read. */
  isSkipped(object: RowName): boolean {
    return this.#malformed.size > 0 && this.#malformed.has(toRowKey(object));
  }

  /** Starts counting afresh, with what a complete list found. */
  setSkipped(keys: ReadonlySet<string>, nameless: number): void {
    this.#malformed.clear();
    for (const key of keys) this.#malformed.add(key);
    this.#nameless = nameless;
  }

  /** Only a difference is told. `observedAtMs`: set where this is also a proof of being in step. */
  setState(state: SyncState, reason: string | null, more: StateDetails = {}): void {
    const { error = null, observedAtMs = this.#status.observedAtMs } = more;
    const now = this.#status;
    if (now.state === state && now.reason === reason && now.error === error && now.observedAtMs === observedAtMs) return; // prettier-ignore
    this.#commit({ state, reason, error, observedAtMs, skipped: now.skipped }, []);
  }

  /**
   * Forgets all rows without a word about any of them, since none was deleted: they may not be served any more. Told as the resource having been let
   * go (`after: undefined`) and held anew; whatever comes later comes as additions, and no position or sequence from before is in the log.
   */
  letGo(state: SyncState, reason: string, error: KubeErrorReason | null): void {
    const before = this.#status;
    this.#partitions.clear();
    this.#namespaces = [];
    this.#shown = undefined;
    this.#size = 0;
    this.#malformed.clear();
    this.#nameless = 0;
    this.resourceVersion = "";
    this.log = new ResourceLog(this.#owner.logLimits, this.#owner.sequence);
    const after: SyncStatus = { state, reason, error, observedAtMs: null, skipped: 0 };
    const { cluster, name: resource } = this;
    const events: CacheEvent[] = [{ type: "status", cluster, resource, before, after: undefined }];
    events.push({ type: "status", cluster, resource, before: undefined, after });
    this.#status = after;
    this.#commit(after, events);
  }

  /** In step at this moment; and with that version, where one was told. */
  observed(observedAtMs: number, resourceVersion?: string): void {
    if (resourceVersion !== undefined) this.resourceVersion = resourceVersion;
    const { state, reason, error, skipped } = this.#status;
    this.#commit({ state, reason, error, observedAtMs, skipped }, []);
  }

  /** From now on nobody is told of anything: the store is no part of the fleet's any more. */
  drop(): void {
    this.#isDropped = true;
  }

  snapshot(): ResourceSnapshot {
    this.#snapshot ??= new HeldResource(this, this.#showPartitions());
    return this.#snapshot;
  }

  /** The same array until a row changes: a snapshot between two changes looks at what has changed alone. */
  #showPartitions(): readonly PartitionSnapshot[] {
    if (this.#shown === undefined) {
      this.#shown = this.#namespaces.map((namespace) => this.#partitions.get(namespace)!.snapshot());
    } else if (this.#touched.size > 0) {
      const shown = this.#shown.slice();
      for (const namespace of this.#touched)
        shown[placeOf(shown, namespace)] = this.#partitions.get(namespace)!.snapshot();
      this.#shown = shown;
    }
    this.#touched.clear();
    return this.#shown;
  }

  #commit(status: SyncStatus, events: CacheEvent[]): void {
    const before = this.#status;
    this.#status = status;
    this.#snapshot = undefined;
    if (this.#isDropped) return;
    const { cluster, name: resource } = this;
    if (isTransition(before, status)) events.push({ type: "status", cluster, resource, before, after: status });
    this.#owner.committed(events);
  }

  #note({ type, before, after, resourceVersion, synthesised }: NotedChange): void {
    const { cluster, name: resource } = this;
    const sequence = this.#owner.nextSequence();
    // Field by field: a spread costs the engine more than all the rest of this, for each change.
    this.#batch!.push({ sequence, cluster, resource, type, synthesised, before, after, resourceVersion });
  }

  #set(namespace: string, name: string, row: AnyRow | undefined): void {
    let partition = this.#partitions.get(namespace);
    if (partition === undefined) {
      const key = { cluster: this.cluster, resource: this.name, namespace };
      partition = new Partition(key, () => this.#owner.nextRevision());
      this.#partitions.set(namespace, partition);
      this.#namespaces = [...this.#namespaces, namespace].sort(compareCodePoints);
      this.#shown = undefined;
    }
    this.#touched.add(namespace);
    this.#size -= partition.size;
    partition.set(name, row);
    this.#size += partition.size;
    if (partition.size > 0) return;
    this.#partitions.delete(namespace);
    this.#namespaces = this.#namespaces.filter((other) => other !== namespace);
    this.#shown = undefined;
  }
}

type NotedChange = Pick<Change, "type" | "before" | "after" | "resourceVersion" | "synthesised">;

export interface StateDetails {
  readonly error?: KubeErrorReason | null;
  readonly observedAtMs?: number;
}

/** Proofs alone are no transition: they come every minute and change nothing that anybody waits for. */
function isTransition(before: SyncStatus, after: SyncStatus): boolean {
  return (
    before.state !== after.state ||
    before.reason !== after.reason ||
    before.error !== after.error ||
    before.skipped !== after.skipped
  );
}

class HeldResource implements ResourceSnapshot {
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly status: SyncStatus;
  readonly resourceVersion: string;
  readonly partitions: readonly PartitionSnapshot[];
  readonly size: number;

  constructor(store: ResourceStore, partitions: readonly PartitionSnapshot[]) {
    this.cluster = store.cluster;
    this.resource = store.resource;
    this.status = store.status;
    this.resourceVersion = store.resourceVersion;
    this.partitions = partitions;
    this.size = store.size;
  }

  partition(namespace: string): PartitionSnapshot | undefined {
    const found = this.partitions[placeOf(this.partitions, namespace)];
    return found?.key.namespace === namespace ? found : undefined;
  }

  get(namespace: string, name: string): AnyRow | undefined {
    return this.partition(namespace)?.get(name);
  }
}

/** Index of the first partition whose namespace is not before `namespace`. */
function placeOf(partitions: readonly PartitionSnapshot[], namespace: string): number {
  return firstIndex(partitions.length, (at) => compareCodePoints(partitions[at]!.key.namespace, namespace) >= 0);
}
