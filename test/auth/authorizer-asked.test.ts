import { afterEach, describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import { answerMaxAgeMs } from "../../src/auth/asked-user.ts";
import { KubeError } from "../../src/kube/kube-error.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import type { AuthCluster, AuthWorld, ReviewMood } from "./support/auth-world.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "./support/rbac-objects.ts";

const pods = (namespace: string, cluster = "home") => ({ cluster, resource: "pods", namespace });
const jane = user("jane");
const widgets: ResourceId = { group: "example.io", version: "v1", plural: "widgets", kind: "Widget", namespaced: true };
const gadgets: ResourceId = { group: "example.io", version: "v1", plural: "gadgets", kind: "Gadget", namespaced: false }; // prettier-ignore
const signal = new AbortController().signal;

const readPods = [
  role("shop", "reader", { verbs: ["list", "watch", "get"], resources: ["pods"] }),
  bindIn("shop", "jane-reads", "reader", "jane"),
];

describe("rights by asking the cluster", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  const start = (...clusters: readonly AuthCluster[]): AuthWorld => {
    const world = createAuthWorld(clusters.map((cluster) => ({ authorization: "asked" as const, ...cluster })));
    worlds.push(world);
    return world;
  };
  const home = (more: Partial<AuthCluster> = {}): AuthWorld => start({ name: "home", namespaces: ["shop", "media"], rbac: readPods, ...more }); // prettier-ignore
  const isSeen = async (world: AuthWorld, namespace = "shop"): Promise<boolean> =>
    (await world.access(jane)).list.sees(pods(namespace));

  it("should ask one rules review a namespace, as the caller, and no access review where those tell all", async () => {
    const world = home();
    expect([await isSeen(world), await isSeen(world, "media")]).toEqual([true, false]);
    expect(world.reviews.every(({ as }) => as === "jane")).toBe(true);
    const asked = world.reviews.map(({ kind, spec }) => `${kind} ${spec["namespace"]}`).sort();
    expect(asked).toEqual(["SelfSubjectRulesReview everywhere.fleetgraph.io", "SelfSubjectRulesReview media", "SelfSubjectRulesReview shop"]); // prettier-ignore
  });

  it("should answer at once what it knows, without asking again", async () => {
    const world = home();
    await world.access(jane);
    const asked = world.reviews.length;
    expect(world.authorizer.access(jane, { signal })).not.toBeInstanceOf(Promise);
    expect(world.reviews).toHaveLength(asked);
  });

  it("should ask nobody about namespaces whose answers could add nothing", async () => {
    const admin = clusterRole("admin", { verbs: ["*"], resources: ["*"], apiGroups: ["*"] });
    const world = home({ rbac: [admin, bindEverywhere("admin", "admin", "jane")] });
    const rights = await world.access(jane);
    expect([rights.list.sees(pods("media")), rights.list.extent("home", "pods")]).toEqual([true, "all"]);
    expect(world.reviews).toHaveLength(2);
  });

  it("should not believe a rules review about anything outside its namespace", async () => {
    // A cluster whose reviews say more than holds: each right over all namespaces has an access review of its own.
    const lying: ReviewMood = (kind) =>
      kind === "SelfSubjectRulesReview"
        ? {
            resourceRules: [{ verbs: ["list", "get"], apiGroups: [""], resources: ["pods", "nodes"] }],
            incomplete: false,
          }
        : { allowed: false };
    const world = home();
    world.mood("home", lying);
    const rights = await world.access(jane);
    expect(rights.list.sees({ cluster: "home", resource: "nodes", namespace: "" })).toBe(false);
    expect(rights.gets({ cluster: "home", resource: "nodes", namespace: "" }, "n1")).toBe(false);
    expect(rights.list.sees(pods(""))).toBe(false);
    expect(rights.list.extent("home", "pods")).toBe("some");
  });

  it("should ask about each kind where a rules review says that it is incomplete", async () => {
    const world = home();
    world.mood("home", "incomplete");
    expect([await isSeen(world), await isSeen(world, "media")]).toEqual([true, false]);
    const kinds = new Set(world.reviews.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["SelfSubjectRulesReview", "SelfSubjectAccessReview"]));
  });

  it("should take resourceNames for `get` of that name, and for nothing else", async () => {
    const world = home({
      rbac: [
        role("shop", "one", { verbs: ["get", "list", "watch"], resources: ["pods"], resourceNames: ["web"] }),
        bindIn("shop", "one", "one", "jane"),
        clusterRole("node", { verbs: ["*"], resources: ["nodes"], resourceNames: ["n1"] }),
        bindEverywhere("node", "node", "jane"),
      ],
    });
    const rights = await world.access(jane);
    expect([rights.gets(pods("shop"), "web"), rights.gets(pods("shop"), "db"), rights.gets(pods("media"), "web")]).toEqual([true, false, false]); // prettier-ignore
    expect([rights.list.sees(pods("shop")), rights.watch.sees(pods("shop"))]).toEqual([false, false]);
    const nodes = { cluster: "home", resource: "nodes", namespace: "" };
    expect([rights.gets(nodes, "n1"), rights.gets(nodes, "n2"), rights.list.sees(nodes)]).toEqual([true, false, false]);
  });

  it("should let a cluster where nothing may be done be as one that is not there, and not ask those that do not believe the caller", async () => {
    const world = start({ name: "home", rbac: [] }, { name: "paris", rbac: readPods, namespaces: ["shop"] });
    const rights = await world.access(jane);
    expect([rights.state("home"), rights.state("paris")]).toEqual(["none", "none"]);
    expect(world.reviews.some(({ cluster }) => cluster === "paris")).toBe(false);
  });

  it("should keep callers apart who share a name but not a realm", async () => {
    const believes = [{ realm: "paris", usernamePrefix: "", groupsPrefix: "" }];
    const world = start({ name: "home", believes, namespaces: ["shop"], rbac: readPods }, { name: "paris" });
    expect((await world.access(user("jane", "rome"))).state("home")).toBe("none");
    expect((await world.access(user("jane", "home"))).list.sees(pods("shop"))).toBe(true);
    // The operator of home believes users of paris without a prefix: then it is the same name, asked for on its own.
    const asked = world.reviews.length;
    expect((await world.access(user("jane", "paris"))).list.sees(pods("shop"))).toBe(true);
    expect(world.reviews.length).toBeGreaterThan(asked);
  });

  it("should not serve by an answer that is older than ten seconds", async () => {
    const world = home();
    await world.access(jane);
    world.setRbac("home");
    world.mood("home", "silent");
    await world.clock.advance(answerMaxAgeMs);
    // Begun while the answer still counts; it is asked for again meanwhile.
    expect((world.authorizer.access(jane, { signal }) as Access).list.sees(pods("shop"))).toBe(true);
    await world.clock.advance(1);
    const late = world.access(jane);
    await world.clock.advance(5_000);
    expect((await late).state("home")).toBe("unavailable");
  });

  it("should show within ten seconds what a cluster took away or gave, and sooner to who asks on and on", async () => {
    const world = home();
    expect(await isSeen(world)).toBe(true);
    world.setRbac("home");
    await world.clock.advance(answerMaxAgeMs + 1);
    expect((await world.access(jane)).state("home")).toBe("none");
    world.setRbac("home", ...readPods);
    // Asked each second, nobody ever waits: it is asked for again behind their back.
    let gained = -1;
    for (let second = 1; second <= 10 && gained < 0; second++) {
      await world.clock.advance(1_000);
      const now = world.authorizer.access(jane, { signal });
      expect(now).not.toBeInstanceOf(Promise);
      if ((now as Access).list.sees(pods("shop"))) gained = second;
    }
    expect(gained).toBeGreaterThan(0);
    expect(gained).toBeLessThanOrEqual(7);
  });

  it("should ask about a namespace as soon as there is one", async () => {
    const world = home();
    world.setRbac("home", ...readPods, role("new", "r", { verbs: ["list"], resources: ["pods"] }), bindIn("new", "b", "r", "jane")); // prettier-ignore
    expect(await isSeen(world, "new")).toBe(false);
    world.put("home", { apiVersion: "v1", kind: "Namespace", metadata: { name: "new" } });
    expect(await isSeen(world, "new")).toBe(true);
  });

  it("should find out about a kind that is not always cached when it is asked for, and keep to that", async () => {
    const world = home({
      rbac: [
        role("shop", "w", { verbs: ["list", "get"], resources: ["widgets"], apiGroups: ["example.io"] }),
        bindIn("shop", "w", "w", "jane"),
        clusterRole("g", { verbs: ["list"], resources: ["gadgets"], apiGroups: ["example.io"] }),
        bindEverywhere("g", "g", "jane"),
      ],
    });
    const rights = await world.access(jane);
    const gadgetsAt = { cluster: "home", resource: "gadgets.example.io", namespace: "" };
    expect(rights.list.sees(gadgetsAt)).toBe(false);
    await rights.settle("home", gadgets, { signal });
    expect(rights.list.sees(gadgetsAt)).toBe(true);
    await rights.settle("home", widgets, { signal });
    expect(rights.list.sees(gadgetsAt)).toBe(true);
    const sees = (namespace: string) =>
      rights.list.sees({ cluster: "home", resource: "widgets.example.io", namespace });
    expect([sees("shop"), sees("media"), sees("")]).toEqual([true, false, false]);
    expect(rights.settle("home", widgets, { signal })).toBeUndefined();
  });

  it("should tell each operation of the kinds that it asked for itself, and of no other's", async () => {
    const world = home({
      rbac: [
        clusterRole("g", { verbs: ["list"], resources: ["gadgets"], apiGroups: ["example.io"] }),
        bindEverywhere("g", "g", "jane"),
      ],
    });
    await world.access(jane);
    const [one, other] = [await world.access(jane), await world.access(jane)];
    const gadgetsAt = { cluster: "home", resource: "gadgets.example.io", namespace: "" };
    await one.settle("home", gadgets, { signal });
    expect([one, other].map((access) => access.list.sees(gadgetsAt))).toEqual([true, false]);
    await other.settle("home", gadgets, { signal });
    expect(other.list.sees(gadgetsAt)).toBe(true);
  });

  it("should take away within ten seconds what a cluster took away, however often it is asked", async () => {
    const world = home();
    expect(await isSeen(world)).toBe(true);
    world.setRbac("home");
    let heldMs = 0;
    for (; heldMs < 20_000 && (world.authorizer.access(jane, { signal }) as Access).list.sees(pods("shop")); heldMs += 100) await world.clock.advance(100); // prettier-ignore
    expect(heldMs).toBeLessThanOrEqual(answerMaxAgeMs);
  });

  const forbidden = new KubeError({ reason: "Forbidden", message: "may not impersonate", cluster: "home" });
  const failures: readonly (readonly [string, ReviewMood])[] = [
    ["forbids us to impersonate", forbidden],
    ["answers with a server error", new KubeError({ reason: "InternalError", message: "no", cluster: "home" })],
    ["cannot be reached", new KubeError({ reason: "ConnectionFailed", message: "no", cluster: "home" })],
    ["answers with something else", new KubeError({ reason: "MalformedResponse", message: "no", cluster: "home" })],
    ["never answers", "silent"],
    ["answers without a status", () => undefined as never],
    ["answers rules that are no list", () => ({ resourceRules: "all", incomplete: false, allowed: "yes" })],
    ["answers rules without verbs", () => ({ resourceRules: [{ apiGroups: ["*"], resources: ["*"] }], incomplete: false, allowed: 1 })], // prettier-ignore
    ["answers rules of a wrong shape", () => ({ resourceRules: [{ verbs: "*", apiGroups: "*", resources: "*" }], incomplete: false })], // prettier-ignore
    ["answers yes and no", () => ({ resourceRules: [], incomplete: true, allowed: "true" })],
    ["answers an allowed that is denied, too", () => ({ resourceRules: [], incomplete: true, allowed: null, denied: true })], // prettier-ignore
  ];
  for (const [what, mood] of failures) {
    it(`should grant nothing where the cluster ${what}`, async () => {
      const world = home();
      world.mood("home", mood);
      const asking = world.access(jane);
      await world.clock.advance(60_000);
      const rights = await asking;
      expect(rights.state("home")).not.toBe("known");
      expect(rights.list.sees(pods("shop"))).toBe(false);
      expect(rights.list.extent("home", "pods")).toBe("none");
      expect(rights.gets(pods("shop"), "web")).toBe(false);
      expect(rights.may({ verb: "list", cluster: "home", group: "", resource: "pods", namespace: "shop" })).toBe(false);
    });
  }

  it("should not ask a cluster that is known to be down", async () => {
    const world = home();
    world.setHealth("home", "DOWN");
    expect((await world.access(jane)).state("home")).toBe("unavailable");
    expect(world.reviews).toEqual([]);
  });

  it("should not let a cluster that does not answer delay what is known of the others beyond its own time", async () => {
    const world = start({ name: "home", namespaces: ["shop"], rbac: readPods }, { name: "paris", believes: [{ realm: "home", usernamePrefix: "", groupsPrefix: "" }] }); // prettier-ignore
    world.mood("paris", "silent");
    const asking = world.access(jane);
    await world.clock.advance(3_000);
    const rights = await asking;
    expect([rights.state("home"), rights.state("paris")]).toEqual(["known", "unavailable"]);
    // For a second nobody waits for it again.
    expect(world.authorizer.access(jane, { signal })).not.toBeInstanceOf(Promise);
  });

  it("should let go who does not wait any longer, with what is not known unavailable", async () => {
    const world = home();
    world.mood("home", "silent");
    const gone = new AbortController();
    const asking = world.authorizer.access(jane, gone);
    gone.abort();
    expect((await asking).state("home")).toBe("unavailable");
  });

  it("should not follow the rights of one caller with the answers of another", async () => {
    const world = home();
    const [own, other] = await Promise.all([world.access(jane), world.access(user("joe"))]);
    expect([own.state("home"), other.state("home")]).toEqual(["known", "none"]);
  });
});
