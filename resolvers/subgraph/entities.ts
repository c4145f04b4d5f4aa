/** An object type that other subgraphs may name and extend. */
export interface Entity {
  /** Field sets of its `@key` directives; `id` is the first of each. */
  readonly keys: readonly string[];
  /** What its natural key leaves unsaid; unset where the key says it, or where the entity is a cluster. */
  readonly kind?: { readonly apiVersion: string; readonly kind: string };
}

const namespacedKeys = ["id", "cluster { name } namespace name"];
const clusterScopedKeys = ["id", "cluster { name } name"];

function namespaced(apiVersion: string, kind: string): Entity {
  return { keys: namespacedKeys, kind: { apiVersion, kind } };
}

/** All entities by the name of their type. The keys are public, forever: other teams' schemas spell them. */
export const entities: Readonly<Record<string, Entity>> = {
  Cluster: { keys: ["id", "name"] },
  ClusterNode: { keys: clusterScopedKeys, kind: { apiVersion: "v1", kind: "Node" } },
  CronJob: namespaced("batch/v1", "CronJob"),
  DaemonSet: namespaced("apps/v1", "DaemonSet"),
  Deployment: namespaced("apps/v1", "Deployment"),
  Event: namespaced("v1", "Event"),
  GenericResource: { keys: ["id", "apiVersion kind cluster { name } namespace name"] },
  Job: namespaced("batch/v1", "Job"),
  Namespace: { keys: clusterScopedKeys, kind: { apiVersion: "v1", kind: "Namespace" } },
  Pod: namespaced("v1", "Pod"),
  ReplicaSet: namespaced("apps/v1", "ReplicaSet"),
  Service: namespaced("v1", "Service"),
  StatefulSet: namespaced("apps/v1", "StatefulSet"),
};
