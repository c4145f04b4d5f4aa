import { setMaxListeners } from "node:events";

import { alwaysCached } from "../kube/known-resources.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import { toResourceName } from "../kube/resource-id.ts";
import { aborted } from "../lib/aborted.ts";
import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Logger } from "../lib/logger.ts";
import type { CachedCluster, CachedClusters } from "./cached-cluster.ts";
import { withDeadline } from "./child-abort.ts";
import type { CacheEvent, CacheMetrics, ChangeLog, EnsureOptions, FleetCache, FleetSnapshot } from "./fleet-cache.ts";
import { HeldResource } from "./held-resource.ts";
import type { HoldingOptions } from "./held-resource.ts";
import { createIdentityGuard } from "./identity-guard.ts";
import type { IdentityGuard } from "./identity-guard.ts";
import { createSlices } from "./slices.ts";
import type { Slices } from "./slices.ts";
import { Store } from "./store.ts";
import { findStoredResources } from "./stored-resources.ts";

export interface ReflectedCacheOptions extends Omit<
  HoldingOptions,
  "store" | "slices" | "quietSlices" | "onDiskResult" | "isListing"
> {
  readonly registry: CachedClusters;
  readonly lastKnownUid: (cluster: string) => string | undefined;
  readonly logLimit: number;
  readonly logBytes?: number;
}

interface Member {
  readonly cluster: CachedCluster;
  readonly guard: IdentityGuard;
  readonly resources: Map<ResourceName, HeldResource>;
}

/** The cache of the fleet: one reflector for each cluster and resource that is held, and the rules of when one is. */
export class ReflectedCache implements FleetCache {
  readonly name = "cache";
  readonly ready: Promise<void>;
  readonly log: ChangeLog;
  readonly #options: ReflectedCacheOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #store: Store;
  readonly #slices: Slices;
  readonly #quietSlices: Slices;
  readonly #ready = createDeferred();
  readonly #members = new Map<string, Member>();
  readonly #retained = new Map<string, { readonly cluster: string; readonly resource: ResourceId; count: number }>();
  readonly #stopping = new Set<Promise<void>>();
  readonly #diskErrors = new Map<object, string>();

