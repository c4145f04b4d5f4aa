import type { KubeObject } from "../../../src/kube/object.ts";

export interface RuleInput {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  /** Default: the core group. */
  readonly apiGroups?: readonly string[];
  readonly resourceNames?: readonly string[];
}

const apiVersion = "rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";

export function rule({ verbs, resources, apiGroups = [""], resourceNames }: RuleInput): RuleInput {
  return { verbs, resources, apiGroups, ...(resourceNames === undefined ? {} : { resourceNames }) };
}

export function clusterRole(name: string, ...rules: readonly RuleInput[]): KubeObject {
  return { apiVersion, kind: "ClusterRole", metadata: { name }, rules: rules.map(rule) };
}

export function role(namespace: string, name: string, ...rules: readonly RuleInput[]): KubeObject {
  return { apiVersion, kind: "Role", metadata: { namespace, name }, rules: rules.map(rule) };
}

/** A ClusterRoleBinding of a ClusterRole to a user. */
export function bindEverywhere(name: string, roleName: string, user: string): KubeObject {
  return {
    apiVersion,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup, kind: "ClusterRole", name: roleName },
    subjects: [{ apiGroup, kind: "User", name: user }],
  };
}

/** A RoleBinding to a user, of a Role there unless it says otherwise. */
export function bindIn(
  namespace: string,
  name: string,
  roleName: string,
  user: string,
  kind: "Role" | "ClusterRole" = "Role",
): KubeObject {
  return {
    apiVersion,
    kind: "RoleBinding",
    metadata: { namespace, name },
    roleRef: { apiGroup, kind, name: roleName },
    subjects: [{ apiGroup, kind: "User", name: user }],
  };
}
