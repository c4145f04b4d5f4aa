import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { isLinkFailure } from "../../src/kube/kube-error.ts";
import { eventually } from "../support/eventually.ts";
import { json, status } from "../support/tls-api-server.ts";
import { connect, connectionTo, failureOf, forever, serve } from "./transport-test.ts";

const { pods } = knownResources;
const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "shop" } };
const name = { namespace: "shop", name: "web" };
const write = { fieldManager: "fleetgraph/test" };

/** A server below HTTP. */
async function serveRaw(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("failures of the link", () => {
  it("should say ConnectionFailed where the connection is refused", async () => {
    const server = await serve();
    await server.close();
    const client = connect(connectionTo([server.url]));
    const error = await failureOf(client.get(pods, name, forever()));
    expect(isLinkFailure(error)).toBe(true);
    await eventually(() =>
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "ConnectionRefused" }),
    );
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({
      reason: "Unavailable",
      message: expect.stringContaining("ConnectionRefused") as string,
    });
  });

  it("should read again where the connection was reset in the midst of an answer, and succeed", async () => {
    let tries = 0;
    const server = await serve({
      respond(_request, response) {
        tries += 1;
        if (tries > 1) return json(response, 200, pod);
        response.writeHead(200, { "content-length": "1000" });
        response.write('{"apiVersion"', () => response.socket?.resetAndDestroy());
      },
    });
    const client = connect(connectionTo([server.url]));
    // The head had come: what fails after it is the reader's, who gets it as it is.
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "ConnectionFailed" });
    expect(await client.get(pods, name, forever())).toEqual(pod);
  });

  it("should read again where the connection was reset before the answer", async () => {
    let tries = 0;
    const server = await serve({
      respond(_request, response) {
        tries += 1;
        if (tries < 3) response.socket?.resetAndDestroy();
        else json(response, 200, pod);
      },
    });
    expect(await connect(connectionTo([server.url])).get(pods, name, forever())).toEqual(pod);
    expect(tries).toBe(3);
  });

  it("should send a write once, and say that its outcome is unknown where no answer came", async () => {
    const server = await serve({ respond: (_request, response) => response.socket?.resetAndDestroy() });
    const client = connect(connectionTo([server.url]));
    const error = await failureOf(client.create(pods, pod, { ...forever(), ...write }));
    expect(error).toMatchObject({ reason: "ConnectionFailed", outcomeUnknown: true });
    expect(server.requests).toHaveLength(1);
  });

  it("should say that the outcome of a write is unknown where it was given up or took too long", async () => {
    const server = await serve({ respond: () => {} });
    const client = connect(connectionTo([server.url]), { limits: { writeTimeoutMs: 100 } });
    const late = await failureOf(client.create(pods, pod, { ...forever(), ...write }));
    expect(late).toMatchObject({ reason: "Timeout", outcomeUnknown: true });
    const controller = new AbortController();
    const given = failureOf(client.create(pods, pod, { ...forever(), ...write, signal: controller.signal }));
    await eventually(() => expect(server.requests).toHaveLength(2));
    controller.abort();
    expect(await given).toMatchObject({ reason: "Aborted", outcomeUnknown: true });
  });

  it("should know that a write that was never sent did not happen", async () => {
    const server = await serve();
    await server.close();
    const client = connect(connectionTo([server.url]));
    const error = await failureOf(client.create(pods, pod, { ...forever(), ...write }));
    expect(error).toMatchObject({ reason: "ConnectionFailed", outcomeUnknown: false });
    const aborted = { ...forever(), ...write, signal: AbortSignal.abort() };
    expect(await failureOf(client.create(pods, pod, aborted))).toMatchObject({
      reason: "Aborted",
      outcomeUnknown: false,
    });
  });

  it("should give up a server that accepts and never answers after its own timeout", async () => {
    const url = await serveRaw(() => {});
    const client = connect(connectionTo([url]), { limits: { readTimeoutMs: 100 } });
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "Timeout" });
  });

  it("should give up a server that sends its headers a byte at a time", async () => {
    const url = await serveRaw((socket) => {
      const bytes = `HTTP/1.1 200 OK\r\nx-slow: ${"a".repeat(1_000)}`.split("");
      const timer = setInterval(() => socket.write(bytes.shift() ?? "a"), 10);
      socket.on("close", () => clearInterval(timer));
    });
    const client = connect(connectionTo([url]), { limits: { readTimeoutMs: 200 } });
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "Timeout" });
  });

  it("should give up a body that never ends after its own timeout", async () => {
    const server = await serve({
      respond(_request, response) {
        const timer = setInterval(() => response.write(" "), 10);
        response.on("close", () => clearInterval(timer));
      },
    });
    const client = connect(connectionTo([server.url]), { limits: { readTimeoutMs: 200 } });
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "Timeout" });
    await eventually(() => expect(client.openSockets).toBeLessThanOrEqual(1));
  });

  it("should say MalformedResponse where what answers is not HTTP", async () => {
    const url = await serveRaw((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(await failureOf(connect(connectionTo([url])).get(pods, name, forever()))).toMatchObject({
      reason: "MalformedResponse",
    });
  });

  it("should say that there is no TLS where the server speaks plain HTTP", async () => {
    const server = await serve();
    const client = connect(connectionTo([server.url.replace("http:", "https:")]));
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({
      reason: "ConnectionFailed",
      message: "the server does not speak TLS as we do",
    });
  });

  it("should release the socket of a read that is given up", async () => {
    const server = await serve({ respond: () => {} });
    const client = connect(connectionTo([server.url]));
    const controller = new AbortController();
    const given = failureOf(client.get(pods, name, { ...forever(), signal: controller.signal }));
    await eventually(() => expect(server.requests).toHaveLength(1));
    controller.abort();
    expect(await given).toMatchObject({ reason: "Aborted", outcomeUnknown: false });
    await eventually(() => expect(client.openSockets).toBe(0));
  });
});

