import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

const count = Number(process.env["FLEETGRAPH_SOCKETS"] ?? 300);

const queries = [
  "subscription { podsChanged { type cursor objects { name } } }",
  "subscription { nodesChanged { type objects { name } } }",
  "subscription { workloadsChanged { type objects { name } } }",
  "subscription { healthChanged { from to } }",
  "subscription { nodeLabelsChanged { node { name } } }",
  'subscription { resourcesChanged(apiVersion: "v1", kind: "ConfigMap") { type objects { name } } }',
];

/** Numbers below 1 that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("sockets that die at any moment (CO-38)", () => {
  let fleet: TestApp;
  const random = createRandom(20_261_121);

  beforeAll(async () => {
    fleet = await startTestApp({ clusters: [embeddedCluster("home", { role: "home" }), embeddedCluster("paris")] });
    await eventually(async () => {
      const { data } = await fleet.query(
        '{ pods { complete } resources(apiVersion: "v1", kind: "ConfigMap") { complete } workloads(where: {owner: null, health: {state: {in: [DEGRADED, DOWN, UNKNOWN]}}}) { totalCount } }',
      );
      expect(data).toEqual({ pods: { complete: true }, resources: { complete: true }, workloads: { totalCount: 2 } });
    }, 30_000);
  });
  afterAll(() => fleet?.stop());

  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, random() * 40));
  const overWebSocket = async (query: string): Promise<void> => {
    const socket = new WebSocket(`${fleet.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.once("open", () => socket.send('{"type":"connection_init"}'));
    // The first message is the acknowledgement: whoever subscribes before it is shown out.
    socket.once("message", () => {
      socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
      if (random() < 0.2) socket.send(JSON.stringify({ id: "1", type: "complete" }));
    });
    await pause();
    socket.terminate();
    await closed;
  };
  const overSse = async (query: string): Promise<void> => {
    const { hostname, port, host } = new URL(fleet.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const body = JSON.stringify({ query });
    const head = `POST /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\ncontent-type: application/json`;
    socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    socket.resume();
    await pause();
    if (random() < 0.5) socket.resetAndDestroy();
    else socket.destroy();
    await closed;
  };
  /** What is open in the whole process: subscriptions, streams, watches of the clusters, and what Node.js counts. */
  const open = async () => {
    const metrics = await (await fetch(`${fleet.url}/metrics`, { headers: { connection: "close" } })).text();
    const sum = (name: string): number =>
      metrics
        .split("\n")
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
    const kinds = process.getActiveResourcesInfo();
    return {
      subscriptions: sum("fleetgraph_subscriptions_active"),
      connections: sum("fleetgraph_stream_connections_active"),
      watches: sum("fleetgraph_cache_watches_total"),
      timers: kinds.filter((kind) => kind === "Timeout").length,
      sockets: kinds.filter((kind) => kind.startsWith("TCP") || kind === "TLSWrap").length,
    };
  };
  const storm = async (sockets: number): Promise<void> => {
    let left = sockets;
    const one = async (): Promise<void> => {
      while (left-- > 0) {
        const query = queries[Math.floor(random() * queries.length)] ?? "";
        await (random() < 0.5 ? overWebSocket(query) : overSse(query));
      }
    };
    await Promise.all(Array.from({ length: 30 }, one));
  };

  it("should leave no subscription, stream, watch, timer or heap behind", async () => {
    // Warm: code compiled, kinds of the queries held.
    await storm(60);
    await eventually(async () => expect(await open()).toMatchObject({ subscriptions: 0, connections: 0 }));
    const base = await open();
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    await storm(count);
    await eventually(async () => {
      const now = await open();
      expect(now).toMatchObject({ subscriptions: 0, connections: 0, watches: base.watches });
      // Timers and sockets of the clusters' own life come and go: a leak would be one for each of the hundreds.
      expect(now.timers).toBeLessThan(base.timers + count / 10);
      expect(now.sockets).toBeLessThan(base.sockets + count / 10);
    }, 15_000);
    if (globalThis.gc !== undefined) {
      globalThis.gc();
      // 20 KB a socket that stayed would show.
      expect(process.memoryUsage().heapUsed).toBeLessThan(heap + 5_000_000 + count * 20_000);
    }
    expect((await fleet.query("{ pods { complete } }")).data).toEqual({ pods: { complete: true } });
  }, 60_000);

  it("should bound what waits for a reader that never reads, and disturb nobody else", async () => {
    const { hostname, port, host } = new URL(fleet.url);
    const query = 'subscription { podsChanged { type objects { name manifest } } }'; // prettier-ignore
    const body = JSON.stringify({ query });
    const deaf = Array.from({ length: 20 }, () => {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      socket.pause();
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return socket;
    });
    await eventually(async () => expect((await open()).subscriptions).toBe(deaf.length));
    const reader = fleet.subscribe(queries[0] ?? "");
    for await (const { type } of reader) if (type === "SYNCED") break;
    for (const socket of deaf) socket.destroy();
    await eventually(async () => expect(await open()).toMatchObject({ subscriptions: 0, connections: 0 }));
  });
});
