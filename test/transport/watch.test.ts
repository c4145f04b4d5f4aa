import { describe, expect, it } from "vitest";
import type { WatchEvent } from "../../src/kube/client.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { HttpClusterLink } from "../../src/transport/kube-client.ts";
import { eventually } from "../support/eventually.ts";
import { json, status } from "../support/tls-api-server.ts";
import type { Respond } from "../support/tls-api-server.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";
import { connect, connectionTo, failureOf, forever, serve } from "./transport-test.ts";

const { pods } = knownResources;
const frame = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const added = (name: string): string => frame("ADDED", { metadata: { name } });
const bookmark = frame("BOOKMARK", { kind: "Pod", metadata: { resourceVersion: "42" } });

async function collect(client: HttpClusterLink, signal = new AbortController().signal): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of client.watch(pods, { resourceVersion: "1" }, { ...forever(), signal })) events.push(event);
  return events;
}

async function watchOf(
  respond: Respond,
  limits = {},
): Promise<{ client: HttpClusterLink; requests: readonly string[] }> {
  const server = await serve({ respond });
  return { client: connect(connectionTo([server.url]), { limits }), requests: server.requests };
}

describe("watch", () => {
  it("should give events in order, ask for bookmarks, and end where the server ends", async () => {
    const { client, requests } = await watchOf((_request, response) =>
      response.end(added("a") + bookmark + added("b")),
    );
    expect(await collect(client)).toEqual([
      { type: "ADDED", object: { metadata: { name: "a" } } },
      { type: "BOOKMARK", resourceVersion: "42" },
      { type: "ADDED", object: { metadata: { name: "b" } } },
    ]);
    expect(requests).toEqual(["GET /api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=1"]);
  });

  it("should put frames together however the bytes are cut, in the midst of a character too", async () => {
    const text = Buffer.from(added("žluťoučký-🐎") + added("b"));
    const { client } = await watchOf((_request, response) => {
      const send = (at: number): void => {
        if (at >= text.length) return void response.end();
        response.write(text.subarray(at, at + 1), () => setImmediate(send, at + 1));
      };
      send(0);
    });
    expect(await collect(client)).toMatchObject([
      { object: { metadata: { name: "žluťoučký-🐎" } } },
      { type: "ADDED" },
    ]);
  });

  it("should take a frame of several MiB, and refuse one over the limit", async () => {
    const size = 4 * 2 ** 20;
    const respond: Respond = (_request, response) => response.write(added("x".repeat(size)) + added("b"));
    const { client } = await watchOf(respond);
    const sizes: number[] = [];
    for await (const event of client.watch(pods, { resourceVersion: "1" }, forever())) {
      if (sizes.push(JSON.stringify(event).length) === 2) break;
    }
    expect(sizes[0]).toBeGreaterThan(size);
    const { client: strict } = await watchOf(respond, { maxFrameBytes: size });
    expect(await failureOf(collect(strict))).toMatchObject({ reason: "MalformedResponse" });
    await eventually(() => expect(strict.openSockets).toBe(0));
  });

  it("should take a whole last frame without its newline, and throw on a torn one", async () => {
    const { client } = await watchOf((_request, response) => response.end(added("a").trimEnd()));
    expect(await collect(client)).toHaveLength(1);
    const { client: torn } = await watchOf((_request, response) => response.end(added("a") + added("b").slice(0, 20)));
    expect(await failureOf(collect(torn))).toMatchObject({ reason: "MalformedResponse" });
  });

  it("should throw ConnectionFailed where the connection breaks, having given what came before", async () => {
    const { client } = await watchOf((_request, response) => {
      response.write(added("a") + added("b").slice(0, 20), () =>
        setTimeout(() => response.socket?.resetAndDestroy(), 20),
      );
    });
    const names: unknown[] = [];
    const work = (async () => {
      for await (const event of client.watch(pods, { resourceVersion: "1" }, forever())) names.push(event.type);
    })();
    expect(await failureOf(work)).toMatchObject({ reason: "ConnectionFailed", cluster: "test" });
    expect(names).toEqual(["ADDED"]);
  });

  it("should throw MalformedResponse on a frame that is not JSON, no object, or of no known type", async () => {
    for (const bad of ["nonsense\n", "null\n", '{"type":"HUH","object":{}}\n', '{"type":"BOOKMARK","object":{}}\n']) {
      const { client } = await watchOf((_request, response) => response.end(added("a") + bad + added("b")));
      const error = await failureOf(collect(client));
      expect(error).toMatchObject({ reason: "MalformedResponse" });
    }
  });

  it("should give the server's own ERROR as an event and end", async () => {
    const gone = status(410, "Expired", "too old resource version");
    const { client } = await watchOf((_request, response) => response.write(frame("ERROR", gone) + added("a")));
    const events = await collect(client);
    expect(events).toMatchObject([{ type: "ERROR", error: { reason: "Expired", status: 410, cluster: "test" } }]);
    await eventually(() => expect(client.openSockets).toBe(0));
  });

  it("should throw the reason of an answer that is no stream, without trying again", async () => {
    const { client, requests } = await watchOf((_request, response) =>
      json(response, 429, status(429, "TooManyRequests", "later"), { "retry-after": "7" }),
    );
    expect(await failureOf(collect(client))).toMatchObject({ reason: "TooManyRequests", retryAfterMs: 7_000 });
    expect(requests).toHaveLength(1);
  });

  it("should not end because a stream is silent", async () => {
    const { client } = await watchOf(
      (_request, response) => {
        response.flushHeaders();
        setTimeout(() => response.end(added("late")), 300);
      },
      { watchStartTimeoutMs: 100, readTimeoutMs: 100 },
    );
    expect(await collect(client)).toHaveLength(1);
  });

  it("should throw Timeout where no answer begins", async () => {
    const { client } = await watchOf(() => {}, { watchStartTimeoutMs: 50 });
    expect(await failureOf(collect(client))).toMatchObject({ reason: "Timeout" });
    await eventually(() => expect(client.openSockets).toBe(0));
  });

  it("should close the stream when the loop is left", async () => {
    const { client } = await watchOf((_request, response) => response.write(added("a")));
    for await (const _event of client.watch(pods, { resourceVersion: "1" }, forever())) break;
    await eventually(() => expect(client.openSockets).toBe(0));
  });

  it("should release the socket wherever the signal fires, over TLS, and throw Aborted", async () => {
    const authority = await createTestAuthority();
    const server = await serve({
      certificate: await authority.server(),
      respond(_request, response) {
        const timer = setInterval(() => response.write(added("a")), 1);
        response.on("close", () => clearInterval(timer));
      },
    });
    const tls = { ca: { pem: authority.ca }, insecureSkipVerify: false };
    // So many handshakes at once take their time on a busy machine.
    const client = connect(connectionTo([server.url], { tls }), { limits: { connectTimeoutMs: 10_000 } });
    await Promise.all(
      Array.from({ length: 25 }, async (_unused, at) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), at * 15);
        expect(await failureOf(collect(client, controller.signal))).toMatchObject({ reason: "Aborted" });
      }),
    );
    expect(server.requests.length).toBeGreaterThan(0);
    await eventually(() => expect(client.openSockets).toBe(0));
    await eventually(() => expect(server.sockets.size).toBe(0));
  });

  it("should hold a fast server back where the reader is slow", async () => {
    let written = 0;
    const { client } = await watchOf((_request, response) => {
      const big = added("x".repeat(100_000));
      const pump = (): void => {
        while (written < 2_000 && response.write(big)) written += 1;
        if (written < 2_000) response.once("drain", pump);
      };
      pump();
    });
    let seen = 0;
    for await (const _event of client.watch(pods, { resourceVersion: "1" }, forever())) {
      seen += 1;
      if (seen === 1) await new Promise((resolve) => setTimeout(resolve, 50));
      if (seen === 3) break;
    }
    // 200 MB in all: kernel buffers and ours hold some of it, never the whole.
    expect(written).toBeLessThan(500);
  });

  it("should leave reads their slots where every slot of watches is taken", async () => {
    const { client } = await watchOf(
      (request, response) => {
        if ((request.url ?? "").includes("watch=")) response.write(added("a"));
        else json(response, 200, { metadata: { resourceVersion: "1" }, items: [] });
      },
      { maxWatches: 2, watchStartTimeoutMs: 100 },
    );
    const iterators = [1, 2].map(() => client.watch(pods, { resourceVersion: "1" }, forever())[Symbol.asyncIterator]());
    await Promise.all(iterators.map((iterator) => iterator.next()));
    expect(await failureOf(collect(client))).toMatchObject({ reason: "Timeout" });
    expect((await client.list(pods, {}, forever())).items).toEqual([]);
    await iterators[0]?.return?.();
    const third = client.watch(pods, { resourceVersion: "1" }, forever())[Symbol.asyncIterator]();
    expect(await third.next()).toMatchObject({ value: { type: "ADDED" } });
    await third.return?.();
  });
});
