import type { Cluster, EndpointStatus } from "../cluster/cluster.ts";
import { toObjectId } from "../kube/object-key.ts";
import type { ClusterValue, EndpointValue } from "./request-context.ts";

/** The source value of type Cluster, as its status is now. */
export function toClusterValue(cluster: Cluster): ClusterValue {
  const { identity, version, health, endpoints, apiResources } = cluster.status;
  return {
    __typename: "Cluster",
    id: toObjectId({ cluster: cluster.name }),
    name: cluster.name,
    role: cluster.role === "home" ? "HOME" : "ABROAD",
    labelMap: cluster.labels,
    writable: cluster.writable,
    uid: identity.state === "unknown" ? null : identity.uid,
    version,
    health,
    endpoints: endpoints.map(toEndpointValue),
    apiResources,
  };
}

export function toEndpointValue({ url, health, lastProbeAtMs }: EndpointStatus): EndpointValue {
  return {
    __typename: "ClusterEndpoint",
    url,
    health,
    lastProbeAt: lastProbeAtMs === null ? null : new Date(lastProbeAtMs).toISOString(),
  };
}
