import fc from "fast-check";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { buildFleetSchema } from "../../../resolvers/build-schema.ts";
import type { Access, Authorizer } from "../../../src/auth/access.ts";
import type { FleetCache } from "../../../src/cache/fleet-cache.ts";
import type { Identity, UserIdentity } from "../../../src/kube/identity.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createAuditTrail } from "../../../src/loaders/audit-trail.ts";
import { createHealthLog } from "../../../src/loaders/streams/health-log.ts";
import { createRequestContextFactory } from "../../../src/request-context-factory.ts";
import type { FleetRequestContext } from "../../../src/request-context-factory.ts";
import { createDocuments } from "../../../src/server/documents.ts";
import type { PreparedOperation } from "../../../src/server/documents.ts";
import type { EventStream } from "../../../src/server/event-stream.ts";
import { createFanOut } from "../../../src/server/fan-out/fan-out.ts";
import { defaultLimits } from "../../../src/server/limits/limits.ts";
import { createMetrics } from "../../../src/server/metrics.ts";
import { createOperations } from "../../../src/server/operations.ts";
import type { FormattedResult, OperationOrigin } from "../../../src/server/operations.ts";
import { createFakeAuthorizer } from "../../loaders/support/fake-authorizer.ts";
import type { FakeAuthorizer, FakeFleetRights, FakeRights } from "../../loaders/support/fake-authorizer.ts";
import { node, pod } from "../../loaders/support/objects.ts";
import { createWorld } from "../../loaders/support/world.ts";
import { selectionOf } from "./random-selection.ts";

const clusters = ["home", "abroad"];
const schema = buildFleetSchema({ clock: { now: () => 0, monotonic: () => 0, setTimer: () => () => {} } });

/** A socket that takes everything, or keeps everything waiting, and tells the texts of the frames it was given. */
class FakeSocket {
  readonly OPEN = 1;
  readyState = 1;
  writableLength = 0;
  readonly texts: string[] = [];
  isSlow = false;

  write(frame: Buffer): boolean {
    const size = frame[1]! < 126 ? 2 : frame[1] === 126 ? 4 : 10;
    const length = size === 2 ? frame[1]! : size === 4 ? frame.readUInt16BE(2) : frame.readUIntBE(4, 6);
    expect([frame[0], frame.length]).toEqual([0x81, size + length]);
    this.texts.push(frame.toString("utf8", size));
    if (this.isSlow) this.writableLength += frame.length;
    return !this.isSlow;
  }
}

/** One operation of one caller: what it was sent, and what of it reached the socket past its stream. */
interface Subscriber {
  readonly texts: string[];
  readonly socket: FakeSocket;
  readonly fast: () => number;
  readonly isOver: () => boolean;
  leave(): Promise<void>;
}

