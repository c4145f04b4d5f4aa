import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { Json, SuiteClient } from "./kube-api-under-test.ts";
import { coreRule, rbacGroup, SuiteRbac } from "./suite-rbac.ts";

const root = "/apis/authorization.k8s.io/v1";

/** SubjectAccessReview and its kin, and RBAC's rules through them. */
export function accessReviewRules(suite: { readonly client: SuiteClient }): void {
  let rbac: SuiteRbac;
  let namespace: string;

  beforeAll(async () => {
    ({ namespace } = suite.client);
    rbac = new SuiteRbac(suite.client);
    const reader = await rbac.role(
      "reviewed",
      coreRule(["get", "list"], "pods", "pods/log"),
      { ...coreRule(["get"], "secrets"), resourceNames: ["one"] },
      { verbs: ["update"], apiGroups: ["apps"], resources: ["*/scale"] },
    );
    const cluster = await rbac.clusterRole("cluster", [
      coreRule(["list"], "nodes"),
      { verbs: ["get"], nonResourceURLs: ["/metrics", "/debug/*"] },
    ]);
    await rbac.bind("ann", reader);
    await rbac.bindEverywhere("ops", cluster);
    await rbac.bind("local", cluster);
    await rbac.bind("mia", { kind: "Role", name: "gone" });
    await rbac.bind("mia", { kind: "ClusterRole", name: "gone-too" });
    await rbac.until("ann", { verb: "get", resource: "pods", namespace });
    await rbac.until("ops", { verb: "list", resource: "nodes" });
    const missing = async (): Promise<Json> => (await rbac.review("mia", { ...pods, namespace })).reason;
    await eventually(async () => expect(await missing()).toContain("gone-too"));
  });
  afterAll(() => rbac.cleanUp());

  const pods = { verb: "get", resource: "pods" };
  it.each<[string, string, Json, boolean]>([
    ["what a rule names", "ann", { ...pods, here: true }, true],
    ["it in another namespace", "ann", { ...pods, namespace: "default" }, false],
    ["it in all namespaces", "ann", pods, false],
    ["another verb", "ann", { verb: "watch", resource: "pods", here: true }, false],
    ["another group", "ann", { ...pods, group: "apps", here: true }, false],
    ["a subresource that a rule names", "ann", { ...pods, subresource: "log", here: true }, true],
    ["a subresource that none names", "ann", { ...pods, subresource: "status", here: true }, false],
    ["a subresource written as a resource", "ann", { ...pods, resource: "pods/log", here: true }, true],
    ["a subresource of any resource", "ann", { verb: "update", group: "apps", resource: "things", subresource: "scale", here: true }, true], // prettier-ignore
    ["that resource itself", "ann", { verb: "update", group: "apps", resource: "things", here: true }, false],
    ["a name that a rule names", "ann", { verb: "get", resource: "secrets", name: "one", here: true }, true],
    ["another name", "ann", { verb: "get", resource: "secrets", name: "two", here: true }, false],
    ["no name where a rule names one", "ann", { verb: "get", resource: "secrets", here: true }, false],
    ["everything", "ann", { verb: "*", group: "*", resource: "*", here: true }, false],
    ["nothing", "ann", {}, false],
    ["a cluster-scoped resource", "ops", { verb: "list", resource: "nodes" }, true],
    ["a cluster-scoped resource by a RoleBinding", "local", { verb: "list", resource: "nodes" }, false],
    ["the same said to lie in the namespace", "local", { verb: "list", resource: "nodes", here: true }, true],
    ["a path that a rule names", "ops", { verb: "get", path: "/metrics" }, true],
    ["a path below", "ops", { verb: "get", path: "/metrics/a" }, false],
    ["a path below a star", "ops", { verb: "get", path: "/debug/a/b" }, true],
    ["another method", "ops", { verb: "post", path: "/metrics" }, false],
    ["a path by a RoleBinding", "local", { verb: "get", path: "/metrics" }, false],
  ])("MUST say whether somebody may: %s (%s, %j)", async (_what, user, { here, ...asked }, allowed) => {
    const attributes = here === true ? { ...asked, namespace } : asked;
    expect((await rbac.review(user, attributes)).allowed).toBe(allowed);
  });

  it("MUST say by which binding somebody may, and which roles were not found", async () => {
    const binding = `ann-reviewed/${namespace}`;
    expect(await rbac.review("ann", { ...pods, namespace })).toEqual({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding ${JSON.stringify(binding)} of Role "reviewed" to User ${JSON.stringify(rbac.user("ann"))}`, // prettier-ignore
    });
    const { reason } = await rbac.review("mia", { ...pods, namespace });
    expect(reason).toMatch(/^RBAC: \[/);
    for (const missing of ['role.rbac.authorization.k8s.io "gone" not found', 'clusterrole.rbac.authorization.k8s.io "gone-too" not found']) expect(reason).toContain(missing); // prettier-ignore
    expect(await rbac.review("nobody", { ...pods, namespace })).toEqual({ allowed: false });
  });

  it("MUST allow system:masters everything", async () => {
    const asked = { verb: "anything", group: "any", resource: "things", namespace: "nowhere" };
    expect(await rbac.review("x", asked, ["system:masters"])).toEqual({ allowed: true });
  });

  it("MUST answer for who asks, and for one namespace", async () => {
    const asked = { spec: { resourceAttributes: { ...pods, namespace } } };
    const self = await rbac.as("ann")("POST", `${root}/selfsubjectaccessreviews`, asked);
    expect([self.status, self.body.status.allowed]).toEqual([201, true]);
    const spec = { user: rbac.user("ann"), ...asked.spec };
    const local = await suite.client.post(`${root}/namespaces/${namespace}/localsubjectaccessreviews`, { spec });
    expect([local.status, local.body.status.allowed]).toEqual([201, true]);
    const unnamed = { metadata: { name: "", namespace: "" }, ...asked };
    expect((await rbac.as("ann")("POST", `${root}/selfsubjectaccessreviews`, unnamed)).status).toBe(201);
    const elsewhere = await suite.client.post(`${root}/namespaces/default/localsubjectaccessreviews`, { spec });
    expect([elsewhere.status, elsewhere.body.details.causes[0].field]).toEqual([422, "spec.resourceAttributes.namespace"]); // prettier-ignore
    const { status } = await rbac.as("ann")("POST", `${root}/subjectaccessreviews`, { spec });
    expect(status).toBe(403);
  });

  it.each<[string, Json, string]>([
    ["for nobody", { resourceAttributes: pods }, "spec.user"],
    ["about nothing", { user: "x" }, "spec.resourceAttributes"],
    ["about a path and a resource", { user: "x", resourceAttributes: pods, nonResourceAttributes: { verb: "get", path: "/" } }, "spec.nonResourceAttributes"], // prettier-ignore
  ])("MUST refuse a review %s", async (_what, spec, field) => {
    const { status, body } = await suite.client.post(`${root}/subjectaccessreviews`, { spec });
    expect([status, body.details.causes.map((cause: Json) => cause.field)]).toEqual([422, [field]]);
    const named = { metadata: { name: "x" }, spec: { ...spec, user: "x", resourceAttributes: pods, nonResourceAttributes: undefined } }; // prettier-ignore
    const refused = await suite.client.post(`${root}/subjectaccessreviews`, named);
    expect([refused.status, refused.body.details.causes[0].field]).toEqual([422, "metadata"]);
  });

  it("MUST list what somebody may in a namespace", async () => {
    const rulesOf = async (user: string, at: string): Promise<Json> =>
      (await rbac.as(user)("POST", `${root}/selfsubjectrulesreviews`, { spec: { namespace: at } })).body.status;
    const { resourceRules, nonResourceRules, incomplete } = await rulesOf("ann", namespace);
    expect(incomplete).toBe(false);
    expect(resourceRules).toContainEqual({ verbs: ["get", "list"], apiGroups: [""], resources: ["pods", "pods/log"] });
    expect(resourceRules).toContainEqual({ verbs: ["get"], apiGroups: [""], resources: ["secrets"], resourceNames: ["one"] }); // prettier-ignore
    expect(nonResourceRules).toContainEqual({ verbs: ["get"], nonResourceURLs: expect.arrayContaining(["/apis/*"]) });
    const elsewhere = (await rulesOf("ann", "default")).resourceRules;
    expect(elsewhere.flatMap((rule: Json) => rule.resources).sort()).toEqual(["selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews"]); // prettier-ignore
    expect((await rulesOf("ops", "default")).nonResourceRules).toContainEqual({ verbs: ["get"], nonResourceURLs: ["/metrics", "/debug/*"] }); // prettier-ignore
    expect((await rulesOf("mia", namespace)).evaluationError).toContain('"gone" not found');
    const { status } = await rbac.as("ann")("POST", `${root}/selfsubjectrulesreviews`, { spec: {} });
    expect(status).toBe(400);
  });

  it.each(["view", "edit", "admin"])("MUST have the role %s, which aggregates those with its label", async (name) => {
    const { body } = await suite.client.get(rbac.clusterRoles(name));
    const [selector] = body.aggregationRule.clusterRoleSelectors;
    expect(selector.matchLabels).toEqual({ [`${rbacGroup}/aggregate-to-${name}`]: "true" });
    const covers = (resource: string, verb: string): boolean =>
      body.rules.some((rule: Json) => rule.apiGroups.includes("") && rule.resources.includes(resource) && rule.verbs.includes(verb)); // prettier-ignore
    const rights = [covers("pods", "list"), covers("pods", "create"), covers("secrets", "list"), covers("nodes", "list")]; // prettier-ignore
    expect(rights).toEqual([true, name !== "view", name !== "view", false]);
  });
}
