import type { ResourceId } from "../resource-id.ts";

const rbac = (plural: string, kind: string, namespaced: boolean): ResourceId => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural,
  kind,
  namespaced,
});

/** The four kinds that RBAC is made of. */
export const rbacResources = {
  clusterRoles: rbac("clusterroles", "ClusterRole", false),
  roles: rbac("roles", "Role", true),
  clusterRoleBindings: rbac("clusterrolebindings", "ClusterRoleBinding", false),
  roleBindings: rbac("rolebindings", "RoleBinding", true),
} as const satisfies Record<string, ResourceId>;
