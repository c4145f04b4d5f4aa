import type { Cluster } from "../cluster/cluster.ts";
import type { Identity } from "../kube/identity.ts";
import { KubeError } from "../kube/kube-error.ts";
import { toPolicyRules } from "../kube/rbac/policy-rule.ts";
import type { PolicyRule } from "../kube/rbac/policy-rule.ts";
import type { ResourceAttributes } from "../kube/rbac/rule-allows.ts";
import { isRecord } from "../kube/read-json.ts";
import type { ResourceId } from "../kube/resource-id.ts";

const reviews = (plural: string, kind: string): ResourceId => ({
  group: "authorization.k8s.io",
  version: "v1",
  plural,
  kind,
  namespaced: false,
});

const accessReviews = reviews("selfsubjectaccessreviews", "SelfSubjectAccessReview");
const rulesReviews = reviews("selfsubjectrulesreviews", "SelfSubjectRulesReview");

export interface ReviewCall {
  readonly cluster: Pick<Cluster, "name" | "client">;
  /** The caller: a review is about whoever makes it. */
  readonly as: Identity;
  readonly signal: AbortSignal;
}

/** Whether the caller may do this, as kubectl auth can-i. Throws KubeError where the cluster does not say. */
export async function reviewAccess(attributes: ResourceAttributes, call: ReviewCall): Promise<boolean> {
  const set = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== ""));
  const status = await review(accessReviews, { resourceAttributes: set }, call);
  if (typeof status["allowed"] !== "boolean") throw malformed(call);
  return status["allowed"];
}

/** What a review of a namespace says. */
export interface RulesReview {
  /** Of RoleBindings there and of ClusterRoleBindings, not told apart: they say nothing about anything outside the namespace. */
  readonly rules: readonly PolicyRule[];
  /** An authorizer could not list its rules: there may be more. */
  readonly incomplete: boolean;
}

/** What the caller may do in a namespace. Throws KubeError where the cluster does not say. */
export async function reviewRules(namespace: string, call: ReviewCall): Promise<RulesReview> {
  const status = await review(rulesReviews, { namespace }, call);
  return { rules: toPolicyRules(status["resourceRules"]), incomplete: status["incomplete"] !== false };
}

async function review(
  resource: ResourceId,
  spec: Readonly<Record<string, unknown>>,
  { cluster, as, signal }: ReviewCall,
): Promise<Readonly<Record<string, unknown>>> {
  const body = { apiVersion: "authorization.k8s.io/v1", kind: resource.kind, metadata: { name: "" }, spec };
  const { object } = await cluster.client.create(resource, body, { signal, as, fieldManager: "fleetgraph/auth" });
  const status = object["status"];
  if (!isRecord(status)) throw malformed({ cluster });
  return status;
}

function malformed({ cluster }: Pick<ReviewCall, "cluster">): KubeError {
  const message = "the cluster answered an access review with something else";
  return new KubeError({ reason: "MalformedResponse", message, cluster: cluster.name });
}
