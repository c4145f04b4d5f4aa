import type { Cluster } from "../cluster/cluster.ts";
import { ApiError } from "../kube/api-error.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { LoaderOptions } from "./operation.ts";
import type { CanArgs } from "./request-context.ts";

const accessReviews: ResourceId = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  namespaced: false,
};

/**
 * Whether the caller may do this, asked of the cluster as the caller (SelfSubjectAccessReview, as kubectl auth can-i). Throws
 * AUTHZ_UNAVAILABLE where the cluster cannot be asked.
 */
export async function askAccess(
  { verb, resource, namespace, name }: CanArgs,
  cluster: Cluster,
  { identity, signal }: Pick<LoaderOptions, "identity" | "signal">,
): Promise<boolean> {
  const attributes = {
    verb,
    ...splitResource(resource),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: { name: "" },
    spec: { resourceAttributes: attributes },
  };
  try {
    const options = { signal, as: identity, fieldManager: "fleetgraph/can" };
    const { object } = await cluster.client.create(accessReviews, review, options);
    const status = object["status"] as { readonly allowed?: unknown } | undefined;
    return status?.allowed === true;
  } catch (error) {
    if (error instanceof KubeError && error.reason === "ReadOnly") throw error;
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
