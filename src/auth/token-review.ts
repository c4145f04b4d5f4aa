import type { Cluster } from "../cluster/cluster.ts";
import { systemIdentity } from "../kube/identity.ts";
import { KubeError } from "../kube/kube-error.ts";
import { isRecord } from "../kube/read-json.ts";
import type { ResourceId } from "../kube/resource-id.ts";

const tokenReviews: ResourceId = {
  group: "authentication.k8s.io",
  version: "v1",
  plural: "tokenreviews",
  kind: "TokenReview",
  namespaced: false,
};

/** Whom a cluster vouches for. */
export interface VouchedUser {
  /** Never empty. */
  readonly username: string;
  readonly groups: readonly string[];
}

export interface TokenReviewCall {
  readonly cluster: Pick<Cluster, "name" | "client">;
  /** For whom the token must have been made, one of these at least; none: for the cluster's API server. */
  readonly audiences: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Asks a cluster whose token it is, as ourselves; undefined: nobody's, by its own word. Anything else than a plain yes or no is thrown as a
 * KubeError without the cluster's text, which may repeat the token (T05, T08).
 */
export async function reviewToken(
  token: string,
  { cluster, audiences, signal }: TokenReviewCall,
): Promise<VouchedUser | undefined> {
  const spec = { token, ...(audiences.length === 0 ? {} : { audiences }) };
  const body = { apiVersion: "authentication.k8s.io/v1", kind: tokenReviews.kind, metadata: { name: "" }, spec };
  let status: unknown;
  try {
    const as = systemIdentity("token review");
    const { object } = await cluster.client.create(tokenReviews, body, { signal, as, fieldManager: "fleetgraph/auth" });
    status = object["status"];
  } catch (error) {
    throw withoutText(error, cluster.name);
  }
  if (!isRecord(status) || (status["authenticated"] !== undefined && typeof status["authenticated"] !== "boolean")) {
    throw malformed(cluster.name);
  }
  if (status["authenticated"] !== true) return undefined;
  // An authenticator that knows nothing of audiences names none, and may have taken a token that was made for somebody else (KEP-1205).
  if (audiences.length > 0 && !textsOf(status["audiences"]).some((audience) => audiences.includes(audience))) {
    return undefined;
  }
  const user = isRecord(status["user"]) ? status["user"] : {};
  const { username } = user;
  if (typeof username !== "string" || username === "") throw malformed(cluster.name);
  return { username, groups: textsOf(user["groups"]) };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function withoutText(error: unknown, cluster: string): KubeError {
  const known = error instanceof KubeError ? error : undefined;
  return new KubeError({
    reason: known?.reason ?? "Unknown",
    message: "the cluster did not say whose token it is",
    cluster,
    ...(known?.status === undefined ? {} : { status: known.status }),
  });
}

function malformed(cluster: string): KubeError {
  return new KubeError({
    reason: "MalformedResponse",
    message: "the cluster answered a token review with something else",
    cluster,
  });
}
