import { reviewAccess } from "../auth/access-reviews.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ApiError } from "../kube/api-error.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { LoaderOptions } from "./operation.ts";
import type { CanArgs } from "./request-context.ts";

/**
 * Whether the caller may do this, asked of the cluster as the caller (SelfSubjectAccessReview, as kubectl auth can-i). Where it cannot be asked, by
 * its roles and bindings if those tell. Throws AUTHZ_UNAVAILABLE where neither does.
 */
export async function askAccess(
  { verb, resource: text, namespace, name }: CanArgs,
  cluster: Cluster,
  { identity, access, signal }: Pick<LoaderOptions, "identity" | "access" | "signal">,
): Promise<boolean> {
  const attributes = { verb, ...splitResource(text), ...(namespace ? { namespace } : {}), ...(name ? { name } : {}) };
  try {
    return await reviewAccess(attributes, { cluster, as: identity, signal });
  } catch (error) {
    if (identity.kind === "user" && cluster.authorization === "local" && access.state(cluster.name) === "known") {
      return access.may({ ...attributes, cluster: cluster.name, namespace: namespace ?? "" });
    }
    const why = error instanceof KubeError ? error.reason : "Error";
    throw new ApiError("AUTHZ_UNAVAILABLE", `Cluster ${cluster.name} cannot be asked what you may do (${why}). Retry.`, { cluster: cluster.name, retryable: true }, error); // prettier-ignore
  }
}

/** "deployments.apps/scale" is resource deployments, group apps, subresource scale. */
function splitResource(text: string): {
  readonly resource: string;
  readonly group: string;
  readonly subresource?: string;
} {
  const [path = "", subresource] = text.split("/", 2);
  const dot = path.indexOf(".");
  return {
    resource: dot < 0 ? path : path.slice(0, dot),
    group: dot < 0 ? "" : path.slice(dot + 1),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
