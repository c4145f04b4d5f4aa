import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { getIntrospectionQuery } from "graphql";
import { afterEach, describe, expect, it } from "vitest";
import { startTestServer } from "./start-test-server.ts";
import type { TestResult, TestServer } from "./start-test-server.ts";

let server: TestServer;
afterEach(() => server.stop());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** fetch hides or sets headers that these tests are about. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET", body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server.url), { method, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const codeOf = (text: string): string | undefined => (JSON.parse(text) as TestResult).errors?.[0]?.extensions.code;

describe("GraphQL over HTTP", () => {
  it("should answer a query sent by POST", async () => {
    server = await startTestServer();
    const { status, body } = await server.query("{ hello serial }");
    expect(status).toBe(200);
    expect(body).toEqual({ data: { hello: "hello world", serial: 1 } });
  });

  it("should overlook a byte order mark, and refuse bytes that are no UTF-8", async () => {
    server = await startTestServer();
    const text = Buffer.from('{"query": "{ hello }"}');
    const marked = await server.post(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]));
    expect(await marked.json()).toEqual({ data: { hello: "hello world" } });
    const broken = await server.post(Buffer.concat([text.subarray(0, 12), Buffer.from([0xff]), text.subarray(12)]));
    expect([broken.status, codeOf(await broken.text())]).toEqual([400, "BAD_REQUEST"]);
  });

  it("should make a new context for each operation", async () => {
    server = await startTestServer();
    const first = await server.query("{ serial }");
    const second = await server.query("{ serial }");
    expect([first.body.data, second.body.data]).toEqual([{ serial: 1 }, { serial: 2 }]);
  });

  it("should answer a query sent by GET with a header that forces a preflight", async () => {
    server = await startTestServer();
    const path = `/graphql?query=${encodeURIComponent("{ hello }")}`;
    const refused = await ask(path);
    expect([refused.status, codeOf(refused.text)]).toEqual([400, "BAD_REQUEST"]);
    const { status, text } = await ask(path, { "apollo-require-preflight": "1" });
    expect([status, text]).toEqual([200, '{"data":{"hello":"hello world"}}\n']);
  });

  it("should refuse a mutation sent by GET", async () => {
    server = await startTestServer();
    const path = `/graphql?query=${encodeURIComponent("mutation { write }")}`;
    const { status, headers, text } = await ask(path, { "apollo-require-preflight": "1" });
    expect([status, headers.allow, codeOf(text)]).toEqual([405, "POST", "BAD_REQUEST"]);
  });

  it("should answer in the media type the client prefers", async () => {
    server = await startTestServer();
    const response = await server.post({ query: "{ nope }" }, { accept: "application/graphql-response+json" });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      400,
      "application/graphql-response+json; charset=utf-8",
    ]);
  });

  it("should refuse a subscription that was not asked for as a stream", async () => {
    server = await startTestServer();
    const { body } = await server.query("subscription { ticks }");
    expect(body.errors?.[0]?.message).toContain("text/event-stream");
    expect(server.openedSources()).toBe(0);
  });

  it("should keep a request's id from its headers to errors and log", async () => {
    server = await startTestServer();
    const response = await server.post({ query: '{ fails(how: "x") }' }, { "x-request-id": "abc-1" });
    const { errors } = (await response.json()) as TestResult;
    expect(response.headers.get("x-request-id")).toBe("abc-1");
    expect(errors?.[0]?.extensions).toEqual({ code: "INTERNAL", retryable: false, requestId: "abc-1" });
    const logged = server.logs.filter(({ level }) => level === "error");
    expect(logged).toHaveLength(1);
    expect(logged[0]?.fields).toMatchObject({
      requestId: "abc-1",
      path: "fails",
      error: { message: "secret-canary at /etc/passwd" },
    });
  });

  it("should not take anything for a request id that could forge a log line", async () => {
    server = await startTestServer();
    const response = await server.post({ query: "{ hello }" }, { "x-request-id": "a b" });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("should tell a cluster's failure beside the data of the others", async () => {
    server = await startTestServer();
    const { status, body } = await server.query('{ hello fails(how: "kube") }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ hello: "hello world", fails: null });
    expect(body.errors?.[0]).toMatchObject({
      message: "paris did not answer within 5 s",
      path: ["fails"],
      extensions: { code: "CLUSTER_TIMEOUT", cluster: "paris", retryable: true, retryAfterSeconds: 2 },
    });
  });

  it("should mask a null where the schema allows none", async () => {
    server = await startTestServer();
    const { body } = await server.query("{ nonNull }");
    expect(body.errors?.[0]?.extensions.code).toBe("INTERNAL");
  });

  it("should give wrong variables, and arguments that are variables, BAD_USER_INPUT", async () => {
    server = await startTestServer();
    const wrong = await server.query("query ($n: Int) { pods(first: $n) { totalCount } }", { n: "many" });
    expect(wrong.body.errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
    expect(wrong.body.errors?.[0]?.message).toContain("$n");
    const missing = await server.query("query ($how: String!) { fails(how: $how) }");
    expect(missing.body.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("should name the operations it could have meant by code", async () => {
    server = await startTestServer();
    const response = await server.post({ query: "query A { hello } query B { hello }", operationName: "C" });
    expect(codeOf(await response.text())).toBe("OPERATION_RESOLUTION_FAILURE");
  });

  it("should suggest the field that was meant", async () => {
    server = await startTestServer();
    const { status, body } = await server.query("{ helo }");
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([200, "GRAPHQL_VALIDATION_FAILED"]);
    expect(body.errors?.[0]?.message).toContain('Did you mean "hello"?');
  });

  it("should take a persisted query once it was registered", async () => {
    server = await startTestServer();
    const sha256Hash = "a69db6e56e8b8f9b3e1bdb4a1ed6cf0f9e1aafc5cbb7a2c8f7a1c3a0ab8a5a0a";
    const response = await server.post({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
    expect(codeOf(await response.text())).toBe("PERSISTED_QUERY_NOT_FOUND");
  });

  it("should answer a timeout within its time, without waiting for the resolver", async () => {
    server = await startTestServer({ limits: { operationMs: 30 } });
    const started = performance.now();
    const { body } = await server.query("{ slow(ms: 2000) }");
    expect(performance.now() - started).toBeLessThan(1500);
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: "LIMIT_EXCEEDED",
      limit: { name: "operationMs", maximum: 30 },
    });
    const mutation = await server.query("mutation { write(ms: 2000) }");
    expect(mutation.body.errors?.[0]?.extensions.code).toBe("OUTCOME_UNKNOWN");
  });

  it("should log one line for each request, without variables, tokens or headers", async () => {
    server = await startTestServer();
    const response = await server.post(
      { query: "query Named($v: JSON) { json(value: $v) }", variables: { v: "canary" } },
      { authorization: "Bearer canary" },
    );
    await response.text();
    await expect.poll(() => server.logs.filter(({ message }) => message === "request")).toHaveLength(1);
    const line = server.logs.find(({ message }) => message === "request");
    expect(line?.fields).toMatchObject({ method: "POST", route: "graphql", status: 200, operationName: "Named" });
    expect(line?.fields["durationMs"]).toBeTypeOf("number");
    expect(JSON.stringify(server.logs)).not.toContain("canary");
  });

  it("should let GraphiQL introspect", async () => {
    server = await startTestServer();
    const query = getIntrospectionQuery({
      descriptions: true,
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      oneOf: true,
    });
    const { status, body } = await server.query(query);
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it("should answer requests on a connection after one that was refused", async () => {
    server = await startTestServer();
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
    const bodies = ["nonsense", '{"query":"{hello}"}'];
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.write(bodies.map((body) => `${head}content-length: ${body.length}\r\n\r\n${body}`).join(""));
    await expect.poll(() => text).toContain('{"data":{"hello":"hello world"}}');
    expect(text).toContain("BAD_REQUEST");
    socket.destroy();
  });
});

describe("other paths", () => {
  it("should keep a connection whose request was read, whatever is wrong with it, and however its body came", async () => {
    server = await startTestServer();
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const received: string[] = [];
    socket.on("data", (chunk: Buffer) => received.push(chunk.toString()));
    const head = (more: string): string => `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${more}\r\n`; // prettier-ignore
    const whole = (body: string): string => `${head(`content-length: ${Buffer.byteLength(body)}\r\n`)}${body}`;
    const query = '{"query":"{ hello }"}';
    const pieces = [
      [whole("{")],
      [whole('{"query":"{ nope }"}')],
      [whole(query)],
      [head(`content-length: ${query.length}\r\n`), query.slice(0, 5), query.slice(5)],
      [`${head("transfer-encoding: chunked\r\n")}15\r\n${query}\r\n`, "0\r\n\r\n"],
    ];
    for (const [index, parts] of pieces.entries()) {
      for (const part of parts) {
        socket.write(part);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await expect.poll(() => received.join("").split("HTTP/1.1 ").length - 1).toBe(index + 1);
    }
    socket.destroy();
    const answers = received.join("").split("HTTP/1.1 ").slice(1);
    expect(answers.map((answer) => Number(answer.slice(0, 3)))).toEqual([400, 200, 200, 200, 200]);
    for (const answer of answers) expect(answer.toLowerCase()).toContain("connection: keep-alive");
    expect(answers.slice(2).every((answer) => answer.includes('{"data":{"hello":"hello world"}}'))).toBe(true);
  });

  it("should serve the schema as text", async () => {
    server = await startTestServer();
    const { status, headers, text } = await ask("/schema.graphql");
    expect([status, headers["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(text).toContain("type Query {");
  });

  it("should answer probes to anybody, and name parts only to who may ask", async () => {
    server = await startTestServer();
    const byAddress = { host: "10.0.0.1:4000" };
    expect(await ask("/livez", byAddress)).toMatchObject({ status: 200, text: "ok" });
    expect(await ask("/readyz", byAddress)).toMatchObject({ status: 200, text: "ok" });
    server.setReady([
      { name: "cache home/pods", ok: true },
      { name: "cache paris/pods", ok: false, reason: "first list under way" },
    ]);
    expect(await ask("/readyz", byAddress)).toMatchObject({ status: 503, text: "readyz check failed\n" });
    expect(await ask("/readyz?verbose", byAddress)).toMatchObject({ status: 421 });
    expect(await ask("/readyz?verbose")).toMatchObject({
      status: 503,
      text: "[+]cache home/pods ok\n[-]cache paris/pods failed: first list under way\n[+]server ok\nreadyz check failed\n",
    });
  });

  it("should print its metrics for Prometheus, outside sources included", async () => {
    const collect = () => [{ labels: { cluster: "paris" }, value: 12 }];
    const source = { name: "fleetgraph_cache_objects", help: "Objects held.", labelNames: ["cluster"], collect };
    server = await startTestServer({}, { metricSources: [source] });
    await server.query("{ hello }");
    await server.query("{ nope }");
    const { headers, text } = await ask("/metrics");
    expect(headers["content-type"]).toContain("text/plain; version=0.0.4");
    expect(text).toContain('fleetgraph_http_requests_total{route="graphql",method="POST",status="200"} 2');
    expect(text).toContain('fleetgraph_operation_duration_seconds_count{type="query",transport="http"} 1');
    expect(text).toContain('fleetgraph_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1');
    expect(text).toContain('fleetgraph_event_loop_delay_seconds{quantile="0.99"}');
    expect(text).toContain('fleetgraph_cache_objects{cluster="paris"} 12');
  });

  it("should say where things are instead of an empty 404", async () => {
    server = await startTestServer();
    const { status, text } = await ask("/");
    expect([status, codeOf(text)]).toEqual([404, "NOT_FOUND"]);
    expect(text).toContain("/graphql");
  });

  it.each(["PUT", "DELETE", "PATCH"])("should refuse %s", async (method) => {
    server = await startTestServer();
    expect(await ask("/graphql", {}, method)).toMatchObject({ status: 405, headers: { allow: "GET, POST" } });
    expect(await ask("/livez", {}, method)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });
});

describe("who may ask", () => {
  it.each(["/graphql", "/schema.graphql", "/metrics", "/graphql/assets/starter.json", "/nowhere"])(
    "should turn away a foreign Host at %s",
    async (path) => {
      server = await startTestServer();
      const { status, text } = await ask(path, { host: "evil.example:4000" });
      expect([status, codeOf(text)]).toEqual([421, "FORBIDDEN"]);
      expect(text).toContain("server.allowedHosts");
    },
  );

  it("should turn away a page of another site, also before its query is read", async () => {
    server = await startTestServer();
    const headers = { origin: "https://evil.example", "content-type": "application/json" };
    const { status, headers: answered } = await ask("/graphql", headers, "POST", '{"query":"{ hello }"}');
    expect([status, answered["access-control-allow-origin"], server.contexts()]).toEqual([421, undefined, 0]);
  });

  it("should let a page of a listed origin ask, preflight first", async () => {
    server = await startTestServer({ allowedOrigins: ["https://console.example"] });
    const origin = "https://console.example";
    const preflight = await ask("/graphql", { origin, "access-control-request-method": "POST" }, "OPTIONS");
    expect(preflight).toMatchObject({
      status: 204,
      headers: { "access-control-allow-origin": origin, vary: "origin" },
    });
    const headers = { origin, "content-type": "application/json" };
    const answer = await ask("/graphql", headers, "POST", '{"query":"{ hello }"}');
    expect(answer).toMatchObject({ status: 200, headers: { "access-control-allow-origin": origin } });
  });

  it("should refuse what a form of another page could send", async () => {
    server = await startTestServer();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const { status, text } = await ask("/graphql", { "content-type": type }, "POST", '{"query":"{ hello }"}');
      expect([status, codeOf(text)]).toEqual([415, "BAD_REQUEST"]);
    }
    expect(server.contexts()).toBe(0);
  });
});

describe("the playground", () => {
  const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  it("should be what a browser gets at /graphql, under a strict policy", async () => {
    server = await startTestServer();
    const { status, headers, text } = await ask("/graphql", html);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = headers["content-security-policy"] as string;
    expect(policy).toContain("default-src 'none'; script-src 'self'; worker-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(text).not.toMatch(/<script(?![^>]*src=)/);
  });

  it("should serve its files compressed, with an ETag, for good where the name has a hash", async () => {
    server = await startTestServer();
    const { text } = await ask("/graphql", html);
    const script = /src="(\/graphql\/assets\/[^"]+\.js)"/.exec(text)?.[1] ?? "";
    const { headers } = await ask(script, { "accept-encoding": "gzip" });
    expect(headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "content-encoding": "gzip",
      "cache-control": "public, max-age=31536000, immutable",
    });
    const again = await ask(script, { "if-none-match": headers.etag as string });
    expect([again.status, again.text]).toEqual([304, ""]);
  });

  it("should have the starter queries as its tabs", async () => {
    server = await startTestServer();
    const { headers, text } = await ask("/graphql/assets/starter.json");
    expect(headers["cache-control"]).toBe("no-cache");
    expect(JSON.parse(text)).toEqual([{ query: "query Hello { hello }" }]);
  });

  it.each([
    "/graphql/assets/../playground.ts",
    "/graphql/assets/%2e%2e/playground.ts",
    "/graphql/assets/",
    "/graphql/assets/nope.js",
  ])("should not give %s", async (path) => {
    server = await startTestServer();
    expect((await ask(path)).status).toBe(404);
  });

  it("should say how it is built where it is not", async () => {
    server = await startTestServer({}, { playgroundAssets: "/nowhere" });
    const { status, text } = await ask("/graphql", html);
    expect([status, text]).toEqual([404, "The playground is not built: run scripts/build-playground.\n"]);
  });
});

describe("stopping", () => {
  it("should finish what is in flight, and refuse the rest", async () => {
    server = await startTestServer();
    const inFlight = server.query("{ slow(ms: 100) }");
    await expect.poll(() => server.contexts()).toBe(1);
    const stopped = server.stop();
    await expect(server.query("{ hello }")).rejects.toThrow();
    expect((await inFlight).body).toEqual({ data: { slow: "done" } });
    await stopped;
  });

  it("should cut what takes longer than its grace", async () => {
    server = await startTestServer({ graceMs: 30 });
    const inFlight = server.query("{ slow(ms: 5000) }");
    inFlight.catch(() => {});
    await expect.poll(() => server.contexts()).toBe(1);
    await server.stop();
    await expect(inFlight).rejects.toThrow();
  });

  it("should reject ready where the port is taken", async () => {
    server = await startTestServer();
    const port = Number(new URL(server.url).port);
    await expect(startTestServer({ port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: something else listens there: stop it, or choose another port`,
    );
  });
});
