import { toPolicyRules } from "./policy-rule.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { toServiceAccountUsername, toSubjects } from "./subject.ts";
import type { Subject } from "./subject.ts";

/** Who asks. `groups` are all of them, those included that an API server adds itself (see implied-groups.ts). */
export interface RbacUser {
  readonly username: string;
  readonly groups: readonly string[];
}

/** The four kinds of rbac.authorization.k8s.io/v1 as they came from a cluster: objects of a wrong shape grant nothing and break nothing. */
export interface RbacObjects {
  readonly clusterRoles: Iterable<unknown>;
  readonly roles: Iterable<unknown>;
  readonly clusterRoleBindings: Iterable<unknown>;
  readonly roleBindings: Iterable<unknown>;
}

/** What one binding gives somebody. */
export interface Grant {
  readonly bindingKind: "ClusterRoleBinding" | "RoleBinding";
  readonly bindingName: string;
  /** Where it holds; "" = everywhere. */
  readonly namespace: string;
  readonly roleKind: "ClusterRole" | "Role";
  readonly roleName: string;
  /** The first subject of the binding that is them. */
  readonly subject: Subject;
  /** Undefined: there is no such role, which grants nothing. */
  readonly rules: readonly PolicyRule[] | undefined;
}

/** The rules that hold for somebody. */
export interface UserRules {
  /** Hold in every namespace, for cluster-scoped things, for requests over all namespaces, and for paths. */
  readonly clusterWide: readonly PolicyRule[];
  /** What RoleBindings add: for requests in that namespace alone, never for paths. Only namespaces with a rule. */
  readonly byNamespace: ReadonlyMap<string, readonly PolicyRule[]>;
}

/** RBAC of one cluster at one moment. Pure and immutable; follows kube-apiserver 1.34, pkg/registry/rbac/validation/rule.go. */
export interface Rbac {
  rulesFor(user: RbacUser): UserRules;
  /** The same with where each rule comes from: ClusterRoleBindings first, each sort in the order it was given. */
  grantsFor(user: RbacUser): readonly Grant[];
}

interface Binding extends Omit<Grant, "subject"> {
  readonly order: number;
  readonly subjects: readonly Subject[];
}

/** Reads all objects once; a question costs what the asker is bound to, not what there is. */
export function createRbac(objects: RbacObjects): Rbac {
  const clusterRoles = readRoles(objects.clusterRoles, false);
  const roles = readRoles(objects.roles, true);
  /** By user name and by group, each with the places its subject has in the binding. */
  const byUser = new Map<string, BoundSubject[]>();
  const byGroup = new Map<string, BoundSubject[]>();
  let order = 0;
  const add = (object: unknown, bindingKind: Binding["bindingKind"]): void => {
    const binding = readBinding(object, bindingKind, order++, clusterRoles, roles);
    binding?.subjects.forEach((subject, at) => {
      const map = subject.kind === "Group" ? byGroup : byUser;
      const name =
        subject.kind === "ServiceAccount" ? toServiceAccountUsername(subject.namespace, subject.name) : subject.name;
      const bound = map.get(name);
      if (bound === undefined) map.set(name, [{ binding, at }]);
      else bound.push({ binding, at });
    });
  };
  for (const object of objects.clusterRoleBindings) add(object, "ClusterRoleBinding");
  for (const object of objects.roleBindings) add(object, "RoleBinding");

  const bindingsOf = ({ username, groups }: RbacUser): readonly BoundSubject[] => {
    const first = new Map<Binding, BoundSubject>();
    const note = (bound: readonly BoundSubject[] | undefined): void => {
      for (const one of bound ?? []) {
        const known = first.get(one.binding);
        if (known === undefined || one.at < known.at) first.set(one.binding, one);
      }
    };
    note(byUser.get(username));
    for (const group of groups) note(byGroup.get(group));
    return [...first.values()].sort((a, b) => a.binding.order - b.binding.order);
  };

  return {
    rulesFor: (user) => collectRules(bindingsOf(user)),
    grantsFor: (user) =>
      bindingsOf(user).map(({ binding: { order: _order, subjects, ...grant }, at }) => ({
        ...grant,
        subject: subjects[at]!,
      })),
  };
}

interface BoundSubject {
  readonly binding: Binding;
  /** Index of the subject in its binding. */
  readonly at: number;
}

function collectRules(bindings: readonly BoundSubject[]): UserRules {
  // A role bound twice counts once; its rules are one array however often it is bound.
  const byNamespace = new Map<string, Set<readonly PolicyRule[]>>();
  for (const { binding } of bindings) {
    const { namespace, rules } = binding;
    if (rules === undefined || rules.length === 0) continue;
    const known = byNamespace.get(namespace);
    if (known === undefined) byNamespace.set(namespace, new Set([rules]));
    else known.add(rules);
  }
  const flat = new Map(Array.from(byNamespace, ([namespace, rules]) => [namespace, [...rules].flat()]));
  const clusterWide = flat.get("") ?? [];
  flat.delete("");
  return { clusterWide, byNamespace: flat };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** Where an object lies; undefined where that cannot be said. */
function placeOf(
  object: unknown,
  namespaced: boolean,
): { readonly namespace: string; readonly name: string } | undefined {
  const metadata = isFields(object) ? object["metadata"] : undefined;
  if (!isFields(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== "string" || name === "") return undefined;
  if (!namespaced) return { namespace: "", name };
  return typeof namespace === "string" && namespace !== "" ? { namespace, name } : undefined;
}

/** By "namespace/name". */
function readRoles(objects: Iterable<unknown>, namespaced: boolean): ReadonlyMap<string, readonly PolicyRule[]> {
  const roles = new Map<string, readonly PolicyRule[]>();
  for (const object of objects) {
    const place = placeOf(object, namespaced);
    if (place !== undefined) roles.set(`${place.namespace}/${place.name}`, toPolicyRules((object as Fields)["rules"]));
  }
  return roles;
}

function readBinding(
  object: unknown,
  bindingKind: Binding["bindingKind"],
  order: number,
  clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>,
  roles: ReadonlyMap<string, readonly PolicyRule[]>,
): Binding | undefined {
  const place = placeOf(object, bindingKind === "RoleBinding");
  if (place === undefined) return undefined;
  const { subjects, roleRef } = object as Fields;
  if (!isFields(roleRef)) return undefined;
  const { kind: roleKind, name: roleName } = roleRef;
  if (typeof roleName !== "string" || roleName === "") return undefined;
  if (roleKind !== "ClusterRole" && roleKind !== "Role") return undefined;
  const { namespace, name: bindingName } = place;
  // A ClusterRoleBinding lies in no namespace, so that a Role it names is never found.
  const rules = roleKind === "ClusterRole" ? clusterRoles.get(`/${roleName}`) : roles.get(`${namespace}/${roleName}`);
  return {
    order,
    bindingKind,
    bindingName,
    namespace,
    roleKind,
    roleName,
    rules,
    subjects: toSubjects(subjects, namespace),
  };
}