function createHouse(rights: Readonly<Record<string, FakeFleetRights>>) {
  const world = createWorld([{ name: "home", role: "home" }, { name: "abroad" }]);
  const callers = new Map<string, FakeAuthorizer>(Object.entries(rights).map(([name, one]) => [name, createFakeAuthorizer(one)])); // prettier-ignore
  const callerOf = (identity: Identity): FakeAuthorizer => callers.get((identity as UserIdentity).username)!;
  const authorizer: Authorizer = {
    access: (identity, signal) => callerOf(identity).access(identity, signal),
    follow: (identity, current: Access, onChange) => callerOf(identity).follow(identity, current, onChange),
  };
  let listeners = 0;
  const cache = {
    ...world.cache,
    retain: () => () => {},
    subscribe(...listening: Parameters<FleetCache["subscribe"]>) {
      const undo = world.cache.subscribe(...listening);
      listeners += 1;
      return () => {
        listeners -= 1;
        undo();
      };
    },
  } as unknown as FleetCache;
  const { clock, registry } = world;
  const metrics = createMetrics(new Registry(), []);
  const createId = (): string => "request";
  const healthLog = createHealthLog({ registry, cache: world.cache, clock, id: "x", limit: 10 });
  const audit = createAuditTrail({ logger: silentLogger, clock, createId });
  const createContext = createRequestContextFactory({ registry, cache, healthLog, authorizer, clock, audit, maxPending: 1_000 }); // prettier-ignore
  const documents = createDocuments(schema, defaultLimits);
  const operations = createOperations({ schema, createContext, limits: defaultLimits, clock, logger: silentLogger, metrics }); // prettier-ignore
  const rightsOf = (context: object): string => (context as FleetRequestContext).rights;
  const fanOut = createFanOut({ schema, createContext, rightsOf, maxCoercionErrors: 5, metrics, clock, createId });

  /** As sockets read: the next event is taken when the one before has left. */
  const subscribe = async (
    caller: string,
    prepared: PreparedOperation,
    id: string,
    isFast: boolean,
  ): Promise<Subscriber> => {
    const identity: Identity = { kind: "user", username: caller, groups: [], realm: "home" };
    const gone = new AbortController();
    const session = { identity, follow: () => () => {} };
    const origin: OperationOrigin = { requestId: "request", session, signal: gone.signal, transport: "websocket" };
    const socket = new FakeSocket();
    const target = { identity, id, webSocket: socket as unknown as WebSocket, socket: socket as unknown as Duplex };
    const stream = await operations.subscribe(
      prepared,
      origin,
      isFast ? () => fanOut.receive(prepared, target) : undefined,
    );
    let isOver = false;
    let slow = 0;
    const read = async (): Promise<void> => {
      if (!("next" in stream)) socket.texts.push(JSON.stringify(stream));
      else {
        const error = await new Promise<unknown>((resolve) =>
          (stream as EventStream<FormattedResult>).pipe({
            take(payload) {
              slow += 1;
              socket.texts.push(JSON.stringify({ id, type: "next", payload }));
              return Promise.resolve();
            },
            onOver: resolve,
          }),
        );
        if (error !== undefined) throw error as Error;
      }
      isOver = true;
    };
    const reading = read().catch((error: unknown) => {
      isOver = true;
      socket.texts.push(String(error));
    });
    return {
      texts: socket.texts,
      socket,
      fast: () => socket.texts.length - slow,
      isOver: () => isOver,
      async leave() {
        gone.abort(new Error("gone"));
        if ("next" in stream) await stream.return(undefined);
        await reading;
      },
    };
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { world, callers, documents, subscribe, settle, metrics, listeners: () => listeners };
}

const rightsOfOne: fc.Arbitrary<FakeRights> = fc.oneof(
  fc.constantFrom<FakeRights>("all", "all", "none", "unavailable"),
  fc.subarray(["a", "b"]).map((namespaces) => new Set(namespaces)),
);
const rightsOfFleet: fc.Arbitrary<FakeFleetRights> = fc.record({ home: rightsOfOne, abroad: rightsOfOne });

const roots = [
  ["podsChanged", "PodsChanged", "podsChanged(labelSelector: $l)"],
  ["nodesChanged", "NodesChanged", "nodesChanged(labelSelector: $l)"],
  ["resourcesChanged", "ResourcesChanged", 'resourcesChanged(apiVersion: "v1", kind: "Pod", labelSelector: $l)'],
] as const;

/** Half of them of fields of the row alone, as most are; the others of whatever there is. */
const document = fc.constantFrom(...roots).chain(([, type, field]) => {
  const kind = type === "PodsChanged" ? "Pod" : type === "NodesChanged" ? "ClusterNode" : "KubernetesObject";
  const plain = selectionOf(schema, kind, 0);
  const any = selectionOf(schema, kind, 2);
  return fc.tuple(fc.oneof(plain, any), fc.boolean()).map(([objects, isFragment]) => {
    const message = `type reason again: cursor cursor readStates { state reason observedAt } objects ${isFragment ? "{ ...Object }" : objects}`;
    const fragment = isFragment ? ` fragment Object on ${kind} ${objects}` : "";
    const condition = objects.includes("$v") ? ", $v: Boolean = true" : "";
    return `subscription One($l: String${condition}) { ${field} { ${message} } }${fragment}`;
  });
});

const step = fc.record({
  act: fc.constantFrom("put", "put", "put", "put", "node", "remove", "rights", "slow", "awake", "state", "rejoin"),
  cluster: fc.constantFrom(...clusters),
  namespace: fc.constantFrom("a", "b"),
  name: fc.constantFrom("x", 'ü\u2028"\\'),
  app: fc.constantFrom("web", "db"),
  caller: fc.constantFrom("ann", "joe"),
  rights: rightsOfFleet,
  count: fc.integer({ min: 1, max: 3 }),
  who: fc.nat(),
});

describe("one event to many sockets", () => {
  it("should be, byte for byte and in the same order, what each would get alone, whatever is asked by whom", async () => {
    let sent = 0;
    let fast = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { minLength: 1, maxLength: 3 }),
        fc.array(fc.constantFrom<Record<string, unknown>>({}, { l: "app=web" }, { l: "app=web", v: false }), {
          minLength: 3,
          maxLength: 3,
        }),
        rightsOfFleet,
        fc.array(step, { maxLength: 12 }),
        async (queries, variables, joes, steps) => {
          const house = createHouse({ ann: { home: "all", abroad: "all" }, joe: joes });
          const { world, documents } = house;
          world.put("home", node("n1"), pod("x", { namespace: "a", labels: { app: "web" }, node: "n1" }));
          const pairs: { readonly fast: Subscriber; readonly plain: Subscriber }[] = [];
          let ids = 0;
          const join = async (query: string, caller: string, values: Record<string, unknown>): Promise<void> => {
            const checked = documents.prepare({ query, variables: query.includes("$v") ? values : { l: values["l"] } });
            // Over a limit of depth or cost.
            if (!checked.ok) return;
            const id = `${"i".repeat((ids % 3) + 1)}"é${ids++}`;
            pairs.push({
              fast: await house.subscribe(caller, checked.prepared, id, true),
              plain: await house.subscribe(caller, checked.prepared, id, false),
            });
          };
          for (const query of queries) {
            for (const values of variables) for (const caller of ["ann", "joe"]) await join(query, caller, values);
            // Shows the same of other events: what both are told of is rendered once.
            await join(query.replace("labelSelector: $l", 'labelSelector: $l, clusters: ["home"]'), "ann", {});
          }
          await house.settle();
          for (const { act, cluster, namespace, name, app, caller, rights, who, count } of steps) {
            const object = pod(name, { namespace, labels: { app, count: String(count) }, node: "n1" });
            if (act === "put") world.put(cluster, object);
            else if (act === "remove") world.remove(cluster, object);
            else if (act === "node") world.put(cluster, node("n1", { labels: { app } }));
            else if (act === "rights") house.callers.get(caller)?.change(rights);
            else if (act === "state")
              world.setState(cluster, { group: "", version: "v1", plural: "pods", kind: "Pod", namespaced: true }, count === 1 ? "STALE" : "FRESH", count === 1 ? "Timeout" : null); // prettier-ignore
            else if (act === "rejoin") {
              const [pair] = pairs.splice(who % Math.max(1, pairs.length), 1);
              await pair?.fast.leave();
              await pair?.plain.leave();
              await join(queries[0] ?? "", caller, variables[0] ?? {});
            } else {
              const pair = pairs[who % Math.max(1, pairs.length)];
              if (pair === undefined) continue;
              pair.fast.socket.isSlow = act === "slow";
              if (act === "awake") pair.fast.socket.writableLength = 0;
            }
            await house.settle();
          }
          for (const one of pairs) {
            expect(one.fast.texts).toEqual(one.plain.texts);
            sent += one.fast.texts.length;
            fast += one.fast.fast();
          }
          for (const one of pairs) await Promise.all([one.fast.leave(), one.plain.leave()]);
          expect(house.listeners()).toBe(0);
          house.metrics.dispose();
        },
      ),
      { numRuns: Number(process.env["RUNS"] ?? 120) },
    );
    // How many depends on what was drawn; without any nothing would be proven. The next test counts them.
    expect(sent).toBeGreaterThan(fast);
    expect(fast).toBeGreaterThan(0);
  }, 60_000);

  it("should reach every socket past its stream once all are in step", async () => {
    const house = createHouse({ ann: { home: "all", abroad: "all" } });
    const checked = house.documents.prepare({ query: "subscription { podsChanged { type cursor objects { name } } }", variables: {} }); // prettier-ignore
    if (!checked.ok) throw new Error("the document is within the limits");
    const all: Subscriber[] = [];
    for (let i = 0; i < 5; i++) all.push(await house.subscribe("ann", checked.prepared, `id${i}`, true));
    await house.settle();
    const before = all.map((one) => one.texts.length);
    for (let round = 0; round < 4; round++) {
      house.world.put("home", pod("x", { namespace: "a", labels: { round: String(round) } }));
      await house.settle();
    }
    expect(all.map((one, i) => one.texts.length - (before[i] ?? 0))).toEqual([4, 4, 4, 4, 4]);
    expect(all.map((one) => one.fast())).toEqual([4, 4, 4, 4, 4]);
    for (const one of all) await one.leave();
    expect(house.listeners()).toBe(0);
    house.metrics.dispose();
  });
});
