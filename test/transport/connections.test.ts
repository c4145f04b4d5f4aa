import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ConnectionPace } from "../../src/transport/connection-pace.ts";
import { createConnections } from "../../src/transport/connections.ts";
import { exchange } from "../../src/transport/exchange.ts";
import type { Exchanged } from "../../src/transport/exchange.ts";
import { createTlsMaterial } from "../../src/transport/tls-material.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { eventually } from "../support/eventually.ts";
import { failureOf, serve } from "./transport-test.ts";

/** Connections that begin when the test says so, to a server that answers when it says so. */
async function heldUp() {
  const answers: ServerResponse[] = [];
  let [broken, made] = [0, 0];
  const server = await serve({ respond: (_request, response) => void answers.push(response) });
  const clock = createFakeClock();
  const waiting = new Set<() => void>();
  const pace: ConnectionPace = {
    enter(_lane, start) {
      const own = (): void => start(() => made++);
      waiting.add(own);
      return () => waiting.delete(own);
    },
  };
  const times = { connectTimeoutMs: 1_000, tcpKeepAliveMs: 60_000, idleConnectionMs: 60_000 };
  const material = createTlsMaterial({ verify: true });
  const connections = createConnections(
    { origin: server.url, clock, pace, ...times, onBroken: () => broken++ },
    material,
  );
  onTestFinished(() => connections.destroy(new Error("the test is over")));
  const abort = new AbortController();
  return {
    server,
    answers,
    clock,
    waiting,
    connections,
    abort,
    /** How often the pace was told that a connection is made, or will not be. */
    made: () => made,
    /** How often a connection was lost. */
    broken: () => broken,
    ask: (path: string) => exchange(connections, { method: "GET", path, headers: {} }, abort.signal),
    letOneBegin() {
      const [start] = waiting;
      if (start !== undefined) waiting.delete(start);
      start?.();
    },
    async answerNext() {
      await eventually(() => expect(answers).not.toHaveLength(0));
      answers.shift()?.end("{}");
    },
  };
}

async function read(answer: Promise<Exchanged>): Promise<string> {
  return (await (await answer).body.read(100)).toString();
}

describe("exchanges that wait for a connection", () => {
  it("should make one when its turn has come, and not before", async () => {
    const { ask, connections, letOneBegin, answerNext, waiting, server, made } = await heldUp();
    const answer = read(ask("/a"));
    expect(waiting.size).toBe(1);
    expect(connections.openSockets).toBe(0);
    letOneBegin();
    expect(made()).toBe(0);
    await answerNext();
    expect(await answer).toBe("{}");
    expect(made()).toBe(1);
    expect(connections.openSockets).toBe(1);
    expect(server.sockets.size).toBe(1);
  });

  it("should take one that has become idle meanwhile, in their order, and make none", async () => {
    const { ask, letOneBegin, answerNext, waiting, server } = await heldUp();
    const answers = ["/a", "/b", "/c"].map((path) => read(ask(path)));
    letOneBegin();
    expect(waiting.size).toBe(2);
    for (const answer of answers) {
      await answerNext();
      expect(await answer).toBe("{}");
    }
    expect(waiting.size).toBe(0);
    expect(server.requests).toEqual(["GET /a", "GET /b", "GET /c"]);
    expect(server.sockets.size).toBe(1);
  });

  it("should not wait for one that hangs once their own turn has come", async () => {
    const { ask, letOneBegin, abort, answers, server } = await heldUp();
    const hangs = failureOf(ask("/hangs"));
    letOneBegin();
    await eventually(() => expect(server.requests).toEqual(["GET /hangs"]));
    const answer = read(ask("/b"));
    letOneBegin();
    await eventually(() => expect(server.requests).toHaveLength(2));
    answers.pop()?.end("{}");
    expect(await answer).toBe("{}");
    abort.abort(new Error("not needed"));
    expect(await hangs).toMatchObject({ sent: true });
  });

  it("should leave the queue where they are given up", async () => {
    const { ask, connections, abort, waiting, server } = await heldUp();
    const answer = failureOf(ask("/a"));
    expect(waiting.size).toBe(1);
    abort.abort(new Error("not needed"));
    expect(await answer).toMatchObject({ sent: false, cause: { message: "not needed" } });
    expect(waiting.size).toBe(0);
    expect(connections.openSockets).toBe(0);
    expect(server.sockets.size).toBe(0);
  });

  it("should fail where all connections are destroyed", async () => {
    const { ask, connections, waiting, clock } = await heldUp();
    const answers = [failureOf(ask("/a")), failureOf(ask("/b"))];
    connections.destroy(new Error("the endpoint is down"));
    for (const answer of answers)
      expect(await answer).toMatchObject({ sent: false, cause: { message: "the endpoint is down" } });
    expect(waiting.size).toBe(0);
    expect(connections.openSockets).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("should be waited for where the connections are drained", async () => {
    const { ask, connections, letOneBegin, answerNext } = await heldUp();
    const answer = read(ask("/a"));
    let isDrained = false;
    const drained = connections.drain().then(() => (isDrained = true));
    letOneBegin();
    await answerNext();
    expect(isDrained).toBe(false);
    expect(await answer).toBe("{}");
    await drained;
    await eventually(() => expect(connections.openSockets).toBe(0));
  });

  it("should not hold up draining where they are given up", async () => {
    const { ask, connections, abort } = await heldUp();
    const answer = failureOf(ask("/a"));
    const drained = connections.drain();
    abort.abort(new Error("not needed"));
    await drained;
    await answer;
  });

  it("should count the time to connect from when the connection begins", async () => {
    const { ask, letOneBegin, answerNext, clock } = await heldUp();
    const answer = read(ask("/a"));
    await clock.advance(5_000);
    letOneBegin();
    await answerNext();
    expect(await answer).toBe("{}");
  });

  it("should tell of a connection that was lost, idle or not, and of none that was given up", async () => {
    const { ask, letOneBegin, answerNext, abort, broken, connections, server } = await heldUp();
    const idle = read(ask("/idle"));
    letOneBegin();
    await answerNext();
    await idle;
    server.cut();
    await eventually(() => expect(broken()).toBe(1));
    const busy = failureOf(ask("/busy"));
    letOneBegin();
    await eventually(() => expect(server.requests).toHaveLength(2));
    server.cut();
    await busy;
    expect(broken()).toBe(2);
    const given = failureOf(ask("/given-up"));
    letOneBegin();
    await eventually(() => expect(server.requests).toHaveLength(3));
    abort.abort(new Error("not needed"));
    await given;
    await eventually(() => expect(connections.openSockets).toBe(0));
    expect(broken()).toBe(2);
  });

  it("should tell the pace of those that will not be made", async () => {
    const { ask, letOneBegin, abort, made } = await heldUp();
    const answer = failureOf(ask("/a"));
    letOneBegin();
    expect(made()).toBe(0);
    abort.abort(new Error("not needed"));
    await answer;
    expect(made()).toBeGreaterThan(0);
  });
});
