import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openSocket, subscribeMessage } from "./open-socket.ts";
import type { TestSocket } from "./open-socket.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestResult, TestServer } from "./start-test-server.ts";
import { createTestAuthenticator, expired } from "./test-authenticator.ts";
import type { TestAuthenticator } from "./test-authenticator.ts";

let server: TestServer;
let tokens: TestAuthenticator;
let mayReadMetrics = true;
const sockets: TestSocket[] = [];
beforeEach(async () => {
  tokens = createTestAuthenticator();
  mayReadMetrics = true;
  const { authenticator } = tokens;
  server = await startTestServer({}, { authenticator, mayReadMetrics: async () => mayReadMetrics });
});
afterEach(async () => {
  for (const { webSocket } of sockets.splice(0)) webSocket.terminate();
  await server.stop();
  expect(tokens.listeners.size).toBe(0);
});

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function ask(
  query: string,
  headers: Record<string, string> = {},
): Promise<{ response: Response; body: TestResult }> {
  const response = await server.post({ query }, headers);
  return { response, body: (await response.json()) as TestResult };
}

async function open(payload: unknown, init = true): Promise<TestSocket> {
  const socket = await openSocket(server.url, { init, payload });
  sockets.push(socket);
  return socket;
}

/** A socket whose connection_init is refused. */
async function refused(payload: unknown): Promise<string> {
  const socket = await open(undefined, false);
  socket.send({ type: "connection_init", payload });
  return `${await socket.closed} ${await socket.reason}`;
}

