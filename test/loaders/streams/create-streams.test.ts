import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeAuthorizer } from "../../../src/auth/access.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { ChangeMessage } from "../../../src/loaders/request-context.ts";
import { createHealthLog } from "../../../src/loaders/streams/health-log.ts";
import { createStreams } from "../../../src/loaders/streams/create-streams.ts";
import type { FleetCache } from "../../../src/cache/fleet-cache.ts";
import { node, pod } from "../support/objects.ts";
import { subscribe } from "../support/stream-receiver.ts";
import { createWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

function streamsOf(world: World, maxPending = 1_000) {
  const cache = { ...world.cache, retain: () => () => {} } as unknown as FleetCache;
  const healthLog = createHealthLog({ registry: world.registry, cache, clock: world.clock, id: "test", limit: 100 });
  return (signal = new AbortController().signal) =>
    createStreams({ ...world.options({ signal }), cache, healthLog, maxPending, authorizer: wholeAuthorizer });
}

/** What a list with the same filter shows. */
function selection(world: World, label: string): Map<string, string> {
  const { clusters } = { clusters: ["home", "abroad"] };
  const rows = clusters.flatMap(
    (cluster) =>
      world.cache
        .snapshot()
        .resource(cluster, "pods")
        ?.partitions.flatMap((partition) => partition.rows) ?? [],
  );
  return new Map(
    rows
      .filter((row) => row.labelMap["app"] === label)
      .map((row) => [`${row.clusterName}|${row.namespace}/${row.name}`, row.resourceVersion]),
  );
}

function unready(name: string, labels: Record<string, string> = {}): KubeObject {
  const { status, ...rest } = node(name, { labels });
  return { ...rest, status: { ...(status as object), conditions: [{ type: "Ready", status: "False" }] } };
}

const step = fc.record({
  act: fc.constantFrom("put", "put", "put", "remove", "take", "takeSome", "reconnect", "relog"),
  cluster: fc.constantFrom("home", "abroad"),
  name: fc.constantFrom("a", "b", "c"),
  app: fc.constantFrom("web", "db"),
});

describe("streams", () => {
  it("should bring a receiver to the truth, whatever happens, at whatever pace, however often it comes back with its cursor", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = createWorld([{ name: "home", role: "home" }, { name: "abroad" }]);
        const streams = streamsOf(world);
        const args = { labelSelector: "app=web" };
        const exists = new Set<string>();
        let receiver = subscribe(streams(), args);
        await receiver.take();
        for (const { act, cluster, name, app } of steps) {
          const object = pod(name, { labels: { app } });
          if (act === "put") {
            world.put(cluster, object);
            exists.add(`${cluster} ${name}`);
          } else if (act === "remove" && exists.delete(`${cluster} ${name}`)) world.remove(cluster, object);
          else if (act === "take") await receiver.take();
          else if (act === "takeSome") await receiver.take(1);
          else if (act === "reconnect") {
            await receiver.leave();
            receiver = subscribe(streams(), args, receiver);
          } else if (act === "relog") world.store.resource(cluster, "pods")?.log.forgetPositions();
        }
        await receiver.take();
        expect(Object.fromEntries(receiver.held)).toEqual(Object.fromEntries(selection(world, "web")));
        await receiver.leave();
      }),
      { numRuns: 300 },
    );
  });

  it("should cut off a receiver that is too slow, with the cursor of what it got", async () => {
    const world = createWorld();
    const stream = streamsOf(world, 2)().changes("Pod", { snapshot: false })[Symbol.asyncIterator]();
    const synced = (await stream.next()).value as ChangeMessage;
    for (const name of ["a", "b", "c"]) world.put("home", pod(name));
    await expect(stream.next()).rejects.toMatchObject({
      code: "SUBSCRIPTION_OVERFLOW",
      extensions: { cursor: synced.cursor },
    });
    expect((await stream.next()).done).toBe(true);
    const resumed = subscribe(streamsOf(world, 10)(), { after: null }, undefined);
    await resumed.take();
    expect(resumed.held.size).toBe(3);
  });

  it("should merge what waits behind the message under way: one an object", async () => {
    const world = createWorld();
    const receiver = subscribe(streamsOf(world)(), {});
    await receiver.take();
    for (let i = 0; i < 5; i++) world.put("home", pod("a", { labels: { round: String(i) } }));
    world.put("home", pod("b"));
    world.remove("home", pod("b"));
    await receiver.take();
    expect(receiver.messages.map(({ type }) => type)).toEqual(["SYNCED", "ADDED", "MODIFIED"]);
  });

  it("should compose label changes that wait, and say nothing of those undone", async () => {
    const world = createWorld();
    world.put("home", node("n1", { labels: { a: "1", b: "1" } }), node("n2", { labels: { a: "1" } }));
    const stream = streamsOf(world)().nodeLabels({})[Symbol.asyncIterator]();
    const first = stream.next();
    world.put("home", node("n1", { labels: { a: "2" } }));
    expect((await first).value).toMatchObject({
      added: [],
      removed: [{ key: "b", value: "1" }],
      changed: [{ key: "a", old: "1", new: "2" }],
    });
    world.put("home", node("n2", { labels: { a: "2" } }));
    world.put("home", node("n1", { labels: { a: "3" } }));
    world.put("home", node("n2", { labels: { a: "1" } }));
    world.put("home", node("n1", { labels: { a: "4", c: "1" } }));
    expect((await stream.next()).value).toMatchObject({
      node: { name: "n1" },
      added: [{ key: "c", value: "1" }],
      changed: [{ key: "a", old: "2", new: "4" }],
    });
    await stream.return?.();
  });

  it("should replay label changes after a cursor, and refuse one that is too old", async () => {
    const world = createWorld();
    world.put("home", node("n1", { labels: { a: "1" } }));
    const streams = streamsOf(world);
    const live = streams().nodeLabels({})[Symbol.asyncIterator]();
    const waiting = live.next();
    world.put("home", node("n1", { labels: { a: "2" } }));
    const { cursor } = (await waiting).value as { cursor: string };
    await live.return?.();
    world.put("home", node("n1", { labels: { a: "3" } }));
    const resumed = streams().nodeLabels({ after: cursor })[Symbol.asyncIterator]();
    expect((await resumed.next()).value).toMatchObject({ changed: [{ key: "a", old: "2", new: "3" }] });
    await resumed.return?.();
    world.store.resource("home", "nodes")?.log.forgetPositions();
    expect(() => streams().nodeLabels({ after: cursor })).toThrow(expect.objectContaining({ code: "CURSOR_INVALID" }));
  });

  it("should leave nothing behind when a stream ends, in whatever way", async () => {
    const world = createWorld();
    let listeners = 0;
    const { subscribe: listen } = world.cache;
    const cache = {
      ...world.cache,
      retain: () => () => {},
      subscribe: (listener: Parameters<typeof listen>[0]) => {
        listeners += 1;
        const undo = listen(listener);
        return () => {
          listeners -= 1;
          undo();
        };
      },
    } as unknown as FleetCache;
    const healthLog = createHealthLog({
      registry: world.registry,
      cache: world.cache as unknown as FleetCache,
      clock: world.clock,
      id: "x",
      limit: 1,
    });
    const gone = new AbortController();
    const streams = createStreams({
      ...world.options({ signal: gone.signal }),
      cache,
      healthLog,
      maxPending: 10,
      authorizer: wholeAuthorizer,
    });
    const ended = streams.changes("Pod", {})[Symbol.asyncIterator]();
    await ended.next();
    await ended.return?.();
    const waiting = streams.changes("ClusterNode", { snapshot: false })[Symbol.asyncIterator]();
    await waiting.next();
    const next = waiting.next();
    const labels = streams.nodeLabels({})[Symbol.asyncIterator]().next();
    expect(() => streams.changes("Pod", { after: "nonsense" })).toThrow(
      expect.objectContaining({ code: "CURSOR_INVALID" }),
    );
    await waiting.return?.();
    expect((await next).done).toBe(true);
    gone.abort();
    expect((await labels).done).toBe(true);
    expect(listeners).toBe(0);
  });

  it("should tell each change of a health once, and replay it", async () => {
    const world = createWorld();
    world.put("home", node("n1"));
    const streams = streamsOf(world);
    const make = streams();
    const live = make.health({})[Symbol.asyncIterator]();
    const waiting = live.next();
    world.put("home", unready("n1"));
    world.put("home", unready("n1", { a: "1" }));
    const first = (await waiting).value as { cursor: string };
    expect(first).toMatchObject({ subject: { name: "n1" }, clusterName: "home", from: "UP", to: "DOWN" });
    world.put("home", node("n1"));
    expect((await live.next()).value).toMatchObject({ from: "DOWN", to: "UP" });
    const resumed = make.health({ after: first.cursor })[Symbol.asyncIterator]();
    expect((await resumed.next()).value).toMatchObject({ from: "DOWN", to: "UP" });
    expect(() => make.health({ clusters: ["home"], after: first.cursor })).toThrow(
      expect.objectContaining({ code: "CURSOR_INVALID" }),
    );
  });
});
