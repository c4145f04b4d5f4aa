import type { Access, Extent } from "../auth/access.ts";
import type { Cluster, ClusterRegistry } from "../cluster/cluster.ts";
import type { FleetCache, FleetSnapshot, PartitionSnapshot, ResourceSnapshot } from "../cache/fleet-cache.ts";
import { alwaysCached } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { LoaderLimits } from "./limits.ts";

/**
 * The fleet as one operation sees it: one moment of the store, and of it what the caller may see. A resource that was not held at that moment
 * is ensured on demand; its first snapshot is kept for the rest of the operation, so that asking twice gives the same rows.
 */
export interface FleetView {
  readonly takenAtMs: number;
  readonly access: Access;
  /** Those that exist for the caller: home first, then by name. */
  readonly clusters: readonly Cluster[];
  cluster(name: string): Cluster | undefined;
  /** How far it can be trusted and what it is; rows come from the other members. undefined: not held. */
  resource(cluster: string, resource: ResourceName): ResourceSnapshot | undefined;
  /** Names of all that is held of a cluster. */
  resources(cluster: string): readonly ResourceName[];
  /** What may be seen and served of a resource, by namespace. */
  partitions(cluster: string, resource: ResourceName): readonly PartitionSnapshot[];
  /** One of them; `namespace` is "" for cluster-scoped resources. */
  partition(cluster: string, resource: ResourceName, namespace: string): PartitionSnapshot | undefined;
  /** How much of a resource the caller may list; of a cluster-scoped one all or nothing, whatever RoleBindings say of it. */
  extent(cluster: string, resource: ResourceName): Extent;
  /** One object that the caller may `get`, whether or not they may list others. */
  get(cluster: string, resource: ResourceName, namespace: string, name: string): AnyRow | undefined;
  /** Sees to it that it is known what the caller may do with the kind there. undefined: it is. Never rejects. */
  settle(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined;
  /** `ensure` where the caller may list any of it: nobody has a kind fetched that they may not see. Settles first. */
  ensureListed(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined;
  /**
   * Sees to it that the resource is held in these clusters. undefined: it is, go on at once. Never rejects because of a cluster: where it cannot
   * be had within the time allowed, `resource` stays as it is.
   */
  ensure(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined;
}

export interface FleetViewOptions {
  readonly registry: ClusterRegistry;
  readonly cache: Pick<FleetCache, "snapshot" | "ensure">;
  readonly access: Access;
  readonly signal: AbortSignal;
  readonly limits: Pick<LoaderLimits, "ensureWaitMs">;
}

const alwaysHeld: ReadonlySet<ResourceName> = new Set(alwaysCached.map(toResourceName));

export function createFleetView(options: FleetViewOptions): FleetView {
  return new SnapshotView(options);
}

class SnapshotView implements FleetView {
  readonly takenAtMs: number;
  readonly access: Access;
  readonly #options: FleetViewOptions;
  readonly #snapshot: FleetSnapshot;
  /** All there were when it began. */
  readonly #members: readonly Cluster[];
  #clusters: readonly Cluster[] | undefined;
  #byName: ReadonlyMap<string, Cluster> | undefined;
  /** What was not held at the start: being listed, or as it was after that. */
  #later: Map<string, Promise<void> | ResourceSnapshot | undefined> | undefined;
  /** What was held on demand and has been marked as used. */
  #used: Set<string> | undefined;

  constructor(options: FleetViewOptions) {
    this.#options = options;
    this.#snapshot = options.cache.snapshot();
    this.takenAtMs = this.#snapshot.takenAtMs;
    this.access = options.access;
    this.#members = options.registry.list();
  }

  get clusters(): readonly Cluster[] {
    return (this.#clusters ??= this.#members.filter(({ name }) => this.access.state(name) !== "none"));
  }

  cluster(name: string): Cluster | undefined {
    // Asked for first, so that who is nobody in a cluster waits as long for it as for one that is not there.
    if (this.access.state(name) === "none") return undefined;
    this.#byName ??= new Map(this.#members.map((cluster) => [cluster.name, cluster]));
    return this.#byName.get(name);
  }

  resource(cluster: string, resource: ResourceName): ResourceSnapshot | undefined {
    if (this.#later === undefined) return this.#snapshot.resource(cluster, resource);
    const later = this.#later.get(keyOf(cluster, resource));
    return later === undefined || later instanceof Promise ? this.#snapshot.resource(cluster, resource) : later;
  }

  resources(cluster: string): readonly ResourceName[] {
    return this.#snapshot.resources(cluster).map(({ resource }) => toResourceName(resource));
  }

  partitions(cluster: string, resource: ResourceName): readonly PartitionSnapshot[] {
    return this.#served(cluster, resource)?.partitions.filter(({ key }) => this.access.list.sees(key)) ?? [];
  }

  partition(cluster: string, resource: ResourceName, namespace: string): PartitionSnapshot | undefined {
    if (!this.access.list.sees({ cluster, resource, namespace })) return undefined;
    return this.#served(cluster, resource)?.partition(namespace);
  }

  extent(cluster: string, resource: ResourceName): Extent {
    const { list } = this.access;
    if (this.#isNamespaced(cluster, resource)) return list.extent(cluster, resource);
    return list.sees({ cluster, resource, namespace: "" }) ? "all" : "none";
  }

  get(cluster: string, resource: ResourceName, namespace: string, name: string): AnyRow | undefined {
    if (!this.access.gets({ cluster, resource, namespace }, name)) return undefined;
    return this.#served(cluster, resource)?.get(namespace, name);
  }

  settle(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined {
    let pending: Promise<void>[] | undefined;
    for (const { name } of clusters) {
      const settling = this.access.settle(name, resource, this.#options);
      if (settling !== undefined) (pending ??= []).push(settling);
    }
    return pending && Promise.all(pending).then(() => {});
  }

  ensureListed(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined {
    const ensure = (): Promise<void> | undefined => {
      const name = toResourceName(resource);
      return this.ensure(
        clusters.filter((cluster) => this.extent(cluster.name, name) !== "none"),
        resource,
      );
    };
    const settling = this.settle(clusters, resource);
    return settling === undefined ? ensure() : settling.then(ensure);
  }

  ensure(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined {
    const name = toResourceName(resource);
    let pending: Promise<void>[] | undefined;
    for (const cluster of clusters) {
      if (this.#isHeld(cluster.name, name)) {
        this.#markUsed(cluster, resource);
        continue;
      }
      const key = keyOf(cluster.name, name);
      this.#later ??= new Map();
      if (!this.#later.has(key)) this.#later.set(key, this.#fetch(cluster, resource));
      const later = this.#later.get(key);
      if (later instanceof Promise) (pending ??= []).push(later);
    }
    return pending && Promise.all(pending).then(() => {});
  }

  /** As it is held, else as discovery last had it; what neither knows has no rows. */
  #isNamespaced(cluster: string, resource: ResourceName): boolean {
    const held = this.resource(cluster, resource)?.resource;
    const found = held ?? this.cluster(cluster)?.status.apiResources.find((one) => toResourceName(one) === resource);
    return found?.namespaced ?? true;
  }

  /** Whether it can be read as it is. The first list of what is held on demand is waited for, whoever asked for it. */
  #isHeld(cluster: string, resource: ResourceName): boolean {
    const held = this.#snapshot.resource(cluster, resource);
    if (held === undefined) return false;
    return alwaysHeld.has(resource) || held.status.state !== "SYNCING" || held.resourceVersion !== "";
  }

  async #fetch(cluster: Cluster, resource: ResourceId): Promise<void> {
    const { cache, signal, limits } = this.#options;
    const name = toResourceName(resource);
    // A cluster known to be down would only cost the others their time.
    const waitMs = cluster.status.health.state === "DOWN" ? 0 : limits.ensureWaitMs;
    await cache.ensure(cluster.name, resource, { signal, waitMs });
    this.#later?.set(keyOf(cluster.name, name), cache.snapshot().resource(cluster.name, name));
  }

  /** What is held on demand is let go when nobody asks for it any more: each operation asks once. */
  #markUsed(cluster: Cluster, resource: ResourceId): void {
    const name = toResourceName(resource);
    if (alwaysHeld.has(name)) return;
    const key = keyOf(cluster.name, name);
    this.#used ??= new Set();
    if (this.#used.has(key)) return;
    this.#used.add(key);
    void this.#options.cache.ensure(cluster.name, resource, { signal: this.#options.signal, waitMs: 0 });
  }

  /** undefined where there is nothing, or nothing that may be served: rights unknown, another cluster's rows, or what the state says is missing. */
  #served(cluster: string, resource: ResourceName): ResourceSnapshot | undefined {
    if (this.access.state(cluster) !== "known") return undefined;
    const identity = this.cluster(cluster)?.status.identity.state;
    if (identity !== "pinned" && identity !== "unknown") return undefined;
    const held = this.resource(cluster, resource);
    const state = held?.status.state;
    return state === "UNREACHABLE" || state === "FORBIDDEN" ? undefined : held;
  }
}

function keyOf(cluster: string, resource: ResourceName): string {
  return `${cluster} ${resource}`;
}
