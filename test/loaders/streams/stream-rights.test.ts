import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FleetCache } from "../../../src/cache/fleet-cache.ts";
import type { NodeRow, PodRow } from "../../../src/kube/rows/row.ts";
import type { ChangeMessage, HealthMessage, NodeLabelsMessage } from "../../../src/loaders/request-context.ts";
import { createHealthLog } from "../../../src/loaders/streams/health-log.ts";
import { createStreams } from "../../../src/loaders/streams/create-streams.ts";
import { createFakeAuthorizer, isSeen } from "../support/fake-authorizer.ts";
import type { FakeAuthorizer, FakeFleetRights, FakeRights } from "../support/fake-authorizer.ts";
import { node, pod } from "../support/objects.ts";
import { subscribe } from "../support/stream-receiver.ts";
import type { Receiver } from "../support/stream-receiver.ts";
import { createWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

const clusters = ["home", "abroad"];

function createFleet(rights: FakeFleetRights, maxPending = 1_000) {
  const world = createWorld([{ name: "home", role: "home" }, { name: "abroad" }]);
  const authorizer = createFakeAuthorizer(rights);
  let listeners = 0;
  const cache = {
    ...world.cache,
    retain: () => () => {},
    subscribe(listener: Parameters<FleetCache["subscribe"]>[0]) {
      const undo = world.cache.subscribe(listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        undo();
      };
    },
  } as unknown as FleetCache;
  const healthLog = createHealthLog({ registry: world.registry, cache: world.cache, clock: world.clock, id: "test", limit: 100 }); // prettier-ignore
  const streams = (signal = new AbortController().signal) =>
    createStreams({
      ...world.options({ signal, access: authorizer.access({ kind: "local" } as never, { signal }) as never }),
      cache,
      healthLog,
      maxPending,
      authorizer,
    });
  return { world, authorizer, streams, listeners: () => listeners };
}

/** What a list with the same filter shows to somebody with these rights, of clusters whose rights are known. */
function visible({ store }: World, rights: FakeFleetRights): Record<string, string> {
  const rows = clusters.flatMap((cluster) => store.snapshot().resource(cluster, "pods")?.partitions.flatMap((partition) => partition.rows) ?? []); // prettier-ignore
  return Object.fromEntries(
    rows
      .filter(
        (row) =>
          row.labelMap["app"] === "web" && isSeen(rights, { cluster: row.clusterName, namespace: row.namespace ?? "" }),
      ) // prettier-ignore
      .map((row) => [keyOf(row as PodRow), row.resourceVersion]),
  );
}

function keyOf({ clusterName, namespace, name }: PodRow): string {
  return `${clusterName}|${namespace}/${name}`;
}

/** The clusters a cursor tells of. */
function clustersOf(cursor: string): readonly string[] {
  const [, , positions] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as [number, string, string[][]];
  return positions.map(([key = ""]) => key.split(" ")[0] ?? "");
}

const rightsOfOne: fc.Arbitrary<FakeRights> = fc.oneof(
  fc.constantFrom<FakeRights>("all", "none", "unavailable"),
  fc.subarray(["a", "b"]).map((namespaces) => new Set(namespaces)),
);
const rightsOfFleet: fc.Arbitrary<FakeFleetRights> = fc.record({ home: rightsOfOne, abroad: rightsOfOne });
const step = fc.record({
  act: fc.constantFrom("put", "put", "put", "remove", "take", "takeSome", "reconnect", "relog", "rights", "rights"),
  cluster: fc.constantFrom(...clusters),
  namespace: fc.constantFrom("a", "b"),
  name: fc.constantFrom("x", "y"),
  app: fc.constantFrom("web", "db"),
  rights: rightsOfFleet,
});

/** Fails where a message tells what may not be told at this moment. */
function createLook(
  fleet: { readonly world: World; readonly authorizer: FakeAuthorizer },
  held: () => ReadonlyMap<string, string> | undefined,
) {
  return ({ type, reason, objects, cursor, readStates }: ChangeMessage): void => {
    const { rights } = fleet.authorizer;
    for (const row of objects as readonly PodRow[]) {
      const isVisible = isSeen(rights, { cluster: row.clusterName, namespace: row.namespace });
      if (type !== "DELETED") expect(isVisible, `${type} ${keyOf(row)}`).toBe(true);
      else if (reason !== "LOST_ACCESS") expect(isVisible, `${type} ${reason} ${keyOf(row)}`).toBe(true);
      // As it was when it was last seen: what came after is not theirs to see.
      else expect(row.resourceVersion).toBe(held()?.get(keyOf(row)));
    }
    const hidden = clusters.filter((cluster) => rights[cluster] === "none");
    if (cursor !== null) expect(clustersOf(cursor).filter((name) => hidden.includes(name))).toEqual([]);
    expect(readStates.filter(({ clusterName }) => hidden.includes(clusterName))).toEqual([]);
  };
}

type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

/** Rights go, come back and go again while what the receiver has waits to be taken back, and the object changes meanwhile. */
const put: Step = { act: "put", cluster: "home", namespace: "a", name: "y", app: "web", rights: {} };
const toRights = (home: FakeRights): Step => ({ ...put, act: "rights", rights: { home, abroad: new Set() } });
const lostTwice: [FakeFleetRights, Step[], 3] = [
  { home: new Set(["a"]), abroad: new Set() },
  [put, toRights(new Set()), put, toRights(new Set(["a"])), toRights(new Set())],
  3,
];

/** Who leaves while rights are not known comes back with what it could see before they were not. */
const lostUnknown: [FakeFleetRights, Step[], 3] = [
  { home: new Set(), abroad: "all" },
  [
    { ...put, cluster: "abroad" },
    { ...put, act: "take" },
    { ...put, act: "rights", rights: { home: new Set(), abroad: "unavailable" } },
    { ...put, act: "take" },
    { ...put, act: "rights", rights: { home: new Set(), abroad: new Set() } },
    { ...put, act: "reconnect" },
  ],
  3,
];

describe("rights in streams", () => {
  it("should let a receiver hold exactly what it may see, whatever happens and however its rights change, and never tell it more", async () => {
    await fc.assert(
      fc.asyncProperty(
        rightsOfFleet,
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom(3, 1_000),
        async (first, steps, maxPending) => {
          const fleet = createFleet(first, maxPending);
          const { world, authorizer, streams } = fleet;
          const args = { labelSelector: "app=web" };
          let receiver: Receiver | undefined;
          const look = createLook(fleet, () => receiver?.held);
          receiver = subscribe(streams(), args, undefined, look);
          await receiver.take();
          for (const { act, cluster, namespace, name, app, rights } of steps) {
            const object = pod(name, { namespace, labels: { app } });
            if (act === "put") world.put(cluster, object);
            else if (act === "remove") world.remove(cluster, object);
            else if (act === "take") await receiver.take();
            else if (act === "takeSome") await receiver.take(1);
            else if (act === "relog") world.store.resource(cluster, "pods")?.log.forgetPositions();
            else if (act === "rights") {
              // A message that was on its way is applied before.
              await receiver.flush();
              authorizer.change(rights);
              await Promise.resolve();
            } else if (!receiver.hasFailed()) {
              await receiver.leave();
              receiver = subscribe(streams(), args, receiver, look);
            }
            // One that is cut off comes back with the cursor it was given.
            if (receiver.hasFailed()) receiver = subscribe(streams(), args, receiver, look);
          }
          await receiver.take();
          for (let again = 0; receiver.hasFailed() && again < 5; again++) {
            receiver = subscribe(streams(), args, receiver, look);
            await receiver.take();
          }
          // Where rights are not known, nothing is told and nothing taken back.
          const known = [...receiver.held].filter(
            ([key]) => authorizer.rights[key.split("|")[0] ?? ""] !== "unavailable",
          );
          expect(Object.fromEntries(known)).toEqual(visible(world, authorizer.rights));
          await receiver.leave();
          expect(authorizer.followers).toBe(0);
          expect(fleet.listeners()).toBe(0);
        },
      ),
      { numRuns: 1_000, examples: [lostTwice, lostUnknown] },
    );
  });

  it("should not stand anywhere in a cluster of which nothing may be seen any more, whatever waited", async () => {
    const fleet = createFleet({ home: "all", abroad: new Set() });
    const cursors: string[] = [];
    const receiver = subscribe(fleet.streams(), { labelSelector: "app=web" }, undefined, ({ cursor }) => {
      if (cursor !== null) cursors.push(cursor);
    });
    await receiver.take();
    // The first of them is on its way, the second waits.
    for (const _ of [1, 2]) fleet.world.put("home", pod("y", { namespace: "a", labels: { app: "web" } }));
    await receiver.flush();
    fleet.authorizer.change({ home: "none", abroad: "all" });
    await Promise.resolve();
    await receiver.take();
    expect(receiver.messages.at(-1)).toMatchObject({ type: "DELETED", reason: "LOST_ACCESS" });
    expect(clustersOf(cursors.at(-1)!)).toEqual([]);
    await receiver.leave();
  });

  it("should tell what was gained and lost, one object each, with its reason", async () => {
    const { world, authorizer, streams } = createFleet({ home: new Set(["a"]), abroad: "none" });
    for (const cluster of clusters) world.put(cluster, pod("x", { namespace: "a" }), pod("y", { namespace: "b" }));
    const receiver = subscribe(streams(), {});
    await receiver.take();
    expect([...receiver.held.keys()]).toEqual(["home|a/x"]);
    expect(JSON.stringify(receiver.messages)).not.toContain("abroad");
    authorizer.change({ home: new Set(["b"]), abroad: new Set(["a"]) });
    await receiver.take();
    const told = receiver.messages.slice(2).filter(({ objects }) => objects.length > 0);
    expect(told.map(({ type, reason, objects }) => [type, reason, objects.map((row) => keyOf(row as PodRow))])).toEqual(
      [
        ["DELETED", "LOST_ACCESS", ["home|a/x"]],
        ["ADDED", "GAINED_ACCESS", ["home|b/y"]],
        ["ADDED", "GAINED_ACCESS", ["abroad|a/x"]],
      ],
    );
    await receiver.leave();
  });

  it("should start over where the cursor was given under other rights, and go on where they are the same again", async () => {
    const { world, authorizer, streams } = createFleet({ home: new Set(["a"]), abroad: "none" });
    world.put("home", pod("x", { namespace: "a" }), pod("y", { namespace: "b" }));
    let receiver = subscribe(streams(), {});
    await receiver.take();
    await receiver.leave();
    authorizer.change({ home: new Set(["a", "b"]), abroad: "none" });
    receiver = subscribe(streams(), {}, receiver);
    await receiver.take();
    expect(receiver.messages.map(({ type }) => type)).toEqual(["RESYNC", "SNAPSHOT", "SNAPSHOT", "SYNCED"].filter((_, i) => i !== 2)); // prettier-ignore
    await receiver.leave();
    receiver = subscribe(streams(), {}, receiver);
    await receiver.take();
    expect(receiver.messages.map(({ type }) => type)).toEqual(["SYNCED"]);
    await receiver.leave();
  });

  it("should start over where more was gained than may wait", async () => {
    const { world, authorizer, streams } = createFleet({ home: "none", abroad: "none" }, 3);
    for (const name of ["a", "b", "c", "d"]) world.put("home", pod(name));
    const receiver = subscribe(streams(), {});
    await receiver.take();
    authorizer.change({ home: "all", abroad: "none" });
    await receiver.take();
    expect(receiver.messages.map(({ type }) => type)).toEqual(["SYNCED", "RESYNC", "SNAPSHOT", "SYNCED"]);
    expect(receiver.held.size).toBe(4);
    await receiver.leave();
  });

  it("should tell labels and health of what may be seen at that moment only", async () => {
    const { world, authorizer, streams } = createFleet({ home: "all", abroad: "none" });
    const make = streams();
    const labels = make.nodeLabels({})[Symbol.asyncIterator]();
    const health = make.health({})[Symbol.asyncIterator]();
    for (const cluster of clusters) world.put(cluster, node("n1", { labels: { round: "1" } }));
    expect(await labels.next()).toMatchObject({ value: { node: { clusterName: "home" } } });
    const turn = (round: string): void => {
      for (const cluster of clusters) {
        const { status, ...rest } = node("n1", { labels: { round } });
        const conditions = [{ type: "Ready", status: Number(round) % 2 === 0 ? "False" : "True" }];
        world.put(cluster, { ...rest, status: { ...(status as object), conditions } });
      }
    };
    turn("2");
    expect(((await labels.next()).value as NodeLabelsMessage).node.clusterName).toBe("home");
    const first = (await health.next()).value as HealthMessage;
    expect([first.clusterName, (first.subject as NodeRow).name, first.to]).toEqual(["home", "n1", "DOWN"]);
    expect(Buffer.from(first.cursor, "base64url").toString()).not.toMatch(/,\d+\]$/);
    // What waits when the right to it is taken away is not told any more.
    turn("3");
    authorizer.change({ home: "none", abroad: "all" });
    await Promise.resolve();
    turn("4");
    const label = (await labels.next()).value as NodeLabelsMessage;
    expect([label.node.clusterName, label.changed[0]?.new]).toEqual(["abroad", "4"]);
    expect(clustersOf(label.cursor)).toEqual(["abroad"]);
    // In the order they happened; those of abroad while it could not be seen are seen now that it can, since the receiver asked late.
    const later = (await health.next()).value as HealthMessage;
    expect(later.clusterName).toBe("abroad");
    await labels.return?.();
    await health.return?.();
    expect(authorizer.followers).toBe(0);
  });

  it("should refuse clusters that are not there for the caller as those that are not there", () => {
    const { streams } = createFleet({ home: "all", abroad: "none" });
    const refusal = (name: string): string => {
      try {
        streams().changes("Pod", { clusters: [name] });
      } catch (error) {
        return (error as Error).message.replace(name, "NAME");
      }
      return "";
    };
    expect(refusal("abroad")).toBe(refusal("nowhere"));
    expect(refusal("abroad")).not.toBe("");
  });
});
