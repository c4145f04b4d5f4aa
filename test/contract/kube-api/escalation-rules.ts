import { afterAll, beforeAll, expect, it } from "vitest";
import type { Answer, Json, SuiteClient } from "./kube-api-under-test.ts";
import { coreRule, rbacGroup, SuiteRbac } from "./suite-rbac.ts";
import type { Rule } from "./suite-rbac.ts";

const writes = (...resources: readonly string[]): Rule => ({ verbs: ["create", "update", "patch"], apiGroups: [rbacGroup], resources }); // prettier-ignore
const everything: Rule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };

/** Nobody gives rights they do not have. */
export function escalationRules(suite: { readonly client: SuiteClient }): void {
  let rbac: SuiteRbac;
  const writeRole = (user: string, name: string, ...rules: readonly Rule[]): Promise<Answer> =>
    rbac.as(user)("POST", rbac.roles(), { metadata: { name }, rules });
  const writeBinding = (user: string, name: string, kind: "Role" | "ClusterRole", role: string): Promise<Answer> =>
    rbac.as(user)("POST", rbac.bindings(), rbac.toBinding(name, { kind, name: role }, "somebody"));
  const refusal = ({ status, body }: Answer): unknown => [status, body.reason, body.message];

  beforeAll(async () => {
    rbac = new SuiteRbac(suite.client);
    await rbac.bind("writer", await rbac.role("writer", writes("roles", "rolebindings"), coreRule(["get", "list"], "pods"))); // prettier-ignore
    const bind: Rule = {
      verbs: ["bind"],
      apiGroups: [rbacGroup],
      resources: ["clusterroles"],
      resourceNames: ["view"],
    };
    await rbac.bind("binder", await rbac.role("binder", writes("rolebindings"), bind));
    const escalate: Rule = { verbs: ["escalate"], apiGroups: [rbacGroup], resources: ["roles"] };
    await rbac.bind("escalator", await rbac.role("escalator", writes("roles"), escalate));
    await rbac.bind("admin", { kind: "ClusterRole", name: "admin" });
    await rbac.role("secrets", coreRule(["get"], "secrets"));
    const asked = { verb: "create", group: rbacGroup, namespace: suite.client.namespace };
    await Promise.all([
      ...["writer", "escalator", "admin"].map((user) => rbac.until(user, { ...asked, resource: "roles" })),
      rbac.until("binder", { ...asked, resource: "rolebindings" }),
    ]);
  });
  afterAll(() => rbac.cleanUp());

  it("MUST let somebody write a role of what they may", async () => {
    expect((await writeRole("writer", "less", coreRule(["get"], "pods"))).status).toBe(201);
    expect((await writeRole("writer", "none")).body.rules).toBeNull();
    expect((await writeBinding("writer", "less", "Role", "less")).status).toBe(201);
  });

  it("MUST refuse a role of more, and say of what", async () => {
    const answer = await writeRole("writer", "more", { ...coreRule(["get", "delete"], "pods", "secrets"), apiGroups: [""] }); // prettier-ignore
    expect(refusal(answer)).toEqual([403, "Forbidden", `roles.${rbacGroup} "more" is forbidden: user "${rbac.user("writer")}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}`]); // prettier-ignore
    expect((await suite.client.get(rbac.roles("more"))).status).toBe(404);
    expect((await writeRole("writer", "all", everything)).body.message).toContain('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'); // prettier-ignore
  });

  it("MUST refuse the same by update, patch and apply", async () => {
    await suite.client.post(rbac.roles(), { metadata: { name: "grown" }, rules: [coreRule(["get"], "pods")] });
    const body = { apiVersion: `${rbacGroup}/v1`, kind: "Role", metadata: { name: "grown" }, rules: [coreRule(["delete"], "pods")] }; // prettier-ignore
    const ask = rbac.as("writer");
    const merge = { "content-type": "application/merge-patch+json" };
    const apply = { "content-type": "application/apply-patch+yaml" };
    const codes = await Promise.all([
      ask("PUT", rbac.roles("grown"), body),
      ask("PATCH", rbac.roles("grown"), { rules: body.rules }, merge),
      ask("PATCH", `${rbac.roles("grown")}?fieldManager=suite&force=true`, body, apply),
      ask("PATCH", `${rbac.roles("applied")}?fieldManager=suite`, { ...body, metadata: { name: "applied" } }, apply),
      ask("PATCH", rbac.roles("grown"), { metadata: { labels: { a: "b" } } }, merge),
      // What it gives already is more than they may: nobody touches that.
      ask("PATCH", rbac.roles("secrets"), { metadata: { labels: { a: "b" } } }, merge),
    ]);
    expect(codes.map(({ status }) => status)).toEqual([403, 403, 403, 403, 200, 403]);
  });

  it("MUST refuse a binding to a role that gives more", async () => {
    const answer = await writeBinding("writer", "more", "Role", "secrets");
    expect(refusal(answer)).toEqual([403, "Forbidden", `rolebindings.${rbacGroup} "more" is forbidden: user "${rbac.user("writer")}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`]); // prettier-ignore
    expect((await writeBinding("writer", "all", "ClusterRole", "cluster-admin")).status).toBe(403);
    const missing = await writeBinding("writer", "missing", "Role", "no-such-role");
    expect([missing.status, missing.body.message]).toEqual([404, `rolebindings.${rbacGroup} "no-such-role" not found`]);
  });

  it("MUST let through who may bind that role, or escalate", async () => {
    expect((await writeBinding("binder", "viewers", "ClusterRole", "view")).status).toBe(201);
    expect((await writeBinding("binder", "editors", "ClusterRole", "edit")).status).toBe(403);
    expect((await writeRole("escalator", "all", everything)).status).toBe(201);
    expect((await writeRole("admin", "by-admin", coreRule(["get"], "secrets"))).status).toBe(201);
    expect((await writeRole("admin", "nodes", coreRule(["get"], "nodes"))).status).toBe(403);
    expect((await writeBinding("admin", "to-edit", "ClusterRole", "edit")).status).toBe(201);
  });

  it.each<[string, Json, string]>([
    ["a rule without verbs", [{ verbs: [], apiGroups: [""], resources: ["pods"] }], "rules[0].verbs"],
    ["a rule without groups", [{ verbs: ["get"], resources: ["pods"] }], "rules[0].apiGroups"],
    ["paths in a namespace", [{ verbs: ["get"], nonResourceURLs: ["/x"] }], "rules[0].nonResourceURLs"],
  ])("MUST refuse %s", async (_what, rules, field) => {
    const { status, body } = await suite.client.post(rbac.roles(), { metadata: { name: "invalid" }, rules });
    expect([status, body.details.causes[0].field]).toEqual([422, field]);
  });

  it("MUST refuse a binding of an unknown kind of role or subject, and to change its role", async () => {
    const valid = rbac.toBinding("odd", { kind: "Role", name: "secrets" }, "x");
    const post = async (more: Json): Promise<unknown> => {
      const { status, body } = await suite.client.post(rbac.bindings(), { ...valid, ...more });
      return [status, body.details?.causes?.[0].message];
    };
    expect(await post({ roleRef: { ...valid.roleRef, kind: "Pod" } })).toEqual([422, 'Unsupported value: "Pod": supported values: "Role", "ClusterRole"']); // prettier-ignore
    expect(await post({ subjects: [{ kind: "Robot", name: "x" }] })).toEqual([422, expect.stringContaining('Unsupported value: "Robot"')]); // prettier-ignore
    expect(await post({ subjects: [{ kind: "User", name: "x", apiGroup: "nope" }] })).toEqual([422, `Unsupported value: "nope": supported values: "${rbacGroup}"`]); // prettier-ignore
    expect(await post({})).toEqual([201, undefined]);
    const changed = await suite.client.patch("merge", rbac.bindings("odd"), { roleRef: { name: "less" } });
    expect([changed.status, changed.body.message]).toEqual([422, expect.stringContaining("cannot change roleRef")]);
  });
}
