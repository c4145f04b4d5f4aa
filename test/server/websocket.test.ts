import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../../src/kube/api-error.ts";
import { openSocket, subscribeMessage } from "./open-socket.ts";
import type { TestSocket } from "./open-socket.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestResult, TestServer } from "./start-test-server.ts";

let server: TestServer;
afterEach(() => server.stop());

const errorsOf = (payload: unknown) => payload as NonNullable<TestResult["errors"]>;

describe("GraphQL over WebSocket", () => {
  it("should answer queries and mutations", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "query ($n: String) { hello(name: $n) }", { n: "you" }));
    expect((await socket.next("next", "1")).payload).toEqual({ data: { hello: "hello you" } });
    await socket.next("complete", "1");
    socket.send(subscribeMessage("2", "mutation { write }"));
    expect((await socket.next("next", "2")).payload).toEqual({ data: { write: "written" } });
    socket.webSocket.close();
  });

  it("should stream events until the client has enough", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { ticks }"));
    await expect.poll(() => socket.messages.length).toBeGreaterThan(3);
    expect(socket.messages.slice(1, 4).map(({ payload }) => payload)).toEqual(
      [1, 2, 3].map((ticks) => ({ data: { ticks } })),
    );
    socket.send({ type: "complete", id: "1" });
    await expect.poll(() => server.openSources()).toBe(0);
    expect(socket.webSocket.readyState).toBe(socket.webSocket.OPEN);
    socket.webSocket.close();
  });

  it("should resolve each event with a context of its own", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { serials }"));
    await expect.poll(() => socket.messages.length).toBeGreaterThan(4);
    const serials = socket.messages.slice(1, 5).map(({ payload }) => (payload as TestResult).data?.["serials"]);
    expect(new Set(serials).size).toBe(4);
    socket.webSocket.close();
  });

  it("should end an operation that fails with its code and cursor, not the socket", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { manual }"));
    await expect.poll(() => server.openSources()).toBe(1);
    server.publish(7);
    await socket.next("next", "1");
    server.fail(new ApiError("SUBSCRIPTION_OVERFLOW", "Too slow.", { cursor: "c7" }));
    const [error] = errorsOf((await socket.next("error", "1")).payload);
    expect(error?.extensions).toMatchObject({ code: "SUBSCRIPTION_OVERFLOW", cursor: "c7", retryable: false });
    expect(error?.extensions["requestId"]).toMatch(/./);
    socket.send(subscribeMessage("1", "{ hello }"));
    await socket.next("complete", "1");
    socket.webSocket.close();
  });

  it("should mask what a stream throws unexpectedly", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { manual }"));
    await expect.poll(() => server.openSources()).toBe(1);
    server.fail(new Error("canary"));
    const { payload } = await socket.next("error", "1");
    expect(errorsOf(payload)[0]?.extensions.code).toBe("INTERNAL");
    expect(JSON.stringify(payload)).not.toContain("canary");
    socket.webSocket.close();
  });

  it("should tell a subscription that is refused by its resolver", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { refused }"));
    const { payload } = await socket.next("next", "1");
    expect((payload as TestResult).errors?.[0]).toMatchObject({
      message: "No such selector.",
      extensions: { code: "BAD_USER_INPUT" },
    });
    socket.webSocket.close();
  });

  it.each([
    ["no GraphQL", "nonsense", "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", "{ nope }", "GRAPHQL_VALIDATION_FAILED"],
    ["10,000 aliases", `{ ${Array.from({ length: 5000 }, (_, i) => `a${i}: hello`).join(" ")} }`, "LIMIT_EXCEEDED"],
    ["an absurd first", "{ pods(first: 1000000) { nodes { name } } }", "LIMIT_EXCEEDED"],
    ["two root fields", "subscription { ticks serials }", "GRAPHQL_VALIDATION_FAILED"],
  ])("should refuse %s with the same codes as over HTTP", async (_name, query, code) => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", query));
    expect(errorsOf((await socket.next("error", "1")).payload)[0]?.extensions.code).toBe(code);
    socket.webSocket.close();
  });

  it("should refuse the operation that is one too many on a connection", async () => {
    server = await startTestServer({ limits: { operationsPerConnection: 2 } });
    const socket = await openSocket(server.url);
    for (const id of ["1", "2", "3"]) socket.send(subscribeMessage(id, "subscription { manual }"));
    expect(errorsOf((await socket.next("error", "3")).payload)[0]?.extensions.code).toBe("TOO_MANY_REQUESTS");
    expect(server.openSources()).toBe(2);
    socket.webSocket.close();
  });

  it("should log one line for each operation, without its variables", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "query Named($n: String) { hello(name: $n) }", { n: "canary" }));
    await socket.next("complete", "1");
    socket.webSocket.close();
    const lines = server.logs.filter(({ message }) => message === "request");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({ route: "websocket", operationName: "Named" });
    expect(JSON.stringify(server.logs)).not.toContain("canary");
  });
});

