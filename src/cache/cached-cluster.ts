import type { ClusterStatus } from "../cluster/cluster.ts";
import type { KubeReader } from "../kube/client.ts";
import type { ApiResource } from "../kube/resource-id.ts";

/** What the cache needs of a cluster; a `Cluster` of the registry is one. */
export interface CachedCluster {
  readonly name: string;
  readonly client: Pick<KubeReader, "get" | "list" | "listParts" | "watch">;
  /** Aborted when the cluster leaves. */
  readonly signal: AbortSignal;
  /** As it is now. */
  readonly status: Pick<ClusterStatus, "identity" | "health" | "apiResources">;
  /** Reads discovery again; throws KubeError. */
  refreshDiscovery(signal: AbortSignal): Promise<readonly ApiResource[]>;
}

/** What the cache needs of the registry; a `ClusterRegistry` is one. */
export interface CachedClusters {
  list(): readonly CachedCluster[];
  get(name: string): CachedCluster | undefined;
  /** Called synchronously after each change; returns the undo. */
  subscribe(
    listener: (change: { readonly type: "joined" | "left" | "status"; readonly cluster: CachedCluster }) => void,
  ): () => void;
}