describe("HTTP by token", () => {
  it.each(["Bearer good", "bearer good", "BEARER  good "])("should take %j", async (authorization) => {
    const { response, body } = await ask("{ hello }", { authorization });
    expect(response.status).toBe(200);
    expect(body.data).toEqual({ hello: expect.any(String) as string });
    expect(tokens.asked).toEqual(["good"]);
  });

  it.each([
    [{}, "UNAUTHENTICATED", 'Bearer realm="fleetgraph"'],
    [{ authorization: "good" }, "UNAUTHENTICATED", 'Bearer realm="fleetgraph", error="invalid_token"'],
    [{ authorization: "Basic Z29vZA==" }, "UNAUTHENTICATED", 'Bearer realm="fleetgraph", error="invalid_token"'],
    [{ authorization: "Bearer good better" }, "UNAUTHENTICATED", 'Bearer realm="fleetgraph", error="invalid_token"'],
    [{ authorization: "Bearer bad" }, "UNAUTHENTICATED", 'Bearer realm="fleetgraph", error="invalid_token"'],
    [{ authorization: "Bearer expired" }, "TOKEN_EXPIRED", 'Bearer realm="fleetgraph", error="invalid_token"'],
    [{ cookie: "token=good", "x-remote-user": "jane" }, "UNAUTHENTICATED", 'Bearer realm="fleetgraph"'],
  ])("should answer %j with 401 and %s", async (headers, code, challenge) => {
    const { response, body } = await ask("{ hello }", headers as Record<string, string>);
    expect(response.status).toBe(401);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(body.data).toBeUndefined();
    expect(response.headers.get("www-authenticate")).toBe(challenge);
    expect(server.contexts()).toBe(0);
  });

  it("should answer 503 where a realm cannot be asked, and say when to come again", async () => {
    const { response, body } = await ask("{ hello }", bearer("unavailable"));
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "AUTHZ_UNAVAILABLE", retryable: true });
  });

  it.each(["{ __typename }", "{ a: __typename b: __typename }", "query Probe { __typename }"])(
    "should answer %s without a token",
    async (query) => {
      const { response, body } = await ask(query);
      expect(response.status).toBe(200);
      expect(new Set(Object.values(body.data ?? {}))).toEqual(new Set(["Query"]));
      const got = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`);
      expect(await got.json()).toEqual(body);
      expect(server.contexts()).toBe(0);
    },
  );

  it.each([
    "{ hello }",
    "{ helo }",
    "{ __schema { types { name } } }",
    '{ __type(name: "Pod") { name } }',
    "{ __typename hello }",
    "{ __typename @include(if: true) }",
    "query ($a: Int) { __typename }",
    "query @live { __typename }",
    "{ ...on Query { __typename } }",
    "mutation { __typename }",
    "subscription { __typename }",
    "{ __typename } query B { hello }",
    "{ __typename { a } }",
    "{ pods(first: {}) }",
    "{",
    "",
    `{ ${"a".repeat(300)}: __typename }`,
    `{ ${Array.from({ length: 30 }, (_, i) => `a${i}: __typename`).join(" ")} }`,
  ])("should tell nothing for %s without a token (T14)", async (query) => {
    const { response, body } = await ask(query);
    expect(response.status).toBe(401);
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0]?.message).toBe(
      'Nobody asks: there is no token. Send "Authorization: Bearer TOKEN", over WebSocket in the payload of connection_init.',
    );
  });

  it.each([
    ["a batch", JSON.stringify([{ query: "{ __typename }" }])],
    ["what is no JSON", "{"],
    ["a large body", JSON.stringify({ query: `{ __typename }${" ".repeat(5_000)}` })],
    ["a persisted query", JSON.stringify({ query: "{ __typename }", extensions: { persistedQuery: {} } })],
    ["a document id", JSON.stringify({ query: "{ __typename }", documentId: "x" })],
  ])("should not look at %s without a token", async (_, body) => {
    expect((await server.post(body)).status).toBe(401);
  });

  it("should show the playground and answer a preflight, since neither tells anything", async () => {
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const origin = "http://localhost:5173";
    const preflight = await fetch(`${server.url}/graphql`, { method: "OPTIONS", headers: { origin } });
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
    const { response } = await ask("{ hello }", { origin });
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
  });

  it("should keep /livez and /readyz open, and the schema, figures and parts for who shows a token", async () => {
    const status = async (path: string, headers = {}): Promise<number> =>
      (await fetch(server.url + path, { headers })).status;
    for (const path of ["/livez", "/readyz"]) expect(await status(path)).toBe(200);
    for (const path of ["/schema.graphql", "/metrics", "/readyz?verbose", "/livez?verbose"]) {
      expect([path, await status(path)]).toEqual([path, 401]);
      expect([path, await status(path, bearer("bad"))]).toEqual([path, 401]);
      expect([path, await status(path, bearer("good"))]).toEqual([path, 200]);
    }
    mayReadMetrics = false;
    expect(await status("/metrics", bearer("good"))).toBe(403);
  });

  it("should show figures to everybody where told so", async () => {
    const { authenticator } = tokens;
    const other = await startTestServer({ openMetrics: true }, { authenticator, mayReadMetrics: async () => false });
    expect((await fetch(`${other.url}/metrics`)).status).toBe(200);
    await other.stop();
  });
});

describe("SSE by token", () => {
  const stream = (query: string, headers: Record<string, string>): Promise<Response> =>
    server.post({ query }, { accept: "text/event-stream", ...headers });

  it.each([{}, bearer("bad")])("should refuse %j as plain HTTP does", async (headers) => {
    const response = await stream("subscription { manual }", headers);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
    expect(server.openedSources()).toBe(0);
  });

  it("should end a stream with TOKEN_EXPIRED, and let go of everything", async () => {
    const response = await stream("subscription { manual }", bearer("good"));
    await eventually(() => expect(server.openSources()).toBe(1));
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    server.publish(1);
    while (!text.includes("event: complete")) {
      text += (await reader.read()).value ?? "";
      if (text.includes('"manual":1')) tokens.end(expired);
    }
    expect(text).toContain('"manual":1');
    expect(text).toMatch(
      /event: next\ndata: \{"errors":\[\{"message":"The token expired\.".*"TOKEN_EXPIRED".*\n\nevent: complete/s,
    );
    expect(server.openSources()).toBe(0);
    expect(tokens.listeners.size).toBe(0);
  });

  it("should stop following a token when its stream ends or its client leaves", async () => {
    const leave = new AbortController();
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { accept: "text/event-stream", "content-type": "application/json", ...bearer("good") },
      body: JSON.stringify({ query: "subscription { manual }" }),
      signal: leave.signal,
    });
    expect(response.status).toBe(200);
    await eventually(() => expect(tokens.listeners.size).toBe(1));
    leave.abort();
    await eventually(() => expect(tokens.listeners.size).toBe(0));
  });
});

describe("WebSocket by token", () => {
  it.each(["Authorization", "authorization", "AUTHORIZATION"])(
    "should take a token as %s of connection_init",
    async (name) => {
      const socket = await open({ [name]: "Bearer good", other: 1 });
      socket.send(subscribeMessage("1", "{ hello }"));
      expect((await socket.next("next", "1")).payload).toMatchObject({ data: { hello: expect.any(String) as string } });
      expect(tokens.asked).toEqual(["good"]);
    },
  );

  it.each<[unknown, string]>([
    [undefined, "4403 UNAUTHENTICATED: Nobody asks: there is no token."],
    [{}, "4403 UNAUTHENTICATED: Nobody asks: there is no token."],
    [{ Authorization: "good" }, "4403 UNAUTHENTICATED: Nobody asks: there is no token."],
    [{ Authorization: ["Bearer good"] }, "4403 UNAUTHENTICATED: Nobody asks: there is no token."],
    [{ headers: { Authorization: "Bearer good" } }, "4403 UNAUTHENTICATED: Nobody asks: there is no token."],
    [{ Authorization: "Bearer bad" }, "4403 UNAUTHENTICATED: Nobody vouches for this token."],
    [{ Authorization: "Bearer expired" }, "4403 TOKEN_EXPIRED: The token expired."],
    [{ Authorization: "Bearer unavailable" }, "1013 AUTHZ_UNAVAILABLE: Repeat."],
  ])("should close %j with %s", async (payload, closing) => {
    expect((await refused(payload)).slice(0, closing.length)).toBe(closing);
    expect(server.contexts()).toBe(0);
  });

  it("should take nothing from headers of the upgrade, and nothing before connection_init", async () => {
    const byHeader = await openSocket(server.url, { headers: bearer("good"), init: false });
    sockets.push(byHeader);
    byHeader.send({ type: "connection_init" });
    expect(await byHeader.closed).toBe(4403);
    const early = await open(undefined, false);
    early.send(subscribeMessage("1", "{ hello }"));
    expect(await early.closed).toBe(4401);
  });

  it("should end every stream with TOKEN_EXPIRED and then close with 4403", async () => {
    const socket = await open({ Authorization: "Bearer good" });
    for (let i = 0; i < 20; i++) socket.send(subscribeMessage(`s${i}`, "subscription { manual }"));
    await eventually(() => expect(server.openSources()).toBe(20));
    tokens.end(expired);
    expect(await socket.closed).toBe(4403);
    expect(await socket.reason).toBe("TOKEN_EXPIRED: The token expired.");
    const errors = socket.messages.filter(({ type }) => type === "error");
    expect(new Set(errors.map(({ id }) => id))).toEqual(new Set(Array.from({ length: 20 }, (_, i) => `s${i}`)));
    for (const { payload } of errors) expect(payload).toMatchObject([{ extensions: { code: "TOKEN_EXPIRED" } }]);
    expect(server.openSources()).toBe(0);
  });

  it("should close an idle socket when its token expires, and begin nothing new meanwhile", async () => {
    const idle = await open({ Authorization: "Bearer good" });
    const busy = await open({ Authorization: "Bearer good" });
    busy.send(subscribeMessage("slow", "{ slow(ms: 100) }"));
    await eventually(() => expect(server.contexts()).toBe(1));
    tokens.end(expired);
    busy.send(subscribeMessage("late", "{ hello }"));
    expect((await busy.next("error", "late")).payload).toMatchObject([{ extensions: { code: "TOKEN_EXPIRED" } }]);
    // What was asked in time is answered.
    expect((await busy.next("next", "slow")).payload).toMatchObject({ data: expect.anything() as object });
    expect([await idle.closed, await busy.closed]).toEqual([4403, 4403]);
  });

  it("should close a socket that reads nothing, too", async () => {
    const socket = await open({ Authorization: "Bearer good" });
    socket.send(subscribeMessage("1", "subscription { big(bytes: 2000000) }"));
    await eventually(() => expect(server.openSources()).toBe(1));
    socket.webSocket.pause();
    tokens.end(expired);
    await eventually(() => expect(server.openSources()).toBe(0));
    socket.webSocket.resume();
    expect(await socket.closed).toBe(4403);
  });

  it("should log refusals by their code alone", async () => {
    await refused({ Authorization: "Bearer CANARY" });
    expect(server.logs.find(({ message }) => message === "websocket refused")?.fields).toEqual({
      code: "UNAUTHENTICATED",
    });
    expect(JSON.stringify(server.logs)).not.toContain("CANARY");
  });
});
