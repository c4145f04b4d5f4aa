import type { EmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import { identityAt, systemIdentity } from "../../../src/kube/identity.ts";
import type { BelievedRealm, UserIdentity } from "../../../src/kube/identity.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import { toImpersonatedGroups } from "../../../src/kube/rbac/implied-groups.ts";
import type { ApiResource } from "../../../src/kube/resource-id.ts";
import { createSharedAbort } from "../../../src/lib/shared-abort.ts";
import { naiveAllows } from "../../kube-vocabulary/rbac/naive-rbac.ts";
import type { RbacState } from "../../kube-vocabulary/rbac/naive-rbac.ts";

const call = { signal: createSharedAbort().signal, as: systemIdentity("test") };

/** One object of a cluster, and what it is one of. */
export interface Placed {
  readonly cluster: string;
  readonly resource: ApiResource;
  readonly object: KubeObject;
}

export interface EmbeddedCluster {
  readonly api: EmbeddedApi;
  readonly believes: readonly BelievedRealm[];
}

/** Everything there is in embedded clusters, and what RBAC there, evaluated word by word, lets somebody do with it. */
export interface EmbeddedTruth {
  readonly objects: readonly Placed[];
  readonly resources: readonly { readonly cluster: string; readonly resource: ApiResource }[];
  may(user: UserIdentity, verb: string, placed: Placed): boolean;
}

export async function readTruth(clusters: readonly EmbeddedCluster[]): Promise<EmbeddedTruth> {
  const objects: Placed[] = [];
  const resources: { cluster: string; resource: ApiResource }[] = [];
  for (const { api } of clusters) {
    for (const resource of await api.client.discover(call)) {
      if (!resource.verbs.includes("list")) continue;
      resources.push({ cluster: api.name, resource });
      const { items } = await api.client.list(resource, {}, call);
      for (const item of items as KubeObject[]) {
        const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
        objects.push({ cluster: api.name, resource, object: { ...item, apiVersion, kind: resource.kind } });
      }
    }
  }
  const states = new Map(clusters.map(({ api }) => [api.name, toState(objects, api.name)]));
  const byName = new Map(clusters.map(({ api, believes }) => [api.name, { name: api.name, believes }]));
  return {
    objects,
    resources,
    may(user, verb, { cluster, resource, object: { metadata } }) {
      const who = identityAt(byName.get(cluster)!, user);
      if (who === undefined) return false;
      const namespace = resource.kind === "Namespace" && verb === "get" ? metadata.name : metadata.namespace;
      return naiveAllows(
        states.get(cluster)!,
        { ...who, groups: toImpersonatedGroups(who.username, who.groups) },
        {
          verb,
          group: resource.group,
          resource: resource.plural,
          ...(verb === "get" ? { name: metadata.name } : {}),
          ...(namespace === undefined ? {} : { namespace }),
        },
      );
    },
  };
}

/** Workloads that pods may still be made for, or removed of, by their path; crashing pods alone do not count. */
export function unfinishedRollouts({ objects }: EmbeddedTruth): readonly string[] {
  return objects.filter(isUnfinished).map(({ cluster, resource, object: { metadata } }) => `${cluster}/${resource.kind}/${metadata.namespace}/${metadata.name}`); // prettier-ignore
}

function isUnfinished({ resource, object }: Placed): boolean {
  const { spec = {}, status = {} } = object as { spec?: Record<string, unknown>; status?: Record<string, unknown> };
  switch (resource.kind) {
    case "Deployment":
    case "ReplicaSet":
      return (status["replicas"] ?? 0) !== (spec["replicas"] ?? 1);
    case "StatefulSet":
      // One pod after another.
      return (status["readyReplicas"] ?? 0) !== (spec["replicas"] ?? 1);
    case "DaemonSet":
      return status["currentNumberScheduled"] === undefined || status["currentNumberScheduled"] !== status["desiredNumberScheduled"]; // prettier-ignore
    case "Job":
      return status["completionTime"] === undefined;
    default:
      return false;
  }
}

function toState(objects: readonly Placed[], cluster: string): RbacState {
  const of = (kind: string): never[] =>
    objects.flatMap((one) => (one.cluster === cluster && one.resource.kind === kind ? [one.object] : [])) as never[];
  return {
    clusterRoles: of("ClusterRole"),
    roles: of("Role"),
    clusterRoleBindings: of("ClusterRoleBinding"),
    roleBindings: of("RoleBinding"),
  };
}
