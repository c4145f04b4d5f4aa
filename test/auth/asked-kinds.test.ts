import { afterEach, describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import { answerMaxAgeMs, turnMs } from "../../src/auth/asked-user.ts";
import { alwaysCached, knownResources } from "../../src/kube/known-resources.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import type { AuthCluster, AuthWorld } from "./support/auth-world.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "./support/rbac-objects.ts";

const jane = user("jane");
const waiting = new AbortController();
const reading = ["get", "list", "watch"];
const [pods, nodes, both, services] = [
  [knownResources.pods],
  [knownResources.nodes],
  [knownResources.nodes, knownResources.pods],
  [knownResources.services],
] as const;
const widgets: ResourceId = { group: "example.io", version: "v1", plural: "widgets", kind: "Widget", namespaced: true };
const gadgets: ResourceId = { group: "example.io", version: "v1", plural: "gadgets", kind: "Gadget", namespaced: false }; // prettier-ignore

/** As the ClusterRole `view`, and nodes. */
const view = clusterRole("view", ...alwaysCached.map(({ group, plural }) => ({ verbs: reading, apiGroups: [group], resources: [plural] }))); // prettier-ignore
const everywhere = [view, bindEverywhere("view", "view", "jane")];
const inShop = [view, bindIn("shop", "view", "view", "jane", "ClusterRole")];

const podsIn = (namespace: string) => ({ cluster: "home", resource: "pods", namespace });
const nodeOf = (cluster = "home") => ({ cluster, resource: "nodes", namespace: "" });

describe("asking a cluster about nothing but what is read", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  const start = (rbac: readonly KubeObject[], more: Partial<AuthCluster> = {}): AuthWorld => {
    const world = createAuthWorld([{ name: "home", authorization: "asked", namespaces: ["shop", "media", "ops"], rbac, ...more }]); // prettier-ignore
    worlds.push(world);
    return world;
  };
  const look = async (world: AuthWorld, kinds?: readonly ResourceId[]): Promise<Access> => world.authorizer.access(jane, waiting, kinds); // prettier-ignore
  const lookNow = (world: AuthWorld, kinds?: readonly ResourceId[]): Access => {
    const access = world.authorizer.access(jane, waiting, kinds);
    expect(access).not.toBeInstanceOf(Promise);
    return access as Access;
  };
  /** Reviews of the time of `work`: of rules, and of single questions. */
  const counted = async (world: AuthWorld, work: () => Promise<unknown>): Promise<readonly [number, number]> => {
    const before = world.reviews.length;
    await work();
    const made = world.reviews.slice(before);
    const rules = made.filter(({ kind }) => kind === "SelfSubjectRulesReview").length;
    return [rules, made.length - rules];
  };
  const read = async (world: AuthWorld, kinds: readonly ResourceId[] | undefined, ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 1_000) {
      await world.clock.advance(1_000);
      await look(world, kinds);
    }
  };

  it("should cost who may see all pods one rules review and three questions at first, and the same each five seconds", async () => {
    const world = start(everywhere);
    expect(await counted(world, () => look(world, pods))).toEqual([1, 3]);
    expect(await counted(world, () => read(world, pods, 60_000))).toEqual([12, 36]);
    // Whoever may read anything is asked about all of it.
    const other = start(everywhere);
    expect(await counted(other, () => look(other))).toEqual([1, 33]);
  });

  it("should cost who may see pods of a namespace the rules reviews alone", async () => {
    const world = start(inShop);
    expect(await counted(world, () => look(world, pods))).toEqual([4, 0]);
    const access = lookNow(world, pods);
    expect([access.list.sees(podsIn("shop")), access.list.sees(podsIn("media"))]).toEqual([true, false]);
  });

  it("should ask about a kind when it is read first, of it alone, and answer at once whatever it was asked for before", async () => {
    const world = start(everywhere);
    await look(world, pods);
    expect(await counted(world, () => look(world, both))).toEqual([0, 3]);
    const asked = world.reviews.length;
    for (const kinds of [pods, both, nodes, [knownResources.pods, knownResources.nodes]]) lookNow(world, kinds);
    expect(world.reviews).toHaveLength(asked);
    expect(lookNow(world, both).gets(nodeOf(), "n1")).toBe(true);
  });

  it("should stop asking about a kind that is not read any more", async () => {
    const world = start(everywhere);
    await read(world, both, 20_000);
    await read(world, pods, 10_000);
    const before = world.reviews.length;
    await read(world, pods, 60_000);
    expect(world.reviews.slice(before).some(({ spec }) => JSON.stringify(spec).includes("nodes"))).toBe(false);
  });

  it("should refuse to say what may be done with a kind that nobody asked about, rather than that nothing may", async () => {
    const world = start(everywhere);
    const access = await look(world, pods);
    for (const question of [
      () => access.list.sees(nodeOf()),
      () => access.watch.extent("home", "services"),
      () => access.gets(nodeOf(), "n1"),
    ]) {
      expect(question).toThrow("nobody asked what the caller may do");
    }
    await access.settle("home", knownResources.nodes, waiting);
    expect([access.list.sees(nodeOf()), access.list.sees(podsIn("ops"))]).toEqual([true, true]);
    expect(() => access.list.extent("home", "services")).toThrow("nobody asked");
  });

  it("should say the same as if asked about everything, of what it is asked about", async () => {
    const some = [
      role("shop", "r", { verbs: ["list"], resources: ["pods", "services"] }),
      bindIn("shop", "r", "r", "jane"),
      clusterRole("c", { verbs: ["get", "list"], resources: ["nodes"] }, { verbs: ["watch"], resources: ["pods"] }),
      bindEverywhere("c", "c", "jane"),
    ];
    for (const rbac of [[], everywhere, inShop, some]) {
      for (const mood of ["truthful", "incomplete"] as const) {
        const world = start(rbac);
        world.mood("home", mood);
        const all = await look(world);
        for (const kind of alwaysCached) {
          const one = await look(world, [kind]);
          expect(one.state("home")).toBe(all.state("home"));
          const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
          for (const namespace of ["", "shop", "media"]) {
            const place = { cluster: "home", resource, namespace };
            expect([one.list.sees(place), one.watch.sees(place), one.gets(place, "x")]).toEqual([all.list.sees(place), all.watch.sees(place), all.gets(place, "x")]); // prettier-ignore
          }
        }
      }
    }
  });

  it("should let a cluster be there for who may do anything in it, and only for them, whatever they ask for", async () => {
    for (const mood of ["truthful", "incomplete"] as const) {
      for (const kinds of [[], pods, nodes, services]) {
        const known = async (...rbac: readonly KubeObject[]): Promise<string> => {
          const world = start(rbac);
          world.mood("home", mood);
          return (await look(world, kinds)).state("home");
        };
        expect(await known()).toBe("none");
        expect(await known(...inShop)).toBe("known");
        expect(await known(role("ops", "one", { verbs: ["get"], resources: ["pods"] }), bindIn("ops", "one", "one", "jane"))).toBe("known"); // prettier-ignore
        expect(await known(clusterRole("jobs", { verbs: ["list"], resources: ["jobs"], apiGroups: ["batch"] }), bindEverywhere("jobs", "jobs", "jane"))).toBe("known"); // prettier-ignore
      }
    }
  });

  it("should keep what was settled at the same time", async () => {
    const grants = clusterRole("custom", { verbs: ["list"], resources: ["widgets", "gadgets"], apiGroups: ["example.io"] }); // prettier-ignore
    const world = start([grants, bindEverywhere("custom", "custom", "jane")]);
    const access = await look(world, pods);
    await Promise.all([widgets, gadgets, knownResources.nodes].map(async (kind) => access.settle("home", kind, waiting))); // prettier-ignore
    const sees = ["widgets.example.io", "gadgets.example.io", "nodes"].map((resource) => access.list.sees({ cluster: "home", resource, namespace: "" })); // prettier-ignore
    expect(sees).toEqual([true, true, false]);
  });

  it("should show within ten seconds what was taken away, to who reads several kinds in turn", async () => {
    const world = start(everywhere);
    await look(world, pods);
    await look(world, both);
    world.setRbac("home");
    let heldMs = 0;
    for (let ms = 500; ms <= 20_000; ms += 500) {
      await world.clock.advance(500);
      const seen = [await look(world, pods), await look(world, both)].some(
        (access) => access.state("home") === "known",
      );
      if (seen) heldMs = ms;
    }
    expect(heldMs).toBeLessThanOrEqual(answerMaxAgeMs);
  });

  it("should ask no more about many namespaces where something that lies in none is read in between", async () => {
    const namespaces = Array.from({ length: 300 }, (_, n) => `ns-${n}`);
    const rbac = [
      role("ns-7", "r", { verbs: reading, resources: ["pods"] }),
      bindIn("ns-7", "r", "r", "jane"),
      clusterRole("n", { verbs: reading, resources: ["nodes"] }),
      bindEverywhere("n", "n", "jane"),
    ];
    const world = start(rbac, { namespaces });
    await look(world, pods);
    const [rules] = await counted(world, async () => {
      for (let at = 0; at < turnMs; at += 3_000) {
        await world.clock.advance(3_000);
        await look(world, nodes);
        if (at % 9_000 === 0) await look(world, pods);
      }
    });
    // Each namespace once around or twice, and some each time; all of them each nine seconds would be 2,000.
    expect(rules).toBeLessThan(800);
  });

  it("should ask for who follows about what they read, and tell them of that alone", async () => {
    const world = start(everywhere);
    const told: Access[] = [];
    const undo = world.authorizer.follow(jane, await look(world, pods), (access) => told.push(access));
    const [rules, questions] = await counted(world, () => world.clock.advance(60_000));
    expect(questions).toBeLessThanOrEqual(rules * 3);
    const onlyPods = clusterRole("view", { verbs: reading, resources: ["pods"] });
    world.setRbac("home", onlyPods, bindEverywhere("view", "view", "jane"));
    await world.clock.advance(answerMaxAgeMs);
    for (const access of told) expect(access.list.sees(podsIn("shop"))).toBe(true);
    world.setRbac("home");
    await world.clock.advance(answerMaxAgeMs);
    expect(told.at(-1)!.state("home")).toBe("none");
    undo();
  });

  it("should ask about what a follower reads where roles and bindings tell no more", async () => {
    const world = start(everywhere, { authorization: "local" });
    const told: Access[] = [];
    const [first, second] = [await look(world, pods), await look(world, nodes)];
    expect(second.list.sees(nodeOf())).toBe(true);
    const undo = world.authorizer.follow(jane, first, (access) => told.push(access));
    world.setRbacState("home", "STALE");
    await world.clock.advance(30_000);
    const asked = new Set(world.reviews.flatMap(({ spec }) => (spec["resourceAttributes"] as { resource?: string } | undefined)?.resource ?? [])); // prettier-ignore
    expect([...asked]).toEqual(["pods"]);
    for (const access of told) expect(access.list.sees(podsIn("shop"))).toBe(true);
    undo();
  });

  it("should know what a follower reads besides, where roles and bindings told until now, or a cluster comes", async () => {
    const world = start(inShop, { authorization: "local" });
    const told: Access[] = [];
    const undo = world.authorizer.follow(jane, await look(world, []), (access) => told.push(access), pods);
    world.setRbacState("home", "STALE");
    await world.clock.advance(30_000);
    world.setRbac("home", ...inShop, ...everywhere);
    await world.clock.advance(30_000);
    expect(told.map((access) => access.list.sees(podsIn("media")))).toContain(true);
    undo();
  });
});
