import fc from "fast-check";
import type { RbacUser } from "../../../src/kube/rbac/rbac.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { toResourceName } from "../../../src/kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../../../src/kube/resource-id.ts";
import type { BindingObject, RbacState, RoleObject, RuleObject } from "../../kube-vocabulary/rbac/naive-rbac.ts";

/** Kinds whose reading is compared: some that lie in namespaces and those that do not. */
export const readable: readonly { readonly resource: ResourceName; readonly id: ResourceId }[] = [
  knownResources.pods,
  knownResources.services,
  knownResources.deployments,
  knownResources.nodes,
  knownResources.namespaces,
].map((id) => ({ resource: toResourceName(id), id }));

export const rightsNamespaces = ["a", "b", "c"] as const;
export const rightsNames = ["web", "db", "a", "b"] as const;
export const rightsUsers = ["jane", "joe", "system:serviceaccount:a:bot"] as const;

const namespace = fc.constantFrom(...rightsNamespaces);
const some = (...values: string[]): fc.Arbitrary<string[]> => fc.subarray(values, { minLength: 1 });

/** Few names, so that what is generated meets; stars are rare, since they end every question. */
const rule: fc.Arbitrary<RuleObject> = fc.record(
  {
    verbs: fc.oneof(
      { weight: 6, arbitrary: some("get", "list", "watch") },
      { weight: 1, arbitrary: fc.constant(["*"]) },
    ),
    apiGroups: fc.oneof({ weight: 6, arbitrary: some("", "apps") }, { weight: 1, arbitrary: fc.constant(["*"]) }),
    resources: fc.oneof(
      { weight: 8, arbitrary: some("pods", "services", "deployments", "nodes", "namespaces", "pods/log") },
      { weight: 1, arbitrary: fc.constantFrom(["*"], ["*/log"], ["secrets"]) },
    ),
    resourceNames: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(...rightsNames) }),
  },
  { requiredKeys: ["verbs", "apiGroups", "resources"] },
);

const roleName = fc.constantFrom("reader", "writer", "odd");
const boundRole = fc.constantFrom("reader", "writer", "odd", "missing");
const bindingName = fc.constantFrom("one", "two", "three", "four");
const rules = fc.array(rule, { maxLength: 3 });
const subject = fc.oneof(
  fc.record({ kind: fc.constant("User"), name: fc.constantFrom(...rightsUsers) }),
  fc.record({ kind: fc.constant("Group"), name: fc.constantFrom("team", "system:authenticated", "system:serviceaccounts", "jane") }), // prettier-ignore
  fc.record({ kind: fc.constant("ServiceAccount"), name: fc.constantFrom("bot", "other"), namespace }),
);
const subjects = fc.array(subject, { minLength: 1, maxLength: 2 });
const meta = { apiVersion: fc.constant("rbac.authorization.k8s.io/v1") };

const clusterRole: fc.Arbitrary<RoleObject> = fc.record({ ...meta, kind: fc.constant("ClusterRole"), metadata: fc.record({ name: roleName }), rules }); // prettier-ignore
const role: fc.Arbitrary<RoleObject> = fc.record({ ...meta, kind: fc.constant("Role"), metadata: fc.record({ name: roleName, namespace }), rules }); // prettier-ignore
const clusterRoleBinding: fc.Arbitrary<BindingObject> = fc.record({
  ...meta,
  kind: fc.constant("ClusterRoleBinding"),
  metadata: fc.record({ name: bindingName }),
  subjects,
  roleRef: fc.record({ kind: fc.constant("ClusterRole"), name: boundRole }),
});
const roleBinding: fc.Arbitrary<BindingObject> = fc.record({
  ...meta,
  kind: fc.constant("RoleBinding"),
  metadata: fc.record({ name: bindingName, namespace }),
  subjects,
  roleRef: fc.record({ kind: fc.constantFrom("ClusterRole", "Role"), name: boundRole }),
});

const placeOf = ({ metadata }: RoleObject | BindingObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

/** RBAC that a cluster could hold, as whole objects: each name once. */
export const rightsState: fc.Arbitrary<RbacState> = fc.record({
  clusterRoles: fc.uniqueArray(clusterRole, { selector: placeOf, maxLength: 3 }),
  roles: fc.uniqueArray(role, { selector: placeOf, maxLength: 4 }),
  clusterRoleBindings: fc.uniqueArray(clusterRoleBinding, { selector: placeOf, maxLength: 2 }),
  roleBindings: fc.uniqueArray(roleBinding, { selector: placeOf, maxLength: 4 }),
});

export const rightsUser: fc.Arbitrary<RbacUser> = fc.record({
  username: fc.constantFrom(...rightsUsers),
  groups: fc.subarray(["team"]),
});
