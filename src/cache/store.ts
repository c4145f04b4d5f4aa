import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createChangeLog } from "./change-log.ts";
import type { CacheEvent, ChangeLog, FleetSnapshot, ResourceSnapshot } from "./fleet-cache.ts";
import { ResourceStore } from "./resource-store.ts";
import type { StoreOwner } from "./resource-store.ts";

export interface StoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Changes kept for each cluster and resource. */
  readonly logLimit: number;
  /** Memory that the log of each cluster and resource may keep; unset = what so many changes take. */
  readonly logBytes?: number;
}

/**
 * All resources of all clusters: one order of changes, one set of listeners, one snapshot. Everything here is synchronous; a turn of the event loop
 * sees either all of an edit or nothing of it.
 */
export class Store {
  readonly log: ChangeLog;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #clusters = new Map<string, Map<ResourceName, ResourceStore>>();
  readonly #listeners = new Set<Listener>();
  readonly #owner: StoreOwner;
  #keeper: ((event: CacheEvent) => void) | undefined;
  #sequence = 0;
  #revision = 0;
  #snapshot: HeldFleet | undefined;

  constructor({ clock, logger, logLimit, logBytes = Infinity }: StoreOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.log = createChangeLog((cluster, resource) => this.resource(cluster, resource)?.log);
    const sequence = (): number => this.#sequence;
    this.#owner = {
      logLimits: { changes: logLimit, bytes: logBytes },
      get sequence() {
        return sequence();
      },
      nextSequence: () => ++this.#sequence,
      nextRevision: () => ++this.#revision,
      committed: (events) => this.#committed(events),
    };
  }

  resource(cluster: string, resource: ResourceName): ResourceStore | undefined {
    return this.#clusters.get(cluster)?.get(resource);
  }

  /** Begins to hold a resource, with nothing in it; the one there is, where it is held already. */
  add(cluster: string, resource: ResourceId): ResourceStore {
    const resources = this.#clusters.get(cluster) ?? new Map<ResourceName, ResourceStore>();
    this.#clusters.set(cluster, resources);
    const held = resources.get(toResourceName(resource));
    if (held !== undefined) return held;
    const store = new ResourceStore(cluster, resource, this.#owner);
    resources.set(store.name, store);
    this.#committed([{ type: "status", cluster, resource: store.name, before: undefined, after: store.status }]);
    return store;
  }

  /** Lets go of a resource and all its rows: one status event, no deletions, since nothing was deleted. */
  drop(store: ResourceStore): void {
    const { cluster, name: resource } = store;
    const resources = this.#clusters.get(cluster);
    if (resources?.get(resource) !== store) return;
    store.drop();
    resources.delete(resource);
    if (resources.size === 0) this.#clusters.delete(cluster);
    this.#committed([{ type: "status", cluster, resource, before: store.status, after: undefined }]);
  }

  /** The same object until something changes, but for the time. */
  snapshot(): FleetSnapshot {
    const takenAtMs = this.#clock.now();
    const held = this.#snapshot;
    if (held !== undefined && held.takenAtMs === takenAtMs) return held;
    const clusters =
      held?.clusters ?? new Map([...this.#clusters].map(([name, resources]) => [name, snapshotsOf(resources)]));
    this.#snapshot = new HeldFleet(takenAtMs, this.#sequence, clusters);
    return this.#snapshot;
  }

  subscribe(hear: (event: CacheEvent) => void, onTold?: () => void): () => void {
    // Of its own, so that the same function may subscribe twice and each undo takes back its own.
    const own: Listener = { hear, onTold };
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Sets who is told of each event after everybody else: it has work with what is held that nobody waits for. */
  keepWith(keeper: (event: CacheEvent) => void): () => void {
    this.#keeper = keeper;
    return () => (this.#keeper = undefined);
  }

  #committed(events: readonly CacheEvent[]): void {
    this.#snapshot = undefined;
    if (events.length === 0) return;
    // Who subscribes while this is told has a snapshot with all of it, and must not hear the rest.
    const listeners = [...this.#listeners];
    for (const event of events) {
      for (const listener of listeners) {
        if (this.#listeners.has(listener)) this.#tell(listener.hear, event);
      }
    }
    const last = events.at(-1);
    for (const listener of listeners) {
      if (listener.onTold !== undefined && this.#listeners.has(listener)) this.#tell(listener.onTold, last);
    }
    for (const event of events) {
      if (this.#keeper !== undefined) this.#tell(this.#keeper, event);
    }
  }

  /** Without a function for each: a start tells of tens of thousands. */
  #tell<Event extends CacheEvent | undefined>(hear: (event: Event) => void, event: Event): void {
    try {
      hear(event);
    } catch (error) {
      this.#logger.error("listener of the cache failed", { error, event: event?.type });
    }
  }
}

interface Listener {
  readonly hear: (event: CacheEvent) => void;
  readonly onTold: (() => void) | undefined;
}

type Snapshots = ReadonlyMap<ResourceName, ResourceSnapshot>;

function snapshotsOf(resources: ReadonlyMap<ResourceName, ResourceStore>): Snapshots {
  return new Map([...resources].map(([name, store]) => [name, store.snapshot()]));
}

class HeldFleet implements FleetSnapshot {
  readonly takenAtMs: number;
  readonly sequence: number;
  readonly clusters: ReadonlyMap<string, Snapshots>;

  constructor(takenAtMs: number, sequence: number, clusters: ReadonlyMap<string, Snapshots>) {
    this.takenAtMs = takenAtMs;
    this.sequence = sequence;
    this.clusters = clusters;
  }

  resource(cluster: string, resource: ResourceName): ResourceSnapshot | undefined {
    return this.clusters.get(cluster)?.get(resource);
  }

  resources(cluster: string): readonly ResourceSnapshot[] {
    return [...(this.clusters.get(cluster)?.values() ?? [])];
  }
}
