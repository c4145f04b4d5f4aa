import type { Authorizer } from "./auth/access.ts";
import { reviewAccess } from "./auth/access-reviews.ts";
import type { ClusterRegistry } from "./cluster/cluster.ts";
import type { Identity } from "./kube/identity.ts";

const attributes = { verb: "get", group: "", resource: "nodes", subresource: "metrics", namespace: "" };

/** Whether the cluster is there for them is all that is to be known of their rights. */
const nothing: readonly never[] = [];

/**
 * Who may read /metrics, which tell of all clusters: who may get nodes/metrics in the home cluster, the right a kubelet asks for before it shows its
 * own (Kubernetes, kubelet authorization). A cluster that does not say lets nobody.
 */
export function createMetricsAccess(
  registry: ClusterRegistry,
  authorizer: Authorizer,
): (identity: Identity, signal: AbortSignal) => Promise<boolean> {
  return async (identity, signal) => {
    const home = registry.list().find(({ role }) => role === "home");
    if (home === undefined) return false;
    const access = await authorizer.access(identity, { signal }, nothing);
    if (access.state(home.name) !== "known") return false;
    if (home.authorization === "local") return access.may({ ...attributes, cluster: home.name });
    return reviewAccess(attributes, { cluster: home, as: identity, signal }).catch(() => false);
  };
}
