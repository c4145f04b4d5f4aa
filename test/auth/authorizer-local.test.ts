import { afterEach, describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import { rbacGraceMs, rbacMaxAgeMs, rbacProofMs } from "../../src/auth/rbac-keeper.ts";
import { KubeError } from "../../src/kube/kube-error.ts";
import { rbacResources } from "../../src/kube/rbac/rbac-resources.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import type { AuthCluster, AuthWorld } from "./support/auth-world.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "./support/rbac-objects.ts";

const pods = (namespace: string, cluster = "home") => ({ cluster, resource: "pods", namespace });
const namespacesOf = (cluster: string) => ({ cluster, resource: "namespaces", namespace: "" });
const jane = user("jane");

const readPods = [
  role("shop", "reader", { verbs: ["list", "watch", "get"], resources: ["pods"] }),
  bindIn("shop", "jane-reads", "reader", "jane"),
];

describe("rights by the roles and bindings that are kept", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  const start = (...clusters: readonly AuthCluster[]): AuthWorld => {
    const world = createAuthWorld(clusters.map((cluster) => ({ authorization: "local" as const, ...cluster })));
    worlds.push(world);
    return world;
  };
  const home = (more: Partial<AuthCluster> = {}): AuthWorld => start({ name: "home", namespaces: ["shop", "media"], rbac: readPods, ...more }); // prettier-ignore

  it("should say at once what may be seen, and ask nobody", () => {
    const world = home();
    const access = world.authorizer.access(jane, new AbortController());
    expect(access).not.toBeInstanceOf(Promise);
    const { list, watch } = access as Access;
    expect([list.sees(pods("shop")), list.sees(pods("media")), list.sees(pods(""))]).toEqual([true, false, false]);
    expect(watch.sees(pods("shop"))).toBe(true);
    expect(list.extent("home", "pods")).toBe("some");
    expect(list.extent("home", "services")).toBe("none");
    expect(world.reviews).toEqual([]);
  });

  it("should give the same rights again until something changes them", async () => {
    const world = home();
    const first = await world.access(jane);
    expect(await world.access(jane)).toBe(first);
    world.setRbac("home");
    const without = await world.access(jane);
    expect(without.state("home")).toBe("none");
    expect(first.state("home")).toBe("known");
    world.setRbac("home", ...readPods);
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(true);
    expect((await world.access(user("joe"))).state("home")).toBe("none");
    world.leave("home");
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(false);
  });

  it("should tell list, watch and get apart", async () => {
    const { access } = home({
      rbac: [
        clusterRole("l", { verbs: ["list"], resources: ["pods"] }),
        clusterRole("w", { verbs: ["watch"], resources: ["services"] }),
        clusterRole("g", { verbs: ["get"], resources: ["nodes"] }),
        ...["l", "w", "g"].map((name) => bindEverywhere(name, name, "jane")),
      ],
    });
    const rights = await access(jane);
    const { list, watch } = rights;
    const gets = rights.gets.bind(rights);
    expect([list.sees(pods("shop")), watch.sees(pods("shop")), gets(pods("shop"), "x")]).toEqual([true, false, false]);
    const services = { ...pods("shop"), resource: "services" };
    expect([list.sees(services), watch.sees(services), gets(services, "x")]).toEqual([false, false, false]);
    const nodes = { ...pods(""), resource: "nodes" };
    expect([list.sees(nodes), watch.sees(nodes), gets(nodes, "x")]).toEqual([false, false, true]);
  });

  it("should take resourceNames for `get` of that name, and for nothing else", async () => {
    const { access } = home({
      rbac: [
        role("shop", "one", { verbs: ["get", "list", "watch"], resources: ["pods"], resourceNames: ["web"] }),
        bindIn("shop", "one", "one", "jane"),
        clusterRole("node", { verbs: ["*"], resources: ["nodes"], resourceNames: ["n1"] }),
        bindEverywhere("node", "node", "jane"),
      ],
    });
    const rights = await access(jane);
    expect(rights.state("home")).toBe("known");
    expect(rights.gets(pods("shop"), "web")).toBe(true);
    expect([rights.gets(pods("shop"), "db"), rights.gets(pods("media"), "web"), rights.gets(pods(""), "web")]).toEqual([false, false, false]); // prettier-ignore
    expect([rights.list.sees(pods("shop")), rights.watch.sees(pods("shop"))]).toEqual([false, false]);
    expect(rights.list.extent("home", "pods")).toBe("none");
    const nodes = { cluster: "home", resource: "nodes", namespace: "" };
    expect([rights.gets(nodes, "n1"), rights.gets(nodes, "n2"), rights.list.sees(nodes)]).toEqual([true, false, false]);
  });

  it("should let a Namespace be got by a binding in it, as the API server does, and never listed", async () => {
    const { access } = home({
      rbac: [
        clusterRole("view", { verbs: ["get", "list", "watch"], resources: ["namespaces", "pods", "nodes"] }),
        bindIn("shop", "view", "view", "jane", "ClusterRole"),
      ],
    });
    const rights = await access(jane);
    expect([rights.gets(namespacesOf("home"), "shop"), rights.gets(namespacesOf("home"), "media")]).toEqual([true, false]); // prettier-ignore
    expect(rights.list.sees(namespacesOf("home"))).toBe(false);
    expect(rights.gets({ cluster: "home", resource: "nodes", namespace: "" }, "n1")).toBe(false);
    expect(rights.list.sees({ cluster: "home", resource: "nodes", namespace: "" })).toBe(false);
  });

  it("should read an aggregated ClusterRole as its controller filled it", async () => {
    const aggregated = (...rules: Parameters<typeof clusterRole>[1][]) => ({
      ...clusterRole("all", ...rules),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: "all" } }] },
    });
    const part = { ...clusterRole("part", { verbs: ["list"], resources: ["pods"] }), metadata: { name: "part", labels: { to: "all" } } }; // prettier-ignore
    const binding = bindEverywhere("all", "all", "jane");
    const world = home({ rbac: [aggregated(), part, binding] });
    // Not yet filled: kube-apiserver grants nothing by it either.
    expect((await world.access(jane)).state("home")).toBe("none");
    world.setRbac("home", aggregated({ verbs: ["list"], resources: ["pods"] }), part, binding);
    expect((await world.access(jane)).list.sees(pods("media"))).toBe(true);
  });

  it("should let a cluster where nothing may be done be as one that is not there", async () => {
    const world = start(
      { name: "home", namespaces: ["shop"], rbac: readPods },
      {
        name: "paris",
        believes: [{ realm: "home", usernamePrefix: "", groupsPrefix: "" }],
        rbac: readPods.slice(0, 1),
      },
      { name: "rome", rbac: readPods },
    );
    const rights = await world.access(jane);
    expect(["home", "paris", "rome", "nowhere"].map((name) => rights.state(name))).toEqual(["known", "none", "none", "none"]); // prettier-ignore
    expect(rights.list.sees(pods("shop", "rome"))).toBe(false);
    expect(rights.may({ verb: "list", cluster: "rome", group: "", resource: "pods", namespace: "shop" })).toBe(false);
  });

  it("should not take the rights everybody has for rights", async () => {
    const everybody = [
      { verbs: ["create"], apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"] }, // prettier-ignore
      { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
    ];
    const basic = { ...clusterRole("system:basic-user"), rules: [...everybody, { verbs: ["get"], nonResourceURLs: ["/api"] }] }; // prettier-ignore
    const world = home({ rbac: [basic, bindEverywhere("basic", "system:basic-user", "jane")] });
    expect((await world.access(jane)).state("home")).toBe("none");
  });

  it("should never take anybody for system:masters, whatever a token says", async () => {
    const bound = [clusterRole("admin", { verbs: ["*"], resources: ["*"], apiGroups: ["*"] }), groupBinding("system:masters")]; // prettier-ignore
    const world = home({ rbac: bound });
    expect((await world.access(user("root", "home", ["system:masters"]))).state("home")).toBe("none");
    expect(world.authorizer.access({ kind: "local" }, new AbortController())).toMatchObject({});
    expect((world.authorizer.access({ kind: "local" }, new AbortController()) as Access).state("home")).toBe("none"); // prettier-ignore
    const ourselves = { kind: "system", reason: "test" } as const;
    expect((world.authorizer.access(ourselves, new AbortController()) as Access).state("home")).toBe("none");
  });

  it("should add the groups that the API server adds, and those alone", async () => {
    const rbac = [
      clusterRole("seen", { verbs: ["list"], resources: ["pods"] }),
      groupBinding("system:authenticated", "seen"),
      clusterRole("accounts", { verbs: ["list"], resources: ["services"] }),
      groupBinding("system:serviceaccounts:shop", "accounts"),
    ];
    const { access } = home({ rbac });
    const services = { ...pods("shop"), resource: "services" };
    expect((await access(jane)).list.sees(pods("shop"))).toBe(true);
    expect((await access(jane)).list.sees(services)).toBe(false);
    expect((await access(user("system:serviceaccount:shop:bot"))).list.sees(services)).toBe(true);
    expect((await access(user("system:serviceaccount:media:bot"))).list.sees(services)).toBe(false);
    expect((await access(user("system:anonymous"))).list.sees(pods("shop"))).toBe(false);
  });

  it("should know a user of another realm under its prefixes, and never by a name of this one", async () => {
    const believes = [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }];
    const paris = { name: "paris", believes, namespaces: ["shop"] };
    const reader = clusterRole("reader", { verbs: ["list"], resources: ["pods"] });
    const world = start({ name: "home" }, { ...paris, rbac: [reader, bindEverywhere("own", "reader", "jane")] });
    const sees = async (identity = jane): Promise<boolean> => (await world.access(identity)).list.sees(pods("shop", "paris")); // prettier-ignore
    expect(await sees()).toBe(false);
    expect(await sees(user("jane", "paris"))).toBe(true);
    world.setRbac("paris", reader, bindEverywhere("foreign", "reader", "home:jane"));
    expect(await sees()).toBe(true);
    expect(await sees(user("jane", "paris"))).toBe(false);
    world.setRbac("paris", reader, groupBinding("home:team", "reader"));
    expect(await sees(user("jane", "home", ["team"]))).toBe(true);
    expect(await sees(user("jane", "home", ["home:team"]))).toBe(false);
    // Whoever is believed nowhere is nobody, whatever they are called.
    expect(await sees(user("home:jane", "rome", ["home:team"]))).toBe(false);
  });

  it("should not let a name of system: cross realms, prefix or none", async () => {
    const believes = [{ realm: "home", usernamePrefix: "", groupsPrefix: "" }];
    const rbac = [
      clusterRole("reader", { verbs: ["list"], resources: ["pods"] }),
      bindEverywhere("bot", "reader", "system:serviceaccount:shop:bot"),
      groupBinding("system:nodes", "reader"),
    ];
    const world = start({ name: "home" }, { name: "paris", believes, rbac });
    const bot = "system:serviceaccount:shop:bot";
    expect((await world.access(user(bot, "home"))).state("paris")).toBe("none");
    expect((await world.access(user(bot, "paris"))).state("paris")).toBe("known");
    expect((await world.access(user("jane", "home", ["system:nodes"]))).state("paris")).toBe("none");
  });

  it("should show a change of roles or bindings in the very next answer", async () => {
    const world = home();
    const seen: boolean[] = [];
    const look = async (): Promise<void> => void seen.push((await world.access(jane)).list.sees(pods("shop")));
    await look();
    world.setRbac("home", readPods[0]!);
    await look();
    world.setRbac("home", ...readPods);
    await look();
    world.setRbac("home", role("shop", "reader", { verbs: ["get"], resources: ["pods"] }), readPods[1]!);
    await look();
    expect(seen).toEqual([true, false, true, false]);
    expect(world.reviews).toEqual([]);
  });

  it("should keep to what an operation began with, though roles change under it", async () => {
    const world = home();
    const before = await world.access(jane);
    world.setRbac("home");
    expect(before.list.sees(pods("shop"))).toBe(true);
    expect((await world.access(jane)).state("home")).toBe("none");
  });

  it("should ask the cluster while roles and bindings are not there yet, rather than let anybody wait", async () => {
    const world = home({ rbacHeld: false });
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(true);
    expect(world.reviews.length).toBeGreaterThan(0);
  });

  it("should know nothing while roles and bindings are not there and nobody can be asked", async () => {
    const world = home({ rbacHeld: false });
    world.setHealth("home", "DOWN");
    const rights = await world.access(jane);
    expect(rights.state("home")).toBe("unavailable");
    expect([rights.list.sees(pods("shop")), rights.gets(pods("shop"), "x")]).toEqual([false, false]);
    expect(world.reviews).toEqual([]);
  });

  it("should ask the cluster once its watch has been broken for longer than any decision may be old", async () => {
    const world = home();
    world.setRbacState("home", "STALE");
    await world.clock.advance(rbacGraceMs);
    await world.access(jane);
    expect(world.reviews).toEqual([]);
    await world.clock.advance(1);
    // Meanwhile the cluster took the right away, and no watch told.
    world.mood("home", () => ({ allowed: false, resourceRules: [], incomplete: false }));
    expect((await world.access(jane)).state("home")).toBe("none");
    expect(world.reviews.length).toBeGreaterThan(0);
    world.setRbacState("home", "FRESH", world.clock.now());
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(true);
  });

  it("should ask the cluster once nothing proves any more that a watch which does not break is in step (T06)", async () => {
    const world = home();
    await world.clock.advance(rbacProofMs);
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(true);
    expect(world.reviews).toEqual([]);
    // Meanwhile the cluster took the right away, and the watch stands still.
    world.mood("home", () => ({ allowed: false, resourceRules: [], incomplete: false }));
    await world.clock.advance(1);
    expect((await world.access(jane)).state("home")).toBe("none");
    // One of the four kinds that is silent is enough.
    for (const resource of Object.values(rbacResources).slice(1)) world.setState("home", resource, "FRESH", null, world.clock.now()); // prettier-ignore
    expect((await world.access(jane)).state("home")).toBe("none");
    world.setRbacState("home", "FRESH", world.clock.now());
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(true);
  });

  it("should not wait for a watch that was silent before it broke", async () => {
    const world = home();
    await world.clock.advance(rbacProofMs + 1);
    world.setRbacState("home", "STALE");
    world.mood("home", () => ({ allowed: false, resourceRules: [], incomplete: false }));
    expect((await world.access(jane)).state("home")).toBe("none");
    // Out of reach is not silent: there the last that is known counts, as ever.
    world.setHealth("home", "DOWN");
    expect((await world.access(jane)).list.sees(pods("shop"))).toBe(true);
  });

  it("should not take a wall clock that jumps for silence", async () => {
    const world = home();
    await world.access(jane);
    for (const ms of [86_400_000, -172_800_000]) {
      world.clock.jump(ms);
      await world.access(jane);
    }
    expect(world.reviews).toEqual([]);
    await world.clock.advance(rbacProofMs + 1);
    await world.access(jane);
    expect(world.reviews.length).toBeGreaterThan(0);
  });

  it("should fail closed where the watch is broken and the cluster that answers probes answers no review", async () => {
    const world = home();
    world.setRbacState("home", "STALE");
    await world.clock.advance(rbacGraceMs + 1);
    world.mood("home", new KubeError({ reason: "InternalError", message: "no", cluster: "home" }));
    expect((await world.access(jane)).state("home")).toBe("unavailable");
  });

  it("should go by the last roles and bindings for an hour while the cluster is out of reach, and not a second longer (T07)", async () => {
    const world = home();
    const online = await world.access(jane);
    world.setHealth("home", "DOWN");
    world.setRbacState("home", "STALE");
    await world.clock.advance(rbacMaxAgeMs);
    const offline = await world.access(jane);
    expect(offline.key).toBe(online.key);
    expect(offline.list).toBe(online.list);
    await world.clock.advance(1_000);
    const late = await world.access(jane);
    expect(late.state("home")).toBe("unavailable");
    expect([late.list.sees(pods("shop")), late.gets(pods("shop"), "x")]).toEqual([false, false]);
    expect(late.may({ verb: "list", cluster: "home", group: "", resource: "pods", namespace: "shop" })).toBe(false);
    expect(world.reviews).toEqual([]);
  });

  it("should not tell somebody without rights that a cluster is out of reach (T07)", async () => {
    const world = home();
    world.setHealth("home", "DOWN");
    world.setRbacState("home", "STALE");
    await world.clock.advance(rbacMaxAgeMs + 1_000);
    expect((await world.access(user("joe"))).state("home")).toBe("none");
  });

  it("should grant nothing by roles and bindings that may not be served", async () => {
    const world = home();
    world.setHealth("home", "DOWN");
    world.setRbacState("home", "UNREACHABLE");
    expect((await world.access(jane)).state("home")).toBe("unavailable");
  });

  it("should forget a cluster that has left, and its roles", async () => {
    const world = home();
    world.leave("home");
    expect((await world.access(jane)).state("home")).toBe("none");
  });
});

function groupBinding(group: string, roleName = "admin") {
  const binding = bindEverywhere(`group-${group}`, roleName, "nobody");
  return { ...binding, subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }] };
}
