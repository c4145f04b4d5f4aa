import type { EventEmitter } from "node:events";
import { request } from "node:http";
import { WebSocket } from "ws";
import { afterEach, describe, expect, it } from "vitest";
import { startTestServer } from "./start-test-server.ts";
import type { TestServer } from "./start-test-server.ts";
import { createTestAuthenticator } from "./test-authenticator.ts";
import type { TestAuthenticator } from "./test-authenticator.ts";

/** CO-38. 300 in a few seconds; FLEETGRAPH_KILLED_STREAMS=1000 for the row's own figure. */
const connections = Number(process.env["FLEETGRAPH_KILLED_STREAMS"] ?? 300);

const queries = [
  "subscription { ticks }",
  "subscription { manual }",
  "subscription { hangs }",
  "subscription { later(ms: 5) }",
  "subscription { big(bytes: 200000) }",
  "subscription { refused }",
  "{ slow(ms: 10) }",
  "subscription { nope }",
];

/** Half of them where everybody is let in, half by tokens, which take a while to be looked at. */
let tokens: TestAuthenticator | undefined;
let server: TestServer;
afterEach(() => server.stop());

/** Mulberry32: numbers that are the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves at the event, or soon where it does not come. */
function reached(emitter: EventEmitter, event: string): Promise<unknown> {
  return Promise.race([new Promise((resolve) => emitter.once(event, resolve)), wait(500)]);
}

interface Kill {
  readonly query: string;
  /** How far it gets: 0 = from the first byte on, 1 = open, 2 = subscribing. */
  readonly stage: number;
  /** Milliseconds after that. */
  readonly afterMs: number;
}

/** Opens a socket, subscribes twice, and is cut off wherever it is by then: handshake, init, subscribe, stream. */
async function killSocket({ query, stage, afterMs }: Kill, isRude: boolean): Promise<void> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.once("open", () => socket.send('{"type":"connection_init","payload":{"Authorization":"Bearer good"}}'));
  // The first message is the acknowledgement.
  socket.once("message", () => {
    for (const id of ["1", "2"]) socket.send(JSON.stringify({ type: "subscribe", id, payload: { query } }));
  });
  if (stage > 0) await reached(socket, stage === 1 ? "open" : "message");
  await wait(afterMs);
  if (isRude) socket.terminate();
  else socket.close();
  await closed;
}

async function killSse({ query, stage, afterMs }: Kill): Promise<void> {
  const sent = request(new URL("/graphql", server.url), {
    method: "POST",
    headers: { accept: "text/event-stream", "content-type": "application/json", authorization: "Bearer good" },
  });
  sent.on("error", () => {});
  sent.on("response", (response) => {
    response.on("error", () => {});
    response.resume();
  });
  sent.end(JSON.stringify({ query }));
  if (stage > 0) await reached(sent, stage === 1 ? "socket" : "response");
  await wait(afterMs);
  sent.destroy();
}

async function metric(name: string): Promise<number> {
  const values = (await server.registry.getSingleMetric(name)?.get())?.values ?? [];
  return values.reduce((sum, { value }) => sum + value, 0);
}

/** Timers and sockets that keep the process alive. */
function resources(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "TCPSocketWrap").length;
}

describe.each(["none", "token"])("connections killed at random points, auth.mode %s", (mode) => {
  it(`should leave nothing behind of ${connections / 2}`, { timeout: 120_000 }, async () => {
    const random = createRandom(38);
    tokens = mode === "none" ? undefined : createTestAuthenticator(() => random(8));
    server = await startTestServer({}, tokens === undefined ? {} : { authenticator: tokens.authenticator });
    const before = resources();
    const running = new Set<Promise<void>>();
    for (let i = 0; i < connections / 2; i += 1) {
      const kill = { query: queries[random(queries.length)]!, stage: random(3), afterMs: random(15) };
      const killed = random(3) === 0 ? killSse(kill) : killSocket(kill, random(2) === 0);
      running.add(killed);
      void killed.then(() => running.delete(killed));
      if (running.size >= 30) await Promise.race(running);
    }
    await Promise.all(running);
    const settled = { timeout: 5000, interval: 20 };
    await expect.poll(() => server.openSources(), settled).toBe(0);
    await expect.poll(() => metric("fleetgraph_subscriptions_active"), settled).toBe(0);
    await expect.poll(() => metric("fleetgraph_stream_connections_active"), settled).toBe(0);
    await expect.poll(resources, settled).toBeLessThanOrEqual(before + 2);
    expect(server.openedSources()).toBeGreaterThan(connections / 25);
    expect(server.logs.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
    // And it still works.
    expect(tokens?.listeners.size ?? 0).toBe(0);
    const answer = await server.post({ query: "{ hello }" }, { authorization: "Bearer good" });
    expect(await answer.json()).toEqual({ data: { hello: "hello world" } });
  });
});
