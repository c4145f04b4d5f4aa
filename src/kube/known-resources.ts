import type { ResourceId } from "./resource-id.ts";

const core = (plural: string, kind: string, namespaced = true): ResourceId => ({ group: "", version: "v1", plural, kind, namespaced }); // prettier-ignore
const apps = (plural: string, kind: string): ResourceId => ({
  group: "apps",
  version: "v1",
  plural,
  kind,
  namespaced: true,
});
const batch = (plural: string, kind: string): ResourceId => ({
  group: "batch",
  version: "v1",
  plural,
  kind,
  namespaced: true,
});

/** Resources that have a GraphQL type of their own, served by every cluster; the others are found by discovery. */
export const knownResources = {
  nodes: core("nodes", "Node", false),
  namespaces: core("namespaces", "Namespace", false),
  pods: core("pods", "Pod"),
  services: core("services", "Service"),
  events: core("events", "Event"),
  endpointslices: {
    group: "discovery.k8s.io",
    version: "v1",
    plural: "endpointslices",
    kind: "EndpointSlice",
    namespaced: true,
  },
  deployments: apps("deployments", "Deployment"),
  replicasets: apps("replicasets", "ReplicaSet"),
  statefulsets: apps("statefulsets", "StatefulSet"),
  daemonsets: apps("daemonsets", "DaemonSet"),
  jobs: batch("jobs", "Job"),
  cronjobs: batch("cronjobs", "CronJob"),
} as const satisfies Record<string, ResourceId>;

/** The six kinds that are a Workload, by kind. */
export const workloadResources: readonly ResourceId[] = [
  knownResources.cronjobs,
  knownResources.daemonsets,
  knownResources.deployments,
  knownResources.jobs,
  knownResources.replicasets,
  knownResources.statefulsets,
];

/** What is cached from the start and never let go (DESIGN 5). */
export const alwaysCached: readonly ResourceId[] = [
  knownResources.nodes,
  knownResources.namespaces,
  knownResources.pods,
  knownResources.services,
  knownResources.endpointslices,
  ...workloadResources,
];
