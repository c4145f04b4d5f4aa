import { createAuthorizer } from "../../../src/auth/authorizer.ts";
import type { ClusterAuthorizer } from "../../../src/auth/authorizer.ts";
import type { FleetCache } from "../../../src/cache/fleet-cache.ts";
import type { Cluster, ClusterRegistry } from "../../../src/cluster/cluster.ts";
import { systemIdentity } from "../../../src/kube/identity.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { isKubeError } from "../../../src/kube/kube-error.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import { rbacResources } from "../../../src/kube/rbac/rbac-resources.ts";
import { toResourceName } from "../../../src/kube/resource-id.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { createSharedAbort } from "../../../src/lib/shared-abort.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import type { RbacState } from "../../kube-vocabulary/rbac/naive-rbac.ts";
import { eventually } from "../eventually.ts";
import { shopKinds } from "./shop-objects.ts";

export type RightsMode = "local" | "asked";

const call = { signal: createSharedAbort().signal, as: systemIdentity("test") };
const write = { ...call, fieldManager: "test" };

/** The same clusters, each with that way of knowing rights: so that both are compared over one cache. */
export function withAuthorization(registry: ClusterRegistry, authorization: RightsMode): ClusterRegistry {
  const wrapped = new Map<Cluster, Cluster>();
  const wrap = (cluster: Cluster): Cluster => {
    const known = wrapped.get(cluster);
    if (known !== undefined) return known;
    const { name, role, labels, writable, believes, client, signal } = cluster;
    const made: Cluster = {
      name,
      role,
      labels,
      writable,
      believes,
      client,
      signal,
      authorization,
      get status() {
        return cluster.status;
      },
      refreshDiscovery: (ended) => cluster.refreshDiscovery(ended),
    };
    wrapped.set(cluster, made);
    return made;
  };
  return {
    name: registry.name,
    ready: registry.ready,
    run: () => Promise.resolve(),
    get(name) {
      const cluster = registry.get(name);
      return cluster === undefined ? undefined : wrap(cluster);
    },
    list: () => registry.list().map(wrap),
    subscribe: (listener) => registry.subscribe((change) => listener({ ...change, cluster: wrap(change.cluster) })),
  };
}

export function authorizerOver(registry: ClusterRegistry, cache: FleetCache): ClusterAuthorizer {
  return createAuthorizer({ registry, cache, clock: systemClock, logger: silentLogger });
}

/** All objects of the kinds that are looked at, as the administrator lists them. */
export async function listShops(client: KubeClient): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    shopKinds.map(async ({ kind, ...resource }) => {
      const { items } = await client.list({ kind, ...resource }, {}, call);
      return (items as KubeObject[]).map((item) => ({ ...item, kind, apiVersion: resource.group === "" ? "v1" : `${resource.group}/v1` })); // prettier-ignore
    }),
  );
  return lists.flat();
}

const rbacByKind = new Map<string, ResourceId>(Object.values(rbacResources).map((one) => [one.kind, one]));

function rbacResource({ kind }: KubeObject): ResourceId {
  return rbacByKind.get(kind)!;
}

export function objectsOf(state: RbacState): readonly KubeObject[] {
  return Object.values(state).flat() as KubeObject[];
}

export async function createRbacObjects(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  await Promise.all(objects.map((object) => client.create(rbacResource(object), object, write)));
}

export async function deleteRbacObjects(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  await Promise.all(
    objects.map(async (object) => {
      try {
        await client.delete(rbacResource(object), object.metadata, {}, write);
      } catch (error) {
        if (!isKubeError(error, "NotFound")) throw error;
      }
    }),
  );
}

/** Waits until the kept roles and bindings show these, or (`gone`) no longer do. */
export async function awaitRbac(
  cache: FleetCache,
  cluster: string,
  objects: readonly KubeObject[],
  { gone = false }: { readonly gone?: boolean } = {},
): Promise<void> {
  await eventually(() => {
    const snapshot = cache.snapshot();
    for (const object of objects) {
      const { namespace = "", name } = object.metadata;
      const resource = snapshot.resource(cluster, toResourceName(rbacResource(object)));
      const isHeld = resource !== undefined && resource.status.state === "FRESH";
      if (!isHeld || (resource.get(namespace, name) === undefined) !== gone) {
        throw new Error(`${object.kind} ${namespace}/${name}: ${resource?.status.state ?? "not held"}`);
      }
    }
  }, 30_000);
}
