import { afterEach, describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import { rbacMaxAgeMs, rbacProofMs } from "../../src/auth/rbac-keeper.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import type { AuthCluster, AuthWorld } from "./support/auth-world.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "./support/rbac-objects.ts";

const pods = { cluster: "home", resource: "pods", namespace: "shop" };
const jane = user("jane");
const readPods = [
  role("shop", "reader", { verbs: ["list", "watch", "get"], resources: ["pods"] }),
  bindIn("shop", "jane-reads", "reader", "jane"),
];
const widgets: ResourceId = { group: "example.io", version: "v1", plural: "widgets", kind: "Widget", namespaced: true };

interface Told {
  readonly atMs: number;
  readonly access: Access;
}

describe("following the rights of a caller", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  async function follow(more: Partial<AuthCluster>): Promise<{ world: AuthWorld; told: Told[]; undo: () => void }> {
    const world = createAuthWorld([{ name: "home", namespaces: ["shop"], rbac: readPods, ...more }]);
    worlds.push(world);
    const told: Told[] = [];
    const now = await world.access(jane);
    const undo = world.authorizer.follow(jane, now, (access) => told.push({ atMs: world.clock.monotonic(), access }));
    return { world, told, undo };
  }

  it("should tell within a second of a binding that is gone or comes, where RBAC is watched (T06)", async () => {
    const { world, told } = await follow({ authorization: "local" });
    await world.clock.advance(30_000);
    expect(told).toEqual([]);
    world.setRbac("home");
    await world.clock.advance(1_000);
    expect(told.map(({ access }) => access.state("home"))).toEqual(["none"]);
    expect(told[0]!.atMs - 30_000).toBeLessThanOrEqual(1_000);
    world.setRbac("home", ...readPods);
    await world.clock.advance(1_000);
    expect(told[1]!.access.watch.sees(pods)).toBe(true);
    expect(told).toHaveLength(2);
  });

  it("should tell of what a watch that stands still does not, within ten seconds of its last chance to show life (T06)", async () => {
    const { world, told } = await follow({ authorization: "local" });
    world.mood("home", () => ({ allowed: false, resourceRules: [], incomplete: false }));
    await world.clock.advance(rbacProofMs);
    expect(told).toEqual([]);
    await world.clock.advance(10_000);
    expect(told.map(({ access }) => access.state("home"))).toEqual(["none"]);
  });

  it("should tell nothing where roles and bindings are silent or broken and the cluster says the same when it is asked", async () => {
    const { world, told } = await follow({ authorization: "local" });
    for (const state of ["FRESH", "STALE"] as const) {
      world.setRbacState("home", state);
      await world.clock.advance(rbacProofMs + 10_000);
      world.setRbacState("home", "FRESH", world.clock.now());
      await world.clock.advance(rbacProofMs - 10_000);
    }
    expect(world.reviews.length).toBeGreaterThan(0);
    expect(told).toEqual([]);
  });

  it("should take rights away within ten seconds where roles and bindings are out of step and the cluster does not say", async () => {
    const { world, told } = await follow({ authorization: "local" });
    world.setRbacState("home", "STALE");
    world.mood("home", "silent");
    await world.clock.advance(10_000);
    expect(told.map(({ access }) => access.state("home"))).toEqual(["unavailable"]);
  });

  it("should tell within ten seconds where the cluster is asked (T06)", async () => {
    const { world, told } = await follow({ authorization: "asked" });
    for (const offset of [0, 1_300, 2_900, 4_999]) {
      await world.clock.advance(20_000 + offset);
      told.splice(0);
      const changedAtMs = world.clock.monotonic();
      world.setRbac("home");
      await world.clock.advance(10_000);
      expect(told.map(({ access }) => access.state("home"))).toEqual(["none"]);
      expect(told[0]!.atMs - changedAtMs).toBeLessThanOrEqual(10_000);
      world.setRbac("home", ...readPods);
      await world.clock.advance(20_000);
    }
  });

  it("should take rights away within ten seconds of the last answer where the cluster no longer says (T06)", async () => {
    const { world, told } = await follow({ authorization: "asked" });
    world.mood("home", "silent");
    await world.clock.advance(20_000);
    expect(told.at(-1)!.access.state("home")).toBe("unavailable");
    expect(told.at(-1)!.atMs).toBeLessThanOrEqual(15_000);
  });

  it("should tell once of a burst of changes, and nothing of changes that mean nothing to the caller", async () => {
    const { world, told } = await follow({ authorization: "local" });
    for (let n = 0; n < 50; n++) world.setRbac("home", ...readPods, clusterRole(`other-${n}`), bindEverywhere("b", `other-${n}`, "joe")); // prettier-ignore
    await world.clock.advance(1_000);
    expect(told).toEqual([]);
    for (let n = 0; n < 50; n++) world.setRbac("home", role("shop", "reader", { verbs: ["list"], resources: ["pods", `n${n}`] }), readPods[1]!); // prettier-ignore
    await world.clock.advance(1_000);
    expect(told).toHaveLength(1);
    expect(told[0]!.access.watch.sees(pods)).toBe(false);
  });

  it("should tell when the last roles and bindings of a cluster out of reach have grown too old (T07)", async () => {
    const { world, told } = await follow({ authorization: "local" });
    world.setHealth("home", "DOWN");
    world.setRbacState("home", "STALE");
    await world.clock.advance(rbacMaxAgeMs);
    expect(told).toEqual([]);
    await world.clock.advance(6_000);
    expect(told.map(({ access }) => access.state("home"))).toEqual(["unavailable"]);
  });

  it("should tell when a cluster leaves", async () => {
    const { world, told } = await follow({ authorization: "asked" });
    world.leave("home");
    await world.clock.advance(1_000);
    expect(told.map(({ access }) => access.state("home"))).toEqual(["none"]);
  });

  it("should go on knowing what the caller found out about other kinds", async () => {
    const rbac = [clusterRole("w", { verbs: ["list", "watch"], resources: ["widgets"], apiGroups: ["example.io"] }), bindEverywhere("w", "w", "jane")]; // prettier-ignore
    const world = createAuthWorld([{ name: "home", authorization: "asked", namespaces: ["shop"], rbac }]);
    worlds.push(world);
    const now = await world.access(jane);
    await now.settle("home", widgets, new AbortController());
    const told: Access[] = [];
    world.authorizer.follow(jane, now, (access) => told.push(access));
    const partition = { cluster: "home", resource: "widgets.example.io", namespace: "shop" };
    await world.clock.advance(60_000);
    expect(told).toEqual([]);
    world.setRbac("home", ...readPods);
    await world.clock.advance(10_000);
    expect(told).toHaveLength(1);
    expect([now.watch.sees(partition), told[0]!.watch.sees(partition), told[0]!.watch.sees(pods)]).toEqual([true, false, true]); // prettier-ignore
  });

  it("should tell nobody after they have gone, and leave no timer behind", async () => {
    const { world, told, undo } = await follow({ authorization: "local" });
    undo();
    world.setRbac("home");
    await world.clock.advance(20_000);
    expect(told).toEqual([]);
    expect(world.clock.pending).toBe(0);
  });

  it("should end with everything when the authorizer is closed", async () => {
    const { world, told } = await follow({ authorization: "asked" });
    world.mood("home", "silent");
    await world.clock.advance(6_000);
    world.authorizer.close();
    await world.clock.advance(20_000);
    expect(told).toEqual([]);
    expect(world.clock.pending).toBe(0);
  });
});
