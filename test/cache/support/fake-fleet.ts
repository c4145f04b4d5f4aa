import { createJsonBody } from "../../../src/kube/json-body.ts";
import type { CachedCluster, CachedClusters } from "../../../src/cache/cached-cluster.ts";
import type { ClusterIdentity } from "../../../src/cluster/cluster.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { ApiResource, ResourceId } from "../../../src/kube/resource-id.ts";
import { toApiVersion, toResourceName } from "../../../src/kube/resource-id.ts";
import type { AnyRow, HealthState } from "../../../src/kube/rows/row.ts";
import type { PrepareObject, ToRow } from "../../../src/cache/row-maker.ts";
import { FakeApi } from "./fake-api.ts";

type Change = { readonly type: "joined" | "left" | "status"; readonly cluster: CachedCluster };

/** A cluster of a registry, its status set by hand. */
export class FakeCluster implements CachedCluster {
  readonly name: string;
  readonly client: FakeApi;
  readonly #left = new AbortController();
  readonly signal = this.#left.signal;
  status: CachedCluster["status"];
  discovered: readonly ApiResource[] = [];

  constructor(name: string, client = new FakeApi()) {
    this.name = name;
    this.client = client;
    this.status = {
      identity: { state: "pinned", uid: client.uid },
      health: { state: "UP", reason: null, message: null, since: null },
      apiResources: [],
    };
  }

  leave(): void {
    this.#left.abort(new Error("left"));
  }

  refreshDiscovery(): Promise<readonly ApiResource[]> {
    return Promise.resolve(this.discovered);
  }
}

export class FakeRegistry implements CachedClusters {
  readonly #clusters: FakeCluster[];
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(...clusters: FakeCluster[]) {
    this.#clusters = clusters;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  list(): readonly FakeCluster[] {
    return [...this.#clusters];
  }

  get(name: string): FakeCluster | undefined {
    return this.#clusters.find((cluster) => cluster.name === name);
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  join(cluster: FakeCluster): void {
    this.#clusters.push(cluster);
    this.#tell({ type: "joined", cluster });
  }

  leave(cluster: FakeCluster): void {
    this.#clusters.splice(this.#clusters.indexOf(cluster), 1);
    cluster.leave();
    this.#tell({ type: "left", cluster });
  }

  setHealth(cluster: FakeCluster, state: HealthState, reason: string | null = null): void {
    cluster.status = { ...cluster.status, health: { state, reason, message: null, since: null } };
    this.#tell({ type: "status", cluster });
  }

  setIdentity(cluster: FakeCluster, identity: ClusterIdentity): void {
    cluster.status = { ...cluster.status, identity };
    this.#tell({ type: "status", cluster });
  }

  setDiscovered(cluster: FakeCluster, apiResources: readonly ApiResource[]): void {
    cluster.discovered = apiResources;
    cluster.status = { ...cluster.status, apiResources };
    this.#tell({ type: "status", cluster });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

export const widgets: ResourceId = { group: "example.com", version: "v1", plural: "widgets", kind: "Widget", namespaced: true }; // prettier-ignore

/** A row with what every kind has, and a node's name for the index. */
export const fakeToRow: ToRow = (resource, cluster, object, { observedAtMs, source }) => {
  const { metadata } = object;
  const row = {
    __typename: resource.kind === "Pod" ? "Pod" : "GenericResource",
    clusterName: cluster,
    resource: toResourceName(resource),
    apiVersion: toApiVersion(resource),
    kind: resource.kind,
    name: metadata.name,
    namespace: metadata.namespace ?? null,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: null,
    createdAt: metadata.creationTimestamp ?? "",
    deletionTimestamp: null,
    labelMap: metadata.labels ?? {},
    ownerRefs: (metadata.ownerReferences ?? []).map((owner) => ({ ...owner, controller: owner.controller === true })),
    nodeName: (object.spec as { readonly nodeName?: string } | undefined)?.nodeName ?? null,
    observedAtMs,
    source,
    body: createJsonBody(object),
  };
  return row as unknown as AnyRow;
};

/** Malformed is what has `malformed: true` or no metadata. */
export const fakePrepare: PrepareObject = (value) => {
  const object = value as Partial<KubeObject> & { readonly malformed?: boolean };
  if (object.metadata === undefined || object.malformed === true) return undefined;
  return { object: object as KubeObject, labelManagers: {} };
};
