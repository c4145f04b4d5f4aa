import { afterEach, describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import { answerMaxAgeMs, turnMs, turnSize } from "../../src/auth/asked-user.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import type { AuthWorld } from "./support/auth-world.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "./support/rbac-objects.ts";

const jane = user("jane");
const signal = new AbortController().signal;
const namespaces = Array.from({ length: 600 }, (_, n) => `ns-${n}`);
const pods = (namespace: string) => ({ cluster: "home", resource: "pods", namespace });
const reads = (namespace: string): readonly KubeObject[] => [
  role(namespace, "reader", { verbs: ["list", "watch", "get"], resources: ["pods"] }),
  bindIn(namespace, "jane-reads", "reader", "jane"),
];
const own = [...reads("ns-7"), ...reads("ns-8")];

describe("asking a cluster of many namespaces", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  const start = async (rbac: readonly KubeObject[] = own, names = namespaces): Promise<AuthWorld> => {
    const world = createAuthWorld([{ name: "home", authorization: "asked", namespaces: names, rbac }]);
    worlds.push(world);
    await world.access(jane);
    return world;
  };
  /** Reviews of the time of `work`, by namespace. */
  const counted = async (world: AuthWorld, work: () => Promise<void>): Promise<ReadonlyMap<string, number>> => {
    const before = world.reviews.length;
    await work();
    const counts = new Map<string, number>();
    for (const { spec } of world.reviews.slice(before)) {
      const namespace = String(spec["namespace"]);
      counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    }
    return counts;
  };
  /** As a client that polls: for how long until `look` says so. */
  const poll = async (
    world: AuthWorld,
    ms: number,
    look: (access: Access) => boolean = () => false,
  ): Promise<number> => {
    for (let at = 1_000; at <= ms; at += 1_000) {
      await world.clock.advance(1_000);
      if (look(await world.access(jane))) return at;
    }
    return Infinity;
  };
  const expectInTurn = (counts: ReadonlyMap<string, number>): void => {
    for (const namespace of ["ns-7", "ns-8"]) expect(counts.get(namespace)).toBeGreaterThanOrEqual(10);
    const others = namespaces.filter((name) => name !== "ns-7" && name !== "ns-8").map((name) => counts.get(name) ?? 0);
    expect([Math.min(...others), Math.max(...others)]).toEqual([1, 2]);
    // All of them each five seconds would be 7,200.
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(750);
  };

  it("should ask about the namespaces of the caller again and again, and about the others once around in a minute", async () => {
    const world = await start();
    await poll(world, 10_000);
    const waits = (): boolean => world.authorizer.access(jane, { signal }) instanceof Promise;
    expectInTurn(await counted(world, async () => expect(await poll(world, turnMs, waits)).toBe(Infinity)));
  });

  it("should ask no more for who follows their rights", async () => {
    const world = await start();
    const told: Access[] = [];
    const undo = world.authorizer.follow(jane, await world.access(jane), (access) => told.push(access));
    await world.clock.advance(10_000);
    expectInTurn(await counted(world, () => world.clock.advance(turnMs)));
    expect(told).toEqual([]);
    undo();
  });

  it("should show within ten seconds what was taken away, in a namespace or everywhere", async () => {
    const everywhere = [
      clusterRole("all", { verbs: ["list"], resources: ["pods"] }),
      bindEverywhere("all", "all", "jane"),
    ];
    const world = await start([...own, ...everywhere]);
    await poll(world, 20_000);
    const seen = (access: Access): number => namespaces.filter((name) => access.list.sees(pods(name))).length;
    expect(seen(await world.access(jane))).toBe(namespaces.length);
    world.setRbac("home", ...own);
    expect(await poll(world, answerMaxAgeMs, (access) => seen(access) === 2)).toBeLessThanOrEqual(answerMaxAgeMs);
    world.setRbac("home", ...reads("ns-8"));
    expect(await poll(world, answerMaxAgeMs, (access) => seen(access) === 1)).toBeLessThanOrEqual(answerMaxAgeMs);
    expect((await world.access(jane)).list.sees(pods("ns-8"))).toBe(true);
  });

  it("should show within a minute what is new in a namespace, and within ten seconds what comes back or holds everywhere", async () => {
    const world = await start();
    await poll(world, 20_000);
    world.setRbac("home", ...reads("ns-8"));
    await poll(world, 20_000);
    world.setRbac("home", ...own, ...reads("ns-200"));
    const sees =
      (namespace: string) =>
      (access: Access): boolean =>
        access.list.sees(pods(namespace));
    expect(await poll(world, answerMaxAgeMs, sees("ns-7"))).toBeLessThanOrEqual(answerMaxAgeMs);
    expect(await poll(world, turnMs + answerMaxAgeMs, sees("ns-200"))).toBeLessThanOrEqual(turnMs);
    world.setRbac("home", clusterRole("all", { verbs: ["list"], resources: ["pods"] }), bindEverywhere("all", "all", "jane")); // prettier-ignore
    expect(await poll(world, answerMaxAgeMs, sees("ns-599"))).toBeLessThanOrEqual(answerMaxAgeMs);
  });

  it("should be asked about all alike where there are few", async () => {
    const few = namespaces.slice(0, turnSize);
    const world = await start(own, few);
    await poll(world, 10_000);
    const counts = await counted(world, () => poll(world, turnMs).then(() => {}));
    expect(Math.min(...few.map((name) => counts.get(name) ?? 0))).toBeGreaterThanOrEqual(9);
  });
});
