import type { Cluster, ClusterRegistry } from "../cluster/cluster.ts";
import type { FleetCache, FleetSnapshot, PartitionSnapshot, ResourceSnapshot } from "../cache/fleet-cache.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { Scope } from "./scope.ts";

/**
 * The fleet as one operation sees it: one moment of the store, and of it what the caller may see. A resource that was not held at that moment
 * is ensured on demand; its first snapshot is kept for the rest of the operation, so that asking twice gives the same rows.
 */
export interface FleetView {
  readonly takenAtMs: number;
  readonly scope: Scope;
  /** Home first, then by name. */
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
  get(cluster: string, resource: ResourceName, namespace: string, name: string): AnyRow | undefined;
  /**
   * Sees to it that the resource is held in these clusters. undefined: it is, go on at once. Never rejects because of a cluster: where it cannot
   * be had within the time allowed, `resource` stays as it is.
   */
  ensure(clusters: readonly Cluster[], resource: ResourceId): Promise<void> | undefined;
}

export interface FleetViewOptions {
  readonly registry: ClusterRegistry;
  readonly cache: Pick<FleetCache, "snapshot" | "ensure">;
  readonly scope: Scope;
  readonly signal: AbortSignal;
  readonly ensureWaitMs: number;
}

export function createFleetView(options: FleetViewOptions): FleetView {
  const { registry, cache, scope, signal, ensureWaitMs } = options;
  const snapshot: FleetSnapshot = cache.snapshot();
  const clusters = registry.list();
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const later = new Map<string, Promise<void> | ResourceSnapshot | undefined>();

  const keyOf = (cluster: string, resource: ResourceName): string => `${cluster} ${resource}`;

  const resourceOf = (cluster: string, resource: ResourceName): ResourceSnapshot | undefined => {
    const held = snapshot.resource(cluster, resource);
    if (held !== undefined) return held;
    const found = later.get(keyOf(cluster, resource));
    return found instanceof Promise ? undefined : found;
  };

  const fetch = async (cluster: Cluster, resource: ResourceId): Promise<void> => {
    const name = toResourceName(resource);
    const key = keyOf(cluster.name, name);
    // A cluster known to be down would only cost the others their time.
    const waitMs = cluster.status.health.state === "DOWN" ? 0 : ensureWaitMs;
    await cache.ensure(cluster.name, resource, { signal, waitMs });
    later.set(key, cache.snapshot().resource(cluster.name, name));
  };

  const servable = (cluster: string): boolean => {
    const state = byName.get(cluster)?.status.identity.state;
    return state === "pinned" || state === "unknown";
  };

  const partition = (cluster: string, resource: ResourceName, namespace: string): PartitionSnapshot | undefined => {
    if (!servable(cluster) || !scope.sees({ cluster, resource, namespace })) return undefined;
    return resourceOf(cluster, resource)?.partition(namespace);
  };

  return {
    takenAtMs: snapshot.takenAtMs,
    scope,
    clusters,
    cluster: (name) => byName.get(name),
    resource: resourceOf,
    resources: (cluster) => snapshot.resources(cluster).map(({ resource }) => toResourceName(resource)),
    partitions(cluster, resource) {
      if (!servable(cluster)) return [];
      return resourceOf(cluster, resource)?.partitions.filter(({ key }) => scope.sees(key)) ?? [];
    },
    partition,
    get: (cluster, resource, namespace, name) => partition(cluster, resource, namespace)?.get(name),
    ensure(wanted, resource) {
      const name = toResourceName(resource);
      const missing = wanted.filter((cluster) => snapshot.resource(cluster.name, name) === undefined);
      const pending = missing.flatMap((cluster) => {
        const key = keyOf(cluster.name, name);
        if (!later.has(key)) later.set(key, fetch(cluster, resource));
        const found = later.get(key);
        return found instanceof Promise ? [found] : [];
      });
      return pending.length === 0 ? undefined : Promise.all(pending).then(() => {});
    },
  };
}
