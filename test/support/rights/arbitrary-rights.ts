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

/** What generated RBAC speaks of. Few names, so that what is generated meets. */
export interface RightsNames {
  /** The first two, where two states must not meet, are this state's own. */
  readonly namespaces: readonly string[];
  /** Of single objects, namespaces and nodes among them. */
  readonly objects: readonly string[];
  readonly resources: readonly string[];
  readonly groups: readonly string[];
  /** Before names of users, groups and cluster-scoped objects: keeps states apart that live in one cluster. */
  readonly prefix: string;
}

export interface ArbitraryRights {
  readonly state: fc.Arbitrary<RbacState>;
  readonly user: fc.Arbitrary<RbacUser>;
}

const some = (values: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...values], { minLength: 1 });
const rarely = (rare: fc.Arbitrary<string[]>, common: fc.Arbitrary<string[]>): fc.Arbitrary<string[]> =>
  fc.oneof({ weight: 1, arbitrary: rare }, { weight: 7, arbitrary: common });
const only = (...values: string[]): fc.Arbitrary<string[]> => fc.constant(values);
const star = only("*");

/** RBAC that a cluster could hold, as whole objects, each name once; and somebody whom it may or may not concern. */
export function arbitraryRights({ namespaces, objects, resources, groups, prefix }: RightsNames): ArbitraryRights {
  const namespace = fc.constantFrom(...namespaces);
  const bot = `system:serviceaccount:${namespaces[0]}:${prefix}bot`;
  const userNames = [`${prefix}jane`, `${prefix}joe`];
  const rule: fc.Arbitrary<RuleObject> = fc.record(
    {
      verbs: rarely(star, some(["get", "list", "watch"])),
      apiGroups: rarely(star, some(groups)),
      resources: rarely(fc.oneof(star, only("*/log")), some(resources)),
      resourceNames: rarely(some(objects), only()),
    },
    { requiredKeys: ["verbs", "apiGroups", "resources"] },
  );
  const named = (name: string): string => prefix + name;
  const roleName = fc.constantFrom("reader", "writer", "odd").map(named);
  const boundRole = fc.constantFrom("reader", "writer", "odd", "reader", "writer", "odd", "missing").map(named);
  const bindingName = fc.constantFrom("one", "two", "three", "four").map(named);
  const rules = fc.array(rule, { maxLength: 3, size: "max" });
  const apiGroup = fc.constant("rbac.authorization.k8s.io");
  const subject = fc.oneof(
    fc.record({ kind: fc.constant("User"), apiGroup, name: fc.constantFrom(...userNames, userNames[0]!, bot) }),
    fc.record({ kind: fc.constant("Group"), apiGroup, name: fc.constantFrom(`${prefix}team`, `${prefix}jane`) }),
    fc.record({ kind: fc.constant("ServiceAccount"), name: fc.constantFrom(`${prefix}bot`, `${prefix}other`), namespace }), // prettier-ignore
  );
  const subjects = fc.array(subject, { minLength: 1, maxLength: 3, size: "max" });
  const apiVersion = fc.constant("rbac.authorization.k8s.io/v1");
  const kind = (name: string): { readonly apiVersion: typeof apiVersion; readonly kind: fc.Arbitrary<string> } => ({ apiVersion, kind: fc.constant(name) }); // prettier-ignore
  const here = (name: fc.Arbitrary<string>) => fc.record({ name, namespace });
  const clusterRole: fc.Arbitrary<RoleObject> = fc.record({ ...kind("ClusterRole"), metadata: fc.record({ name: roleName }), rules }); // prettier-ignore
  const role: fc.Arbitrary<RoleObject> = fc.record({ ...kind("Role"), metadata: here(roleName), rules });
  const clusterRoleBinding: fc.Arbitrary<BindingObject> = fc.record({
    ...kind("ClusterRoleBinding"),
    metadata: fc.record({ name: bindingName }),
    subjects,
    roleRef: fc.record({ apiGroup, kind: fc.constant("ClusterRole"), name: boundRole }),
  });
  const roleBinding: fc.Arbitrary<BindingObject> = fc.record({
    ...kind("RoleBinding"),
    metadata: here(bindingName),
    subjects,
    roleRef: fc.record({ apiGroup, kind: fc.constantFrom("ClusterRole", "ClusterRole", "Role"), name: boundRole }),
  });
  const placeOf = ({ metadata }: RoleObject | BindingObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;
  return {
    state: fc.record({
      clusterRoles: fc.uniqueArray(clusterRole, { selector: placeOf, minLength: 1, maxLength: 3, size: "max" }),
      roles: fc.uniqueArray(role, { selector: placeOf, maxLength: 6, size: "max" }),
      clusterRoleBindings: fc.uniqueArray(clusterRoleBinding, { selector: placeOf, maxLength: 2 }),
      roleBindings: fc.uniqueArray(roleBinding, { selector: placeOf, maxLength: 6, size: "max" }),
    }),
    user: fc.record({
      username: fc.constantFrom(...userNames, userNames[0]!, bot),
      groups: fc.subarray([`${prefix}team`]),
    }),
  };
}

export const rightsNames: RightsNames = {
  namespaces: ["a", "b", "c"],
  objects: ["web", "db", "a", "b"],
  resources: ["pods", "services", "deployments", "nodes", "namespaces", "pods/log", "secrets"],
  groups: ["", "apps"],
  prefix: "",
};
