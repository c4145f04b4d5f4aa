import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../../src/kube/api-error.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestResult, TestServer } from "./start-test-server.ts";

let server: TestServer;
const open: { destroy(): void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) one.destroy();
  await server.stop();
});

interface SseEvent {
  readonly event: string;
  readonly data: TestResult;
}

interface Stream {
  readonly response: IncomingMessage;
  readonly events: readonly SseEvent[];
  text(): string;
  readonly ended: Promise<void>;
  destroy(): void;
}

/** As `curl -N` would. */
function stream(
  query: string,
  options: { method?: "GET" | "POST"; headers?: Record<string, string>; url?: string } = {},
): Promise<Stream> {
  const { method = "POST", headers = {} } = options;
  const path = method === "GET" ? `/graphql?query=${encodeURIComponent(query)}` : "/graphql";
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server.url), {
      method,
      headers: {
        accept: "text/event-stream",
        ...(method === "POST" && { "content-type": "application/json" }),
        ...headers,
      },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      let text = "";
      const events: SseEvent[] = [];
      let rest = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        rest += chunk.toString();
        for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
          const lines = rest.slice(0, end).split("\n");
          rest = rest.slice(end + 2);
          const event = lines
            .find((line) => line.startsWith("event:"))
            ?.slice(6)
            .trim();
          const data = lines
            .find((line) => line.startsWith("data:"))
            ?.slice(5)
            .trim();
          if (event !== undefined) events.push({ event, data: data ? (JSON.parse(data) as TestResult) : {} });
        }
      });
      response.on("error", () => {});
      const ended = new Promise<void>((done) => response.once("close", done));
      const destroy = (): void => void sent.destroy();
      open.push({ destroy });
      resolve({ response, events, text: () => text, ended, destroy });
    });
    sent.end(method === "POST" ? JSON.stringify({ query }) : undefined);
  });
}

describe("GraphQL over SSE", () => {
  it.each(["GET", "POST"] as const)("should stream a subscription asked for by %s", async (method) => {
    server = await startTestServer();
    const { response, events, text, destroy } = await stream("subscription { ticks }", { method });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    await expect.poll(() => events.length).toBeGreaterThan(2);
    expect(events.slice(0, 2)).toEqual([1, 2].map((ticks) => ({ event: "next", data: { data: { ticks } } })));
    // Something at once, so that a client knows it is connected.
    expect(text().startsWith(":\n\n")).toBe(true);
    expect(server.openSources()).toBe(1);
    destroy();
    await expect.poll(() => server.openSources()).toBe(0);
  });

  it("should answer a query as one event and its end", async () => {
    server = await startTestServer();
    const { events, ended } = await stream("{ hello }");
    await ended;
    expect(events).toEqual([
      { event: "next", data: { data: { hello: "hello world" } } },
      { event: "complete", data: {} },
    ]);
  });

  it("should resolve each event with a context of its own", async () => {
    server = await startTestServer();
    const { events } = await stream("subscription { serials }");
    await expect.poll(() => events.length).toBeGreaterThan(3);
    expect(new Set(events.slice(0, 4).map(({ data }) => data.data?.["serials"])).size).toBe(4);
  });

  it("should tell errors of the document as an event, with the same codes as over HTTP", async () => {
    server = await startTestServer();
    const { events, ended } = await stream("subscription { nope }");
    await ended;
    expect(events.map(({ event }) => event)).toEqual(["next", "complete"]);
    expect(events[0]?.data.errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it("should end a stream that fails with its code and cursor", async () => {
    server = await startTestServer();
    const { events, ended } = await stream("subscription { manual }");
    await expect.poll(() => server.openSources()).toBe(1);
    server.publish(1);
    await expect.poll(() => events.length).toBe(1);
    server.fail(new ApiError("SUBSCRIPTION_OVERFLOW", "Too slow.", { cursor: "c1" }));
    await ended;
    expect(events.map(({ event }) => event)).toEqual(["next", "next", "complete"]);
    expect(events[1]?.data.errors?.[0]?.extensions).toMatchObject({ code: "SUBSCRIPTION_OVERFLOW", cursor: "c1" });
    expect(server.openSources()).toBe(0);
  });

  it("should refuse a mutation by GET, a foreign Host, and bodies that are none", async () => {
    server = await startTestServer();
    const mutation = await stream("mutation { write }", { method: "GET" });
    await mutation.ended;
    expect(mutation.events[0]?.data.errors?.[0]?.extensions.code).toBe("BAD_REQUEST");
    const foreign = await stream("subscription { ticks }", { headers: { host: "evil.example" } });
    expect(foreign.response.statusCode).toBe(421);
    const response = await server.post("nonsense", { accept: "text/event-stream" });
    expect(response.status).toBe(400);
    expect(server.openedSources()).toBe(0);
  });

  it("should refuse the stream that is one too many", async () => {
    server = await startTestServer({ limits: { connections: 1 } });
    const first = await stream("subscription { manual }");
    expect((await stream("subscription { manual }")).response).toMatchObject({
      statusCode: 429,
      headers: { "retry-after": "5" },
    });
    first.destroy();
    await expect.poll(async () => (await stream("{ hello }")).response.statusCode).toBe(200);
  });

  it("should not take from a stream what its reader does not read", async () => {
    server = await startTestServer();
    const { response, destroy } = await stream("subscription { big(bytes: 1000000) }");
    response.pause();
    let contexts = -1;
    await expect
      .poll(
        () => {
          const isQuiet = server.contexts() === contexts && contexts > 1;
          contexts = server.contexts();
          return isQuiet;
        },
        { interval: 50, timeout: 5000 },
      )
      .toBe(true);
    expect(contexts).toBeLessThan(30);
    response.resume();
    await expect.poll(() => server.contexts()).toBeGreaterThan(contexts);
    destroy();
    await expect.poll(() => server.openSources()).toBe(0);
  });

  it("should end with SHUTTING_DOWN when the server stops", async () => {
    server = await startTestServer();
    const { events, ended } = await stream("subscription { manual }");
    await expect.poll(() => server.openSources()).toBe(1);
    await server.stop();
    await ended;
    expect(events.map(({ event }) => event)).toEqual(["next", "complete"]);
    expect(events[0]?.data.errors?.[0]?.extensions.code).toBe("SHUTTING_DOWN");
    expect(server.openSources()).toBe(0);
  });
});
