import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authorizeByRbac } from "../../../src/kube/rbac/authorize.ts";
import { createRbac } from "../../../src/kube/rbac/rbac.ts";
import type { RbacObjects, RbacUser } from "../../../src/kube/rbac/rbac.ts";
import { isPathAttributes, ruleAllows } from "../../../src/kube/rbac/rule-allows.ts";
import { accessAttributes, rbacState, rbacUser } from "./arbitrary-rbac.ts";
import { naiveAllows } from "./naive-rbac.ts";

const none: RbacObjects = { clusterRoles: [], roles: [], clusterRoleBindings: [], roleBindings: [] };
const reader = { metadata: { name: "reader" }, rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }] };
const jane: RbacUser = { username: "jane", groups: ["team", "system:authenticated"] };
const getPod = { verb: "get", group: "", resource: "pods", name: "web", namespace: "a" };

const toBinding = (
  subjects: unknown,
  namespace?: string,
  roleRef: unknown = { kind: "ClusterRole", name: "reader" },
): object => ({
  metadata: { name: "b", ...(namespace === undefined ? {} : { namespace }) },
  subjects,
  roleRef,
});

function isAllowed(
  objects: Partial<RbacObjects>,
  user = jane,
  attributes: Parameters<typeof authorizeByRbac>[2] = getPod,
): boolean {
  return authorizeByRbac(createRbac({ ...none, ...objects }), user, attributes).allowed;
}