  constructor(options: ReflectedCacheOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#store = new Store(options);
    this.#slices = createSlices(options.clock, options.timings.sliceMs);
    this.#quietSlices = createSlices(options.clock, options.timings.quietSliceMs);
    this.log = this.#store.log;
    this.ready = this.#ready.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { registry } = this.#options;
    const stopListening = this.#store.keepWith((event) => this.#onEvent(event));
    const stopFollowing = registry.subscribe((change) => {
      if (change.type === "joined") this.#join(change.cluster);
      else if (change.type === "left") this.#leave(change.cluster);
      else this.#member(change.cluster)?.resources.forEach((held) => held.clusterChanged());
    });
    for (const cluster of registry.list()) this.#join(cluster);
    const stopped = aborted(signal);
    await Promise.race([this.#restoreAll(signal), stopped]);
    this.#ready.resolve();
    const stopSweeping = this.#sweepNowAndThen();
    await stopped;
    stopSweeping();
    stopFollowing();
    for (const { cluster } of this.#members.values()) this.#leave(cluster);
    await Promise.all(this.#stopping);
    stopListening();
  }

  snapshot(): FleetSnapshot {
    return this.#store.snapshot();
  }

  async ensure(cluster: string, resource: ResourceId, { signal, waitMs }: EnsureOptions): Promise<void> {
    const held = this.#hold(cluster, resource);
    if (held === undefined) return;
    held.usedAt = this.#clock.monotonic();
    if (waitMs <= 0) return;
    const expired = (): Error => new Error("not synced in time");
    // Neither time nor an abort is a failure here: the caller goes on with what there is.
    await withDeadline({ clock: this.#clock, ms: waitMs, signal, expired }, () => held.settled()).catch(() => {});
  }

  retain(cluster: string, resource: ResourceId): () => void {
    const key = `${cluster}|${toResourceName(resource)}`;
    const retained = this.#retained.get(key) ?? { cluster, resource, count: 0 };
    retained.count++;
    this.#retained.set(key, retained);
    this.#hold(cluster, resource);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--retained.count > 0) return;
      this.#retained.delete(key);
      const held = this.#members.get(cluster)?.resources.get(toResourceName(resource));
      if (held !== undefined) held.usedAt = this.#clock.monotonic();
    };
  }

  subscribe(listener: (event: CacheEvent) => void, onTold?: () => void): () => void {
    return this.#store.subscribe(listener, onTold);
  }

  metrics(): CacheMetrics {
    const resources = [...this.#members.values()].flatMap((member) =>
      [...member.resources.values()].map((held) => held.metrics()),
    );
    const [diskError = null] = this.#diskErrors.values();
    return { resources, diskError };
  }

  #join(cluster: CachedCluster): void {
    if (this.#members.get(cluster.name)?.cluster === cluster) return;
    // Each resource listens on it: more than the ten from which Node warns of a leak.
    setMaxListeners(0, cluster.signal);
    const guard = createIdentityGuard({ cluster, clock: this.#clock, timeoutMs: this.#options.timings.pageTimeoutMs });
    this.#members.set(cluster.name, { cluster, guard, resources: new Map() });
    for (const resource of alwaysCached) this.#hold(cluster.name, resource);
    for (const { cluster: name, resource } of this.#retained.values()) {
      if (name === cluster.name) this.#hold(name, resource);
    }
  }

  #leave(cluster: CachedCluster): void {
    const member = this.#member(cluster);
    if (member === undefined) return;
    this.#members.delete(cluster.name);
    for (const held of member.resources.values()) this.#stop(held, false);
  }

  #member(cluster: CachedCluster): Member | undefined {
    const member = this.#members.get(cluster.name);
    return member?.cluster === cluster ? member : undefined;
  }

  #hold(clusterName: string, resource: ResourceId): HeldResource | undefined {
    const member = this.#members.get(clusterName);
    if (member === undefined) return undefined;
    const name = toResourceName(resource);
    let held = member.resources.get(name);
    if (held === undefined) {
      const { cluster, guard } = member;
      held = new HeldResource({
        ...this.#options,
        store: this.#store,
        slices: this.#slices,
        quietSlices: this.#quietSlices,
        cluster,
        guard,
        resource,
        clusterUid: this.#uidOf(cluster),
        isAlwaysCached: alwaysCached.some((always) => toResourceName(always) === name),
        isListing: () => this.#isListing(),
        onDiskResult: (holder, error) => this.#onDiskResult(holder, error),
      });
      member.resources.set(name, held);
    }
    return held;
  }

  /** Under which uid the disk may have rows; none where the name is known to be another cluster's. */
  #uidOf({ name, status: { identity } }: CachedCluster): string | undefined {
    if (identity.state === "pinned") return identity.uid;
    return identity.state === "unknown" ? this.#options.lastKnownUid(name) : undefined;
  }

  /** Loads what is on disk; kinds that were cached on demand too, since with the cluster down nobody could name them. */
  async #restoreAll(signal: AbortSignal): Promise<void> {
    const { snapshots } = this.#options;
    if (snapshots !== undefined)
      await Promise.all(
        [...this.#members.values()].map(async ({ cluster }) => {
          const clusterUid = this.#uidOf(cluster);
          if (clusterUid === undefined) return;
          try {
            for (const resource of await findStoredResources(snapshots, clusterUid)) {
              if (!signal.aborted) this.#hold(cluster.name, resource);
            }
          } catch (error) {
            this.#logger.warn("cannot tell what is on disk", { cluster: cluster.name, error });
          }
        }),
      );
    const held = [...this.#members.values()].flatMap(({ resources }) => [...resources.values()]);
    await Promise.all(held.map(({ restored }) => restored));
  }

  #sweepNowAndThen(): () => void {
    const everyMs = this.#options.timings.idleMs / 10;
    let cancel = (): void => {};
    const arm = (): void => {
      cancel = this.#clock.setTimer(() => {
        this.#sweep();
        arm();
      }, everyMs);
    };
    arm();
    return () => cancel();
  }

  #sweep(): void {
    const idleSince = this.#clock.monotonic() - this.#options.timings.idleMs;
    for (const { cluster, resources } of this.#members.values()) {
      for (const [name, held] of resources) {
        const isInUse = held.isAlwaysCached || held.usedAt > idleSince || this.#retained.has(`${cluster.name}|${name}`);
        if (isInUse) continue;
        resources.delete(name);
        this.#stop(held, true);
      }
    }
  }

  #stop(held: HeldResource, forget: boolean): void {
    const stopped = held
      .stop({ forget })
      .catch((error: unknown) => this.#logger.error("cannot let go of a resource", { error }))
      .finally(() => this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
  }

  #onEvent(event: CacheEvent): void {
    const { cluster, resource } = event.type === "change" ? event.change : event;
    this.#members.get(cluster)?.resources.get(resource)?.onEvent(event);
    if (event.type !== "status" || event.after === undefined) return;
    const { state, reason, skipped } = event.after;
    const level = state === "FRESH" || state === "SYNCING" ? "debug" : "info";
    this.#logger[level]("state of a cached resource", { cluster, resource, state, reason, skipped });
  }

  /** Between its pages too, and no longer where one failed. */
  #isListing(): boolean {
    return [...this.#members.values()].some(({ resources }) =>
      [...resources.values()].some(
        ({ store: { status } }) => status.reason === "Listing" || status.reason === "Relisting",
      ),
    );
  }

  #onDiskResult(holder: object, error: Error | undefined): void {
    const failedBefore = this.#diskErrors.size > 0;
    if (error === undefined) this.#diskErrors.delete(holder);
    else this.#diskErrors.set(holder, error.message);
    const fails = this.#diskErrors.size > 0;
    if (fails && !failedBefore)
      this.#logger.error("the cache cannot be written to disk; serving on from memory", { error });
    if (!fails && failedBefore) this.#logger.info("the cache is written to disk again");
  }
}