describe("answers that say later", () => {
  it("should wait as long as Retry-After says and read again", async () => {
    const times: number[] = [];
    const server = await serve({
      respond(_request, response) {
        times.push(performance.now());
        if (times.length > 1) json(response, 200, pod);
        else json(response, 429, status(429, "TooManyRequests", "later"), { "retry-after": "1" });
      },
    });
    expect(await connect(connectionTo([server.url])).get(pods, name, forever())).toEqual(pod);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("should throw at once where it may not wait that long", async () => {
    const server = await serve({
      respond: (_request, response) =>
        json(response, 503, status(503, "ServiceUnavailable", "later"), { "retry-after": "60" }),
    });
    const error = await failureOf(connect(connectionTo([server.url])).get(pods, name, forever()));
    expect(error).toMatchObject({ reason: "ServiceUnavailable", retryAfterMs: 60_000 });
    expect(server.requests).toHaveLength(1);
  });

  it("should not repeat a write that was refused for load", async () => {
    const server = await serve({
      respond: (_request, response) => json(response, 429, status(429, "TooManyRequests", "later")),
    });
    const error = await failureOf(connect(connectionTo([server.url])).create(pods, pod, { ...forever(), ...write }));
    expect(error).toMatchObject({ reason: "TooManyRequests", outcomeUnknown: false });
    expect(server.requests).toHaveLength(1);
  });

  it("should not repeat a 500, and say of a write that its outcome is unknown", async () => {
    const server = await serve({
      respond: (_request, response) =>
        json(response, 500, status(500, "InternalError", "etcdserver: request timed out")),
    });
    const client = connect(connectionTo([server.url]));
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({
      reason: "InternalError",
      outcomeUnknown: false,
    });
    const error = await failureOf(client.create(pods, pod, { ...forever(), ...write }));
    expect(error).toMatchObject({ reason: "InternalError", outcomeUnknown: true });
    expect(server.requests).toHaveLength(2);
  });

  it("should stop repeating where the cluster fails on and on", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 503, "down") });
    const client = connect(connectionTo([server.url]));
    for (let call = 0; call < 30; call += 1) await client.get(pods, name, forever()).catch(() => {});
    // 20 tokens, of which half may be spent: 9 retries, and 30 calls.
    expect(server.requests.length).toBeLessThanOrEqual(40);
  });
});
