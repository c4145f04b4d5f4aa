import fc from "fast-check";
import { authorizeByRbac } from "../../src/kube/rbac/authorize.ts";
import { createRbac } from "../../src/kube/rbac/rbac.ts";
import type { RbacUser } from "../../src/kube/rbac/rbac.ts";
import { isPathAttributes } from "../../src/kube/rbac/rule-allows.ts";
import type { AccessAttributes } from "../../src/kube/rbac/rule-allows.ts";
import { accessAttributes, rbacState, rbacUser } from "../kube-vocabulary/rbac/arbitrary-rbac.ts";
import type { BindingObject, RbacState } from "../kube-vocabulary/rbac/naive-rbac.ts";

/** One state of RBAC, somebody, and what is asked about them. */
export interface RbacCase {
  readonly state: RbacState;
  readonly user: RbacUser;
  readonly questions: readonly AccessAttributes[];
}

/** Answers a POST with JSON: the status and the body. */
export type Post = (path: string, body: unknown) => Promise<{ readonly status: number; readonly body: Json }>;
// oxlint-disable-next-line typescript/no-explicit-any -- as the contract suite's
type Json = any;

/** Half of the time about somebody who is bound, and what some rule gives: other answers than "no" are rare by chance. */
export const rbacCase: fc.Arbitrary<RbacCase> = rbacState.chain((state) =>
  fc.record({
    state: fc.constant(state),
    user: fc.oneof(rbacUser, ...some(boundUsers(state))),
    questions: fc.array(fc.oneof(accessAttributes, ...some(givenBy(state))), { minLength: 5, maxLength: 15 }),
  }),
);

function some<T>(values: readonly T[]): fc.Arbitrary<T>[] {
  return values.length === 0 ? [] : [fc.constantFrom(...values)];
}

function boundUsers({ clusterRoleBindings, roleBindings }: RbacState): readonly RbacUser[] {
  return [...clusterRoleBindings, ...roleBindings].flatMap(({ subjects = [], metadata }) =>
    subjects.map(({ kind, name, namespace = metadata.namespace ?? "a" }): RbacUser => {
      if (kind === "Group") return { username: "joe", groups: [name] };
      return { username: kind === "User" ? name : `system:serviceaccount:${namespace}:${name}`, groups: [] };
    }),
  );
}

/** For each rule a question that it answers with yes where it holds. */
function givenBy({ clusterRoles, roles }: RbacState): readonly AccessAttributes[] {
  const plain = (value: string | undefined, instead: string): string => value?.replace("*", instead) ?? instead;
  return [...clusterRoles, ...roles].flatMap(({ rules = [], metadata: { namespace = "b" } }) =>
    rules.map((rule): AccessAttributes => {
      const verb = plain(rule.verbs[0], "delete");
      if (rule.nonResourceURLs !== undefined) return { verb, path: plain(rule.nonResourceURLs.at(-1), "/any") };
      const [resource = "", subresource = ""] = plain(rule.resources?.at(-1), "secrets").split("/");
      return { verb, group: plain(rule.apiGroups?.[0], "batch"), resource, subresource, name: rule.resourceNames?.[0] ?? "", namespace }; // prettier-ignore
    }),
  );
}

/** The same among names that no other case has, so that many live in one cluster: namespaces, users, groups and cluster-scoped roles. */
export function apart({ state, user, questions }: RbacCase, prefix: string): RbacCase {
  const own = (name: string): string => `${prefix}-${name}`;
  const username = (name: string): string =>
    name.startsWith("system:serviceaccount:") ? name.replace("account:", `account:${prefix}-`) : own(name);
  // What binds system:authenticated would bind everybody's users: it is a group like any other here.
  const group = (name: string): string => own(name.replace("system:", ""));
  const placed = <T extends { readonly metadata: { readonly name: string; readonly namespace?: string } }>(
    one: T,
  ): T => {
    const { name, namespace } = one.metadata;
    return { ...one, metadata: namespace === undefined ? { name: own(name) } : { name, namespace: own(namespace) } };
  };
  const binding = (one: BindingObject): BindingObject => ({
    ...placed(one),
    roleRef: one.roleRef.kind === "ClusterRole" ? { ...one.roleRef, name: own(one.roleRef.name) } : one.roleRef,
    subjects: (one.subjects ?? []).map(({ kind, name, namespace }) => {
      if (kind === "User") return { kind, name: username(name) };
      if (kind === "Group") return { kind, name: group(name) };
      // Of a ClusterRoleBinding the API wants the namespace said.
      const said = namespace ?? (one.metadata.namespace === undefined ? "a" : undefined);
      return { kind, name, ...(said === undefined ? {} : { namespace: own(said) }) };
    }),
  });
  return {
    state: {
      clusterRoles: state.clusterRoles.map(placed),
      roles: state.roles.map(placed),
      clusterRoleBindings: state.clusterRoleBindings.map(binding),
      roleBindings: state.roleBindings.map(binding),
    },
    user: { username: username(user.username), groups: user.groups.map(group) },
    questions: questions.map((one) =>
      isPathAttributes(one) || !one.namespace ? one : { ...one, namespace: own(one.namespace) },
    ),
  };
}

/** Creates the case's objects. Throws where one is refused. */
export async function createCase({ state }: RbacCase, prefix: string, post: Post): Promise<void> {
  const create = async (path: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await post(path, body);
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}\n${JSON.stringify(body)}`);
  };
  for (const name of ["a", "b"]) await create("/api/v1/namespaces", { metadata: { name: `${prefix}-${name}` } });
  const root = "/apis/rbac.authorization.k8s.io/v1";
  const kinds = [
    ["clusterroles", state.clusterRoles],
    ["roles", state.roles],
    ["clusterrolebindings", state.clusterRoleBindings],
    ["rolebindings", state.roleBindings],
  ] as const;
  for (const [plural, objects] of kinds) {
    for (const object of objects) {
      const { namespace } = object.metadata;
      await create(`${root}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}`, toBody(object));
    }
  }
}

function toBody(object: object): object {
  const apiGroup = "rbac.authorization.k8s.io";
  return "roleRef" in object ? { ...object, roleRef: { apiGroup, ...(object.roleRef as object) } } : object;
}

/** What our own evaluation says. */
export function evaluate({ state, user, questions }: RbacCase): readonly boolean[] {
  const rbac = createRbac(state);
  return questions.map((question) => authorizeByRbac(rbac, user, question).allowed);
}

/** What a server's SubjectAccessReview says. */
export async function review({ user, questions }: RbacCase, post: Post): Promise<readonly boolean[]> {
  const { username, groups } = user;
  return Promise.all(
    questions.map(async (one): Promise<boolean> => {
      const asked = isPathAttributes(one) ? { nonResourceAttributes: one } : { resourceAttributes: one };
      const { body } = await post("/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        spec: { user: username, groups, ...asked },
      });
      return body.status.allowed;
    }),
  );
}
