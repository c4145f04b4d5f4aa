import { afterAll, beforeAll, expect, it } from "vitest";
import type { SuiteClient } from "./kube-api-under-test.ts";
import { coreRule, SuiteRbac } from "./suite-rbac.ts";

/** What is there only where controllers run. */
export function controllerRules(suite: { readonly client: SuiteClient }): void {
  const pods = { verb: "get", resource: "pods" };
  let rbac: SuiteRbac;
  beforeAll(() => void (rbac = new SuiteRbac(suite.client)));
  afterAll(() => rbac.cleanUp());

  it("MUST fill a ClusterRole with the rules of those it selects, and bind them all", async () => {
    const label = rbac.user("part");
    const parts = { [label]: "yes" };
    const selector = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: parts }] } };
    const whole = await rbac.clusterRole("whole", [], selector);
    await rbac.bindEverywhere("agnes", whole);
    await rbac.clusterRole("part-1", [coreRule(["list"], "nodes")], { labels: parts });
    await rbac.until("agnes", { verb: "list", resource: "nodes" });
    await rbac.clusterRole("part-2", [coreRule(["list"], "nodes"), coreRule(["get"], "pods")], { labels: parts });
    await rbac.until("agnes", pods);
    const { rules } = (await suite.client.get(rbac.clusterRoles(whole.name))).body;
    expect(rules).toEqual([coreRule(["list"], "nodes"), coreRule(["get"], "pods")]);
    await suite.client.patch("merge", rbac.clusterRoles(rbac.user("part-2")), { metadata: { labels: { [label]: null } } }); // prettier-ignore
    await rbac.until("agnes", pods, false);
    expect((await rbac.review("agnes", { verb: "list", resource: "nodes" })).allowed).toBe(true);
  });

  it("MUST let a ClusterRole with the label extend view, edit and admin", async () => {
    const label = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
    await rbac.bind("victor", { kind: "ClusterRole", name: "view" });
    await rbac.bind("alice", { kind: "ClusterRole", name: "admin" });
    await rbac.clusterRole("boxes", [{ verbs: ["get"], apiGroups: ["boxes.example"], resources: ["boxes"] }], { labels: label }); // prettier-ignore
    const box = { verb: "get", group: "boxes.example", resource: "boxes", namespace: suite.client.namespace };
    await Promise.all([rbac.until("victor", box), rbac.until("alice", box)]);
    await suite.client.delete(rbac.clusterRoles(rbac.user("boxes")));
    await Promise.all([rbac.until("victor", box, false), rbac.until("alice", box, false)]);
  });
}
