import { isPathAttributes, ruleAllows } from "./rule-allows.ts";
import type { AccessAttributes } from "./rule-allows.ts";
import type { Grant, Rbac, RbacUser } from "./rbac.ts";

/** What RBAC says, and why in kube-apiserver's words; "" where there is nothing to say. RBAC never denies: it allows or has no opinion. */
export interface RbacDecision {
  readonly allowed: boolean;
  readonly reason: string;
}

/**
 * Asks RBAC as kube-apiserver's authorizer does: ClusterRoleBindings for everything, RoleBindings for requests in their namespace. Group
 * system:masters is not looked at: another authorizer answers for it.
 */
export function authorizeByRbac(rbac: Rbac, user: RbacUser, attributes: AccessAttributes): RbacDecision {
  const namespace = isPathAttributes(attributes) ? "" : (attributes.namespace ?? "");
  const missing: string[] = [];
  for (const grant of rbac.grantsFor(user)) {
    if (grant.namespace !== "" && grant.namespace !== namespace) continue;
    if (grant.rules === undefined) missing.push(missingRole(grant));
    else if (grant.rules.some((rule) => ruleAllows(rule, attributes)))
      return { allowed: true, reason: describe(grant) };
  }
  return { allowed: false, reason: missing.length === 0 ? "" : `RBAC: ${joinErrors(missing)}` };
}

/** Says that the role of a grant is not there, as kube-apiserver does. */
export function missingRole({ roleKind, roleName }: Grant): string {
  return `${roleKind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(roleName)} not found`;
}

/** Several errors as one, as Go's aggregate writes them: each once, in brackets where there is more than one. */
export function joinErrors(messages: readonly string[]): string {
  const once = [...new Set(messages)];
  return once.length === 1 ? once[0]! : `[${once.join(", ")}]`;
}

function describe({ bindingKind, bindingName, namespace, roleKind, roleName, subject }: Grant): string {
  const place = namespace === "" ? bindingName : `${bindingName}/${namespace}`;
  const who = subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace}` : subject.name;
  const quoted = [place, roleName, who].map((text) => JSON.stringify(text));
  return `RBAC: allowed by ${bindingKind} ${quoted[0]} of ${roleKind} ${quoted[1]} to ${subject.kind} ${quoted[2]}`;
}