describe("rules of the connection", () => {
  it.each([
    ["no connection_init in time", 4408, []],
    ["a second connection_init", 4429, ['{"type":"connection_init"}', '{"type":"connection_init"}']],
    ["a subscribe before it", 4401, ['{"type":"subscribe","id":"1","payload":{"query":"{ hello }"}}']],
    ["what is no JSON", 4400, ["nonsense"]],
    ["an unknown message", 4400, ['{"type":"start"}']],
    ["a message that is too long", 1009, ["x".repeat(70_000)]],
  ])("should close on %s with %i", async (_name, code, messages) => {
    server = await startTestServer({ limits: { connectionInitMs: 40 } });
    const socket = await openSocket(server.url, { init: false });
    for (const message of messages) socket.send(message);
    expect(await socket.closed).toBe(code);
    await expect.poll(() => server.openSources()).toBe(0);
  });

  it.each([
    ["messages", (socket: TestSocket) => socket.send({ type: "ping" })],
    ["pings of WebSocket", (socket: TestSocket) => socket.webSocket.ping()],
    ["operations", (socket: TestSocket, i: number) => socket.send(subscribeMessage(String(i), "{ hello }"))],
  ])("should close with 4429 on more %s a second than are allowed", async (_name, send) => {
    server = await startTestServer({ limits: { messagesPerSecond: 5 } });
    const socket = await openSocket(server.url);
    for (let i = 0; i < 200; i += 1) send(socket, i);
    expect(await socket.closed).toBe(4429);
    // connection_init and a burst of twice the rate were let through, and what the time between allows.
    expect(server.contexts()).toBeLessThan(20);
  });

  it("should close on an id in use with 4409, and let go of its stream", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    for (let i = 0; i < 2; i += 1) socket.send(subscribeMessage("1", "subscription { manual }"));
    expect(await socket.closed).toBe(4409);
    await expect.poll(() => server.openSources()).toBe(0);
  });

  it("should close on another subprotocol with 4406", async () => {
    server = await startTestServer();
    await expect(openSocket(server.url, { protocol: "graphql-ws", init: false })).rejects.toThrow();
  });

  it.each([
    ["a foreign Host", { host: "evil.example" }, "/graphql", "421"],
    ["a foreign Origin", { origin: "https://evil.example" }, "/graphql", "421"],
    ["another path", {}, "/", "404"],
  ])("should refuse the upgrade for %s", async (_name, headers, path, status) => {
    server = await startTestServer();
    await expect(openSocket(server.url, { headers, path, init: false })).rejects.toThrow(
      `Unexpected server response: ${status}`,
    );
  });

  it("should let a page of this machine in", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url, { headers: { origin: "http://localhost:5173" } });
    socket.webSocket.close();
  });

  it("should refuse the connection that is one too many", async () => {
    server = await startTestServer({ limits: { connections: 1 } });
    const socket = await openSocket(server.url);
    await expect(openSocket(server.url)).rejects.toThrow("429");
    socket.webSocket.close();
    await socket.closed;
    await expect.poll(async () => (await openSocket(server.url).catch(() => undefined))?.webSocket.readyState).toBe(1);
  });

  it("should answer pings, of the protocol and of WebSocket", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send({ type: "ping", payload: { n: 1 } });
    expect(await socket.next("pong")).toEqual({ type: "pong", payload: { n: 1 } });
    const pong = new Promise((resolve) => socket.webSocket.once("pong", resolve));
    socket.webSocket.ping();
    await pong;
    socket.webSocket.close();
  });
});

describe("slow readers", () => {
  it("should not be sent more than the network takes, and lose nothing", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.webSocket.pause();
    socket.send(subscribeMessage("1", "subscription { big(bytes: 1000000) }"));
    await expect.poll(() => server.openSources()).toBe(1);
    let contexts = -1;
    // The kernel's buffers take a few; then nothing is taken from the stream any more.
    await expect
      .poll(
        () => {
          const isQuiet = server.contexts() === contexts;
          contexts = server.contexts();
          return isQuiet;
        },
        { interval: 50, timeout: 5000 },
      )
      .toBe(true);
    expect(contexts).toBeLessThan(30);
    socket.webSocket.resume();
    await expect.poll(() => server.contexts()).toBeGreaterThan(contexts);
    socket.webSocket.terminate();
    await expect.poll(() => server.openSources()).toBe(0);
  });
});

describe("stopping", () => {
  it("should end streams with SHUTTING_DOWN, answer what is in flight, and close with 1001", async () => {
    server = await startTestServer();
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { manual }"));
    socket.send(subscribeMessage("2", "{ slow(ms: 50) }"));
    await expect.poll(() => server.openSources()).toBe(1);
    await expect.poll(() => server.contexts()).toBe(2);
    const started = performance.now();
    await server.stop();
    expect(await socket.closed).toBe(1001);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(errorsOf((await socket.next("error", "1")).payload)[0]?.extensions).toMatchObject({
      code: "SHUTTING_DOWN",
      retryable: true,
    });
    expect((await socket.next("next", "2")).payload).toEqual({ data: { slow: "done" } });
    await socket.next("complete", "2");
    expect(server.openSources()).toBe(0);
  });

  it("should cut a peer that does not answer its close", async () => {
    server = await startTestServer({ graceMs: 100 });
    const socket = await openSocket(server.url);
    socket.send(subscribeMessage("1", "subscription { manual }"));
    await expect.poll(() => server.openSources()).toBe(1);
    socket.webSocket.pause();
    await server.stop();
    expect(server.openSources()).toBe(0);
    socket.webSocket.terminate();
  });
});
