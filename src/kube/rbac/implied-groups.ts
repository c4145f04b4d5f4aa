import { parseServiceAccountUsername } from "./subject.ts";

/** The name of somebody without credentials. */
export const anonymousUsername = "system:anonymous";
export const authenticatedGroup = "system:authenticated";
export const unauthenticatedGroup = "system:unauthenticated";
/** Whoever is in it is asked nothing: kube-apiserver allows them everything before RBAC is looked at. */
export const unlimitedGroup = "system:masters";

/** The groups every ServiceAccount of the namespace is in (k8s.io/apiserver, pkg/authentication/serviceaccount). */
export function toServiceAccountGroups(namespace: string): readonly string[] {
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
}

/**
 * Groups of somebody whom an authenticator vouched for, with those the API server adds: `system:authenticated`, unless they are anonymous or
 * said to be either already. Those of a ServiceAccount come from its token and are not added here. Source: k8s.io/apiserver,
 * pkg/authentication/group/authenticated_group_adder.go.
 */
export function withAuthenticatedGroup(username: string, groups: readonly string[]): readonly string[] {
  if (username === anonymousUsername) return groups;
  return isMarked(groups) ? groups : [...groups, authenticatedGroup];
}

/**
 * Groups of somebody who is impersonated: a ServiceAccount for whom none are said has its own; then `system:authenticated` is added, or
 * `system:unauthenticated` to the anonymous one, unless said. Groups that are said are all there are: a ServiceAccount with one group said is
 * in neither of its own. Source: k8s.io/apiserver, pkg/endpoints/filters/impersonation.go.
 */
export function toImpersonatedGroups(username: string, said: readonly string[]): readonly string[] {
  const account = said.length === 0 ? parseServiceAccountUsername(username) : undefined;
  const groups = account === undefined ? said : toServiceAccountGroups(account.namespace);
  if (username === anonymousUsername) {
    return groups.includes(unauthenticatedGroup) ? groups : [...groups, unauthenticatedGroup];
  }
  return isMarked(groups) ? groups : [...groups, authenticatedGroup];
}

function isMarked(groups: readonly string[]): boolean {
  return groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup);
}