describe("createRbac", () => {
  it("should answer what a second implementation answers", () => {
    fc.assert(
      fc.property(
        rbacState,
        rbacUser,
        fc.array(accessAttributes, { minLength: 1, maxLength: 20 }),
        (state, user, all) => {
          const rbac = createRbac(state);
          const { clusterWide, byNamespace } = rbac.rulesFor(user);
          for (const attributes of all) {
            const expected = naiveAllows(state, user, attributes);
            expect(authorizeByRbac(rbac, user, attributes).allowed).toBe(expected);
            const own = isPathAttributes(attributes) ? [] : (byNamespace.get(attributes.namespace ?? "") ?? []);
            expect([...clusterWide, ...own].some((rule) => ruleAllows(rule, attributes))).toBe(expected);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("should grant nothing for objects of any other shape, and never throw", () => {
    const anything = fc.array(
      fc.oneof(
        fc.anything(),
        fc.record({
          metadata: fc.oneof(fc.constant({ name: "reader" }), fc.anything()),
          rules: fc.anything(),
          subjects: fc.anything(),
          roleRef: fc.anything(),
        }),
      ),
    );
    fc.assert(
      fc.property(anything, anything, anything, anything, (clusterRoles, roles, clusterRoleBindings, roleBindings) => {
        const rbac = createRbac({ clusterRoles, roles, clusterRoleBindings, roleBindings });
        expect(rbac.rulesFor(jane)).toEqual({ clusterWide: [], byNamespace: new Map() });
      }),
    );
  });

  it.each([
    ["a string for verbs", { verbs: "get", apiGroups: [""], resources: ["pods"] }],
    ["a number among resources", { verbs: ["get"], apiGroups: [""], resources: ["pods", 1] }],
    [
      "names that are no list, which would mean every name",
      { verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: "web" },
    ],
    ["no verbs", { apiGroups: [""], resources: ["pods"] }],
    ["no groups", { verbs: ["get"], resources: ["pods"] }],
    ["null", null],
  ])("should leave out a rule with %s and keep the one beside it", (_what, rule) => {
    const objects = (rules: readonly unknown[]): Partial<RbacObjects> => ({
      clusterRoles: [{ metadata: { name: "reader" }, rules }],
      clusterRoleBindings: [toBinding([{ kind: "User", name: "jane" }])],
    });
    expect(isAllowed(objects([rule]))).toBe(false);
    expect(isAllowed(objects([rule, ...reader.rules]))).toBe(true);
  });

  // Source of each row: k8s.io/kubernetes 1.34, pkg/registry/rbac/validation/rule.go, appliesToUser.
  it.each([
    ["a user by plain name", [{ kind: "User", name: "jane" }], jane, true],
    ["a user of another case", [{ kind: "User", name: "Jane" }], jane, false],
    ["a group by plain name", [{ kind: "Group", name: "team" }], jane, true],
    ["a user for a group of that name", [{ kind: "User", name: "team" }], jane, false],
    ["everybody known", [{ kind: "Group", name: "system:authenticated" }], jane, true],
    [
      "any of several subjects",
      [
        { kind: "User", name: "joe" },
        { kind: "User", name: "jane" },
      ],
      jane,
      true,
    ],
    ["a kind there is not", [{ kind: "Team", name: "jane" }], jane, false],
    [
      "an account by its user name",
      [{ kind: "User", name: "system:serviceaccount:a:bot" }],
      { username: "system:serviceaccount:a:bot", groups: [] },
      true,
    ],
    [
      "an account with its namespace",
      [{ kind: "ServiceAccount", name: "bot", namespace: "b" }],
      { username: "system:serviceaccount:b:bot", groups: [] },
      true,
    ],
    [
      "an account of another namespace",
      [{ kind: "ServiceAccount", name: "bot", namespace: "b" }],
      { username: "system:serviceaccount:a:bot", groups: [] },
      false,
    ],
    ["no subjects", undefined, jane, false],
  ])("should bind %s", (_what, subjects, user, expected) => {
    const objects = { clusterRoles: [reader], clusterRoleBindings: [toBinding(subjects)] };
    expect(isAllowed(objects, user as RbacUser)).toBe(expected);
  });

  it("should take the namespace of a RoleBinding for accounts that say none, and nobody in a ClusterRoleBinding", () => {
    const subjects = [{ kind: "ServiceAccount", name: "bot" }];
    const bot = { username: "system:serviceaccount:a:bot", groups: [] };
    expect(isAllowed({ clusterRoles: [reader], roleBindings: [toBinding(subjects, "a")] }, bot)).toBe(true);
    expect(isAllowed({ clusterRoles: [reader], clusterRoleBindings: [toBinding(subjects)] }, bot)).toBe(false);
  });

  it("should hold a RoleBinding to its namespace: not in another, not in all, not for paths", () => {
    const everything = {
      metadata: { name: "reader" },
      rules: [
        { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
        { verbs: ["*"], nonResourceURLs: ["*"] },
      ],
    };
    const objects = { clusterRoles: [everything], roleBindings: [toBinding([{ kind: "User", name: "jane" }], "a")] };
    expect(isAllowed(objects)).toBe(true);
    expect(isAllowed(objects, jane, { ...getPod, namespace: "b" })).toBe(false);
    expect(isAllowed(objects, jane, { verb: "list", group: "", resource: "pods" })).toBe(false);
    expect(isAllowed(objects, jane, { verb: "get", group: "", resource: "nodes", name: "n" })).toBe(false);
    expect(isAllowed(objects, jane, { verb: "get", path: "/metrics" })).toBe(false);
    // The API server says of a request for a Namespace that it is in it.
    expect(
      isAllowed(objects, jane, { verb: "get", group: "", resource: "namespaces", name: "a", namespace: "a" }),
    ).toBe(true);
  });

  it("should grant nothing for a role that is missing, and tell that it is", () => {
    const subjects = [{ kind: "User", name: "jane" }];
    const missing = (kind: string, name: string): unknown => ({ kind, name });
    const rbac = createRbac({
      ...none,
      clusterRoles: [reader],
      clusterRoleBindings: [toBinding(subjects, undefined, missing("Role", "reader"))],
      roleBindings: [
        toBinding(subjects, "a", missing("ClusterRole", "gone")),
        toBinding(subjects, "a", missing("Role", "reader")),
      ],
    });
    expect(rbac.rulesFor(jane)).toEqual({ clusterWide: [], byNamespace: new Map() });
    expect(authorizeByRbac(rbac, jane, getPod)).toEqual({
      allowed: false,
      reason:
        'RBAC: [role.rbac.authorization.k8s.io "reader" not found, clusterrole.rbac.authorization.k8s.io "gone" not found]',
    });
  });

  it("should say which binding allowed it, in the API server's words", () => {
    const rbac = createRbac({
      ...none,
      clusterRoles: [reader],
      roleBindings: [
        toBinding(
          [
            { kind: "User", name: "joe" },
            { kind: "ServiceAccount", name: "bot" },
            { kind: "User", name: "jane" },
          ],
          "a",
        ),
      ],
    });
    const reasonFor = (username: string): string => authorizeByRbac(rbac, { username, groups: [] }, getPod).reason;
    expect(reasonFor("jane")).toBe('RBAC: allowed by RoleBinding "b/a" of ClusterRole "reader" to User "jane"');
    expect(reasonFor("system:serviceaccount:a:bot")).toBe(
      'RBAC: allowed by RoleBinding "b/a" of ClusterRole "reader" to ServiceAccount "bot/a"',
    );
  });
});
