import type { AccessAttributes } from "../../../src/kube/rbac/rule-allows.ts";
import type { RbacUser } from "../../../src/kube/rbac/rbac.ts";

/** Objects of the right shape, as a generator makes them. */
export interface RbacState {
  readonly clusterRoles: readonly RoleObject[];
  readonly roles: readonly RoleObject[];
  readonly clusterRoleBindings: readonly BindingObject[];
  readonly roleBindings: readonly BindingObject[];
}

export interface RuleObject {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface RoleObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly RuleObject[];
}

export interface BindingObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  readonly roleRef: { readonly kind: string; readonly name: string };
}

/** The same question answered the long way: every binding, every subject, every rule, from the documentation's words, without an index. */
export function naiveAllows(state: RbacState, user: RbacUser, request: AccessAttributes): boolean {
  const namespace = "path" in request ? "" : (request.namespace ?? "");
  const bindings = [
    ...state.clusterRoleBindings,
    ...state.roleBindings.filter(({ metadata }) => namespace !== "" && metadata.namespace === namespace),
  ];
  for (const { metadata, subjects = [], roleRef } of bindings) {
    if (!subjects.some((subject) => isThem(subject, user, metadata.namespace))) continue;
    const roles =
      roleRef.kind === "ClusterRole"
        ? state.clusterRoles
        : state.roles.filter((role) => role.metadata.namespace === metadata.namespace);
    for (const role of roles) {
      if (role.metadata.name === roleRef.name && (role.rules ?? []).some((rule) => grants(rule, request))) return true;
    }
  }
  return false;
}

function isThem(
  subject: { readonly kind: string; readonly name: string; readonly namespace?: string },
  user: RbacUser,
  bindingNamespace: string | undefined,
): boolean {
  if (subject.kind === "User") return subject.name === user.username;
  if (subject.kind === "Group") return user.groups.includes(subject.name);
  const namespace = subject.namespace ?? bindingNamespace;
  return namespace !== undefined && user.username === `system:serviceaccount:${namespace}:${subject.name}`;
}

function grants(rule: RuleObject, request: AccessAttributes): boolean {
  if (!rule.verbs.includes("*") && !rule.verbs.includes(request.verb)) return false;
  if ("path" in request) {
    for (const url of rule.nonResourceURLs ?? []) {
      if (url === request.path || url === "*") return true;
      if (url.endsWith("*") && request.path.slice(0, url.length - 1) === url.slice(0, -1)) return true;
    }
    return false;
  }
  if (!(rule.apiGroups ?? []).some((group) => ["*", request.group].includes(group))) return false;
  const names = rule.resourceNames ?? [];
  if (names.length > 0 && !names.includes(request.name ?? "")) return false;
  const wanted = request.subresource
    ? [`${request.resource}/${request.subresource}`, `*/${request.subresource}`]
    : [request.resource];
  return (rule.resources ?? []).some((resource) => resource === "*" || wanted.includes(resource));
}

/** The rules that a rules review of a namespace lists: of all bindings that hold there, not told apart. */
export function naiveRules(state: RbacState, user: RbacUser, namespace: string): readonly RuleObject[] {
  const bindings = [
    ...state.clusterRoleBindings,
    ...state.roleBindings.filter(({ metadata }) => metadata.namespace === namespace),
  ];
  return bindings.flatMap(({ metadata, subjects = [], roleRef }) => {
    if (!subjects.some((subject) => isThem(subject, user, metadata.namespace))) return [];
    const roles =
      roleRef.kind === "ClusterRole"
        ? state.clusterRoles
        : state.roles.filter((role) => role.metadata.namespace === metadata.namespace);
    const rules = roles.filter((role) => role.metadata.name === roleRef.name).flatMap((role) => role.rules ?? []);
    return rules.filter(({ resources = [] }) => resources.length > 0);
  });
}
