import type { SecureContext } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ConnectionPace } from "../../src/transport/connection-pace.ts";
import { createConnections } from "../../src/transport/connections.ts";
import { exchange } from "../../src/transport/exchange.ts";
import { createTlsMaterial } from "../../src/transport/tls-material.ts";
import type { TlsMaterial } from "../../src/transport/tls-material.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { eventually } from "../support/eventually.ts";
import { failureOf, serve } from "./transport-test.ts";

interface Held {
  readonly origin: string;
  readonly material: TlsMaterial;
}

/** Connections that begin when the test says so. */
async function heldUp({ origin, material = createTlsMaterial({ verify: true }) }: Partial<Held> = {}) {
  const server = await serve({ respond: (_request, response) => response.end("{}") });
  const clock = createFakeClock();
  const waiting = new Set<() => void>();
  const pace: ConnectionPace = {
    enter(_lane, start) {
      waiting.add(start);
      return () => waiting.delete(start);
    },
  };
  const times = { connectTimeoutMs: 1_000, tcpKeepAliveMs: 60_000, idleConnectionMs: 60_000 };
  const connections = createConnections({ origin: origin ?? server.url, clock, pace, ...times }, material);
  onTestFinished(() => connections.destroy(new Error("the test is over")));
  const abort = new AbortController();
  const request = { method: "GET", path: "/api", headers: {} } as const;
  return {
    server,
    clock,
    waiting,
    connections,
    abort,
    ask: () => exchange(connections, request, abort.signal),
    letBegin() {
      for (const start of waiting) {
        waiting.delete(start);
        start();
      }
    },
  };
}

describe("connections that wait for their turn", () => {
  it("should count as being opened, and serve once they have begun", async () => {
    const { ask, connections, letBegin, server } = await heldUp();
    const answer = ask();
    await eventually(() => expect(connections.openSockets).toBe(1));
    expect(server.sockets.size).toBe(0);
    letBegin();
    expect((await answer).status).toBe(200);
    expect(connections.openSockets).toBe(1);
  });

  it("should leave the queue where the exchange is given up", async () => {
    const { ask, connections, abort, waiting, server } = await heldUp();
    const answer = failureOf(ask());
    await eventually(() => expect(waiting.size).toBe(1));
    abort.abort(new Error("not needed"));
    expect(await answer).toMatchObject({ sent: false, cause: { message: "not needed" } });
    expect(waiting.size).toBe(0);
    expect(connections.openSockets).toBe(0);
    expect(server.sockets.size).toBe(0);
  });

  it("should leave the queue where all of them are destroyed, with their timers", async () => {
    const { ask, connections, waiting, clock } = await heldUp();
    const answers = [failureOf(ask()), failureOf(ask())];
    await eventually(() => expect(waiting.size).toBe(2));
    connections.destroy(new Error("the endpoint is down"));
    for (const answer of answers) expect(await answer).toMatchObject({ cause: { message: "the endpoint is down" } });
    expect(waiting.size).toBe(0);
    expect(connections.openSockets).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("should time out while they wait as while they connect", async () => {
    const { ask, connections, waiting, clock } = await heldUp();
    const answer = failureOf(ask());
    await eventually(() => expect(waiting.size).toBe(1));
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ sent: false, cause: { code: "UND_ERR_CONNECT_TIMEOUT" } });
    expect(waiting.size).toBe(0);
    expect(connections.openSockets).toBe(0);
  });

  it("should fail the exchange, and nothing else, where they cannot even begin", async () => {
    // Node throws before there is a socket.
    const connect = { secureContext: {} as SecureContext, rejectUnauthorized: true };
    const material: TlsMaterial = { fingerprint: "", clientCertificateExpiresAtMs: undefined, connect };
    const { ask, connections, letBegin, waiting, clock } = await heldUp({ origin: "https://127.0.0.1:1", material });
    const answer = failureOf(ask());
    await eventually(() => expect(waiting.size).toBe(1));
    letBegin();
    expect(await answer).toMatchObject({ sent: false, cause: { name: "TypeError" } });
    expect(connections.openSockets).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
