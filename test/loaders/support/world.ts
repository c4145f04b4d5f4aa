import { Store } from "../../../src/cache/store.ts";
import type { FleetCache, SyncState } from "../../../src/cache/fleet-cache.ts";
import type { Cluster, ClusterRegistry, ClusterStatus } from "../../../src/cluster/cluster.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { localIdentity } from "../../../src/kube/identity.ts";
import { KubeError } from "../../../src/kube/kube-error.ts";
import { alwaysCached, knownResources } from "../../../src/kube/known-resources.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import { prepareObject } from "../../../src/kube/prepare-object.ts";
import { splitApiVersion, toResourceName } from "../../../src/kube/resource-id.ts";
import type { ApiResource, ResourceId } from "../../../src/kube/resource-id.ts";
import type { AnyRow } from "../../../src/kube/rows/row.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createIndexes } from "../../../src/loaders/indexes.ts";
import { defaultLimits } from "../../../src/loaders/limits.ts";
import type { LoaderOptions } from "../../../src/loaders/operation.ts";
import { wholeAccess } from "../../../src/auth/access.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

export interface WorldCluster {
  readonly name: string;
  readonly role?: "home" | "abroad";
  readonly labels?: Readonly<Record<string, string>>;
  readonly writable?: boolean;
  readonly authorization?: Cluster["authorization"];
  readonly believes?: Cluster["believes"];
  readonly client?: Partial<KubeClient>;
  readonly status?: Partial<ClusterStatus>;
  /** What discovery finds when it is read again; unset = what status has. */
  readonly rediscovered?: readonly ApiResource[] | KubeError;
}

/** A fleet in memory: the real store, filled by hand, and clusters that answer what they are told to. */
export interface World {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly cache: Pick<FleetCache, "snapshot" | "ensure" | "retain" | "subscribe" | "log">;
  readonly registry: ClusterRegistry;
  /** Resources asked for by `ensure`, as "cluster resource". */
  readonly ensured: string[];
  /** Objects that `ensure` finds, by "cluster resource". */
  readonly listable: Map<string, readonly KubeObject[]>;
  put(cluster: string, ...objects: readonly KubeObject[]): void;
  remove(cluster: string, object: KubeObject): void;
  setState(cluster: string, resource: ResourceId, state: SyncState, reason: string | null, observedAtMs?: number): void;
  options(more?: Partial<LoaderOptions>): LoaderOptions;
}

export function createWorld(clusters: readonly WorldCluster[] = [{ name: "home", role: "home" }]): World {
  const clock = createFakeClock();
  const store = new Store({ clock, logger: silentLogger, logLimit: 1000 });
  const members = clusters.map(toCluster);
  const ensured: string[] = [];
  const listable = new Map<string, readonly KubeObject[]>();
  let version = 1000;

  const hold = (cluster: string, resource: ResourceId): void => {
    const held = store.add(cluster, resource);
    held.resourceVersion = String(version);
    held.setState("FRESH", null, { observedAtMs: clock.now() });
  };
  for (const { name } of members) for (const resource of alwaysCached) hold(name, resource);

  const put = (cluster: string, ...objects: readonly KubeObject[]): void => {
    for (const object of objects) {
      const resource = resourceOf(
        object,
        members.find(({ name }) => name === cluster),
      );
      if (store.resource(cluster, toResourceName(resource)) === undefined) hold(cluster, resource);
      const held = store.resource(cluster, toResourceName(resource))!;
      const row = makeRow(cluster, resource, object, clock.now(), String(++version));
      held.resourceVersion = row.resourceVersion;
      held.edit(() => held.put(row, { resourceVersion: row.resourceVersion, synthesised: false }));
    }
  };

  const cache: World["cache"] = {
    log: store.log,
    snapshot: () => store.snapshot(),
    subscribe: (listener, onTold) => store.subscribe(listener, onTold),
    retain: () => () => {},
    ensure(cluster, resource) {
      const key = `${cluster} ${toResourceName(resource)}`;
      ensured.push(key);
      const objects = listable.get(key);
      if (objects !== undefined && store.resource(cluster, toResourceName(resource)) === undefined) {
        hold(cluster, resource);
        put(cluster, ...objects);
      }
      return Promise.resolve();
    },
  };
  const registry: ClusterRegistry = {
    name: "registry",
    ready: Promise.resolve(),
    run: () => Promise.resolve(),
    get: (name) => members.find((member) => member.name === name),
    list: () => members,
    subscribe: () => () => {},
  };
  return {
    clock,
    store,
    cache,
    registry,
    ensured,
    listable,
    put,
    remove(cluster, object) {
      const held = store.resource(cluster, toResourceName(resourceOf(object, undefined)))!;
      const resourceVersion = String(++version);
      held.resourceVersion = resourceVersion;
      held.edit(() =>
        held.remove(object.metadata.namespace ?? "", object.metadata.name, { resourceVersion, synthesised: false }),
      );
    },
    setState(cluster, resource, state, reason, observedAtMs) {
      const held = store.resource(cluster, toResourceName(resource))!;
      held.setState(state, reason, observedAtMs === undefined ? {} : { observedAtMs });
    },
    options: (more = {}) => ({
      registry,
      cache,
      identity: localIdentity,
      access: wholeAccess,
      signal: new AbortController().signal,
      nowMs: clock.now(),
      limits: defaultLimits,
      clock,
      indexes: createIndexes(),
      ...more,
    }),
  };
}

