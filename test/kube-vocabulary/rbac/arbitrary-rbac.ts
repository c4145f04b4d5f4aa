import fc from "fast-check";
import type { AccessAttributes } from "../../../src/kube/rbac/rule-allows.ts";
import type { RbacUser } from "../../../src/kube/rbac/rbac.ts";
import type { BindingObject, RbacState, RoleObject, RuleObject } from "./naive-rbac.ts";

// Few names, so that what is generated meets.
const namespaces = ["a", "b"] as const;
const namespace = fc.constantFrom(...namespaces);
const some = (...values: string[]): fc.Arbitrary<string[]> => fc.subarray(values, { minLength: 1 });

const resourceRule: fc.Arbitrary<RuleObject> = fc.record(
  {
    verbs: some("get", "list", "watch", "create", "*"),
    apiGroups: some("", "apps", "*"),
    resources: some("pods", "pods/log", "*/log", "*/scale", "deployments", "*"),
    resourceNames: fc.subarray(["web", "db"]),
  },
  { requiredKeys: ["verbs", "apiGroups", "resources"] },
);
const pathRule: fc.Arbitrary<RuleObject> = fc.record({
  verbs: some("get", "post", "*"),
  nonResourceURLs: some("/metrics", "/healthz", "/healthz/*", "/api*", "*"),
});
const roleName = fc.constantFrom("reader", "writer", "odd");
const missingOrNot = fc.constantFrom("reader", "writer", "odd", "missing");
const bindingName = fc.constantFrom("one", "two", "three", "four");
const clusterRole: fc.Arbitrary<RoleObject> = fc.record({
  metadata: fc.record({ name: roleName }),
  rules: fc.array(fc.oneof(resourceRule, pathRule), { maxLength: 3 }),
});
const role: fc.Arbitrary<RoleObject> = fc.record({
  metadata: fc.record({ name: roleName, namespace }),
  rules: fc.array(resourceRule, { maxLength: 3 }),
});
const subject = fc.oneof(
  fc.record({ kind: fc.constant("User"), name: fc.constantFrom("jane", "system:serviceaccount:a:bot", "joe") }),
  fc.record({ kind: fc.constant("Group"), name: fc.constantFrom("team", "system:authenticated", "jane") }),
  fc.record(
    { kind: fc.constant("ServiceAccount"), name: fc.constantFrom("bot", "other"), namespace },
    { requiredKeys: ["kind", "name"] },
  ),
);
const clusterRoleBinding: fc.Arbitrary<BindingObject> = fc.record({
  metadata: fc.record({ name: bindingName }),
  subjects: fc.array(subject, { maxLength: 2 }),
  roleRef: fc.record({ kind: fc.constant("ClusterRole"), name: missingOrNot }),
});
const roleBinding: fc.Arbitrary<BindingObject> = fc.record({
  metadata: fc.record({ name: bindingName, namespace }),
  subjects: fc.array(subject, { maxLength: 2 }),
  roleRef: fc.record({ kind: fc.constantFrom("ClusterRole", "Role"), name: missingOrNot }),
});

const placeOf = ({ metadata }: { metadata: { name: string; namespace?: string } }): string =>
  `${metadata.namespace ?? ""}/${metadata.name}`;

/** Roles and bindings that a cluster could hold: each name once. */
export const rbacState: fc.Arbitrary<RbacState> = fc.record({
  clusterRoles: fc.uniqueArray(clusterRole, { selector: placeOf, maxLength: 3 }),
  roles: fc.uniqueArray(role, { selector: placeOf, maxLength: 4 }),
  clusterRoleBindings: fc.uniqueArray(clusterRoleBinding, { selector: placeOf, maxLength: 2 }),
  roleBindings: fc.uniqueArray(roleBinding, { selector: placeOf, maxLength: 4 }),
});

export const rbacUser: fc.Arbitrary<RbacUser> = fc.record({
  username: fc.constantFrom("jane", "joe", "system:serviceaccount:a:bot", "system:serviceaccount:b:bot"),
  groups: fc.subarray(["team", "system:authenticated"]),
});

export const accessAttributes: fc.Arbitrary<AccessAttributes> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        verb: fc.constantFrom("get", "list", "create", "delete"),
        group: fc.constantFrom("", "apps", "batch"),
        resource: fc.constantFrom("pods", "deployments", "secrets"),
        subresource: fc.constantFrom("", "log", "scale"),
        name: fc.constantFrom("", "web", "db", "other"),
        namespace: fc.constantFrom("", ...namespaces),
      },
      { requiredKeys: ["verb", "group", "resource"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom("get", "post"),
      path: fc.constantFrom("/metrics", "/healthz", "/healthz/etcd", "/api/v1", "/"),
    }),
  },
);