export function makeRow(
  cluster: string,
  resource: ResourceId,
  object: KubeObject,
  observedAtMs: number,
  resourceVersion: string,
): AnyRow {
  const { metadata } = object;
  const complete = {
    ...object,
    metadata: {
      uid: `${cluster}-${object.kind}-${metadata.namespace ?? ""}-${metadata.name}`,
      creationTimestamp: "2026-11-20T00:00:00Z",
      ...metadata,
      resourceVersion,
    },
  };
  const prepared = prepareObject(complete, resource);
  if (prepared === undefined) throw new Error(`not an object: ${JSON.stringify(object)}`);
  return toRow(resource, cluster, prepared.object, {
    observedAtMs,
    source: "CACHE",
    labelManagers: prepared.labelManagers,
  });
}

/** The resource of an object: a known one, one the cluster serves, or by the usual plural. */
export function resourceOf({ apiVersion, kind, metadata }: KubeObject, cluster: Cluster | undefined): ResourceId {
  const { group, version } = splitApiVersion(apiVersion);
  const all = [...Object.values(knownResources), ...(cluster?.status.apiResources ?? [])];
  const found = all.find((resource) => resource.group === group && resource.kind === kind);
  return (
    found ?? { group, version, plural: `${kind.toLowerCase()}s`, kind, namespaced: metadata.namespace !== undefined }
  );
}

export function apiResource(apiVersion: string, kind: string, more: Partial<ApiResource> = {}): ApiResource {
  return {
    ...splitApiVersion(apiVersion),
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: true,
    shortNames: [],
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
    subresources: [],
    ...more,
  };
}

function toCluster({
  name,
  role = "abroad",
  labels = {},
  writable = true,
  authorization = "asked",
  believes = [],
  client = {},
  status = {},
  rediscovered,
}: WorldCluster): Cluster {
  const full: ClusterStatus = {
    identity: { state: "pinned", uid: `uid-of-${name}` },
    version: "v1.34.4",
    health: { state: "UP", reason: null, message: null, since: null },
    endpoints: [],
    apiResources: [],
    ...status,
  };
  return {
    name,
    role,
    labels,
    writable,
    believes,
    authorization,
    client: client as KubeClient,
    signal: new AbortController().signal,
    status: full,
    refreshDiscovery() {
      if (rediscovered instanceof KubeError) return Promise.reject(rediscovered);
      return Promise.resolve(rediscovered ?? full.apiResources);
    },
  };
}
