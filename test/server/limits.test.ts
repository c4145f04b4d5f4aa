import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { buildSchema, parse } from "graphql";
import type { GraphQLObjectType, OperationDefinitionNode } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocuments } from "../../src/server/documents.ts";
import { defaultLimits } from "../../src/server/limits/limits.ts";
import type { Limits } from "../../src/server/limits/limits.ts";
import { checkPlanLimits } from "../../src/server/limits/plan-limits.ts";
import { badDocuments, toBody } from "../support/bad-documents.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestResult, TestServer } from "./start-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  // The first request pays for compiling what all of them run.
  await server.query("{ hello }");
  await server.query("{ nope }");
});
afterAll(() => server.stop());

/** After a full collection, which Node.js otherwise does only when started with a flag. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

describe("bad documents", () => {
  it.each(Object.entries(badDocuments))("should refuse %s, saying what is wrong", async (_name, bad) => {
    const response = await server.post(toBody(bad));
    const result = (await response.json()) as TestResult;
    const [error] = result.errors ?? [];
    expect(error?.extensions.code).toBe(bad.code);
    expect(result.data).toBeUndefined();
    expect(result.errors!.length).toBeLessThanOrEqual(defaultLimits.errors + 1);
    if (bad.limit !== undefined) {
      const { name, maximum, found } = error!.extensions["limit"] as { name: string; maximum: number; found: number };
      expect(name).toBe(bad.limit);
      expect(found).toBeGreaterThan(maximum);
    }
    expect(JSON.stringify(result).length).toBeLessThan(10_000);
  });

  it("should not grow by refusing them over and over", async () => {
    const bodies = [
      "10,000 aliases",
      "200 deep",
      "a bomb of fragments",
      "where 10,000 wide",
      "250,000 bytes of one name",
    ];
    const send = async (): Promise<void> => {
      for (const name of bodies) await (await server.post(toBody(badDocuments[name]!))).arrayBuffer();
    };
    for (let i = 0; i < 5; i += 1) await send();
    const before = heapUsed();
    for (let i = 0; i < 20; i += 1) await send();
    expect(heapUsed() - before).toBeLessThan(2 * 1024 * 1024);
  });
});

describe("bad requests", () => {
  it.each([
    ["invalid JSON", '{"query": "{ hello }"', 400, "BAD_REQUEST", "not valid JSON"],
    ["nothing", "", 400, "BAD_REQUEST", "not valid JSON"],
    ["a JSON string", '"{ hello }"', 400, "BAD_REQUEST", "must be a JSON object"],
    ["null", "null", 400, "BAD_REQUEST", "must be a JSON object"],
    ["an object without query", "{}", 400, "BAD_REQUEST", ""],
    ["a query that is a number", '{"query": 1}', 400, "BAD_REQUEST", "must be strings"],
    ["an empty query", '{"query": ""}', 400, "BAD_REQUEST", "non-empty"],
    ["variables that are a string", '{"query": "{ hello }", "variables": "{}"}', 400, "BAD_REQUEST", "variables"],
    ["a batch", '[{"query": "{ hello }"}, {"query": "{ hello }"}]', 400, "BAD_REQUEST", "Batches are not taken"],
    ["no GraphQL", '{"query": "select * from pods"}', 200, "GRAPHQL_PARSE_FAILED", "Syntax Error"],
  ])("should refuse %s", async (_name, body, status, code, text) => {
    const response = await server.post(body);
    const { errors } = (await response.json()) as TestResult;
    expect([response.status, errors?.[0]?.extensions.code]).toEqual([status, code]);
    expect(errors?.[0]?.message).toContain(text);
    expect(errors?.[0]?.extensions["requestId"]).toBe(response.headers.get("x-request-id"));
  });

  it("should refuse invalid UTF-8", async () => {
    const response = await server.post(Buffer.from('{"query": "{ hello(name: \\"\xff\\") }"}', "latin1"));
    const { errors } = (await response.json()) as TestResult;
    expect([response.status, errors?.[0]?.message]).toEqual([400, "The body is not valid UTF-8."]);
  });

  it.each([
    ["another content type", { "content-type": "text/plain" }],
    ["another charset", { "content-type": "application/json; charset=latin1" }],
    ["a compressed body", { "content-encoding": "gzip" }],
  ])("should refuse %s with 415", async (_name, headers) => {
    const response = await server.post('{"query": "{ hello }"}', headers);
    expect([response.status, ((await response.json()) as TestResult).errors?.[0]?.extensions.code]).toEqual([
      415,
      "BAD_REQUEST",
    ]);
  });

  it("should refuse 2 MB without reading them, with or without a length", async () => {
    const response = await server.post(`{"query": "${"x".repeat(2_000_000)}"}`);
    expect([response.status, ((await response.json()) as TestResult).errors?.[0]?.extensions.code]).toEqual([
      413,
      "PAYLOAD_TOO_LARGE",
    ]);
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(
      "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    for (let i = 0; i < 20; i += 1) socket.write(chunk);
    await closed;
    expect(text).toContain("413 Payload Too Large");
  });

  it.each([
    ["what is no HTTP", "\x16\x03\x01 hello\r\n\r\n", "400 Bad Request"],
    [
      "a head over 16 KiB",
      `GET /graphql?query=${"x".repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
      "431 Request Header",
    ],
  ])("should answer %s in JSON and hang up", async (_name, bytes, status) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(bytes);
    await closed;
    expect(text).toContain(status);
    expect(text).toContain('"code":"BAD_REQUEST"');
  });
});

describe("too much at once", () => {
  it("should refuse the query that is one too many, and take the next when one is done", async () => {
    const busy = await startTestServer({ limits: { requests: 2 } });
    try {
      const slow = [1, 2].map(() => busy.query("{ slow(ms: 100) }"));
      await expect.poll(() => busy.contexts()).toBe(2);
      const refused = await busy.query("{ hello }");
      expect(refused.body.errors?.[0]?.extensions).toMatchObject({
        code: "TOO_MANY_REQUESTS",
        retryable: true,
        retryAfterSeconds: 1,
        limit: { name: "requests", maximum: 2 },
      });
      for (const { body } of await Promise.all(slow)) expect(body.errors).toBeUndefined();
      expect((await busy.query("{ hello }")).body.errors).toBeUndefined();
    } finally {
      await busy.stop();
    }
  });
});

describe("checkPlanLimits", () => {
  const schema = buildSchema(/* GraphQL */ `
    type Query {
      pods(first: Int, last: Int): PodConnection!
      node: ClusterNode
      any: Any
    }
    interface Any {
      manifest: String
    }
    type ClusterNode {
      pods(first: Int): PodConnection!
    }
    type PageInfo {
      hasNextPage: Boolean!
    }
    type PodConnection {
      nodes: [Pod!]!
      edges: [PodEdge!]!
      pageInfo: PageInfo!
      totalCount: Int!
    }
    type PodEdge {
      node: Pod!
    }
    type Pod implements Any {
      name: String!
      manifest: String
      node: ClusterNode
    }
  `);
  for (const name of ["Any", "Pod"]) {
    (schema.getType(name) as GraphQLObjectType).getFields()["manifest"]!.extensions = { cost: 1 };
  }
  const plan = (query: string, variables: Record<string, unknown>, limits: Pick<Limits, "objects" | "cost">) => {
    const document = parse(query);
    const operation = document.definitions.find(
      (one): one is OperationDefinitionNode => one.kind === "OperationDefinition",
    )!;
    return checkPlanLimits({ schema, document, operation, variables }, limits)?.extensions.limit;
  };
  const find = (query: string, variables: Record<string, unknown> = {}): number =>
    plan(query, variables, { objects: 0, cost: Infinity })?.found ?? 0;

  it.each([
    ["a page of 100 by default", "{ pods { nodes { name } } }", 100],
    ["the size asked for", "{ pods(first: 7) { nodes { name } } }", 7],
    ["the size asked for from the end", "{ pods(last: 7) { nodes { name } } }", 7],
    ["nothing where only totals are asked", "{ pods(first: 50000) { totalCount pageInfo { hasNextPage } } }", 0],
    [
      "nodes and edges of one page twice, where both lead on",
      "{ pods(first: 2) { nodes { name } edges { node { name } } } }",
      2,
    ],
    [
      "inner pages times outer ones",
      "{ pods(first: 10) { nodes { node { pods(first: 5) { nodes { name } } } } } }",
      60,
    ],
    [
      "inner pages through edges",
      "{ pods(first: 10) { edges { node { node { pods(first: 5) { nodes { name } } } } } } }",
      60,
    ],
    ["each alias", "{ a: pods(first: 3) { nodes { name } } b: pods(first: 4) { nodes { name } } }", 7],
    [
      "a fragment each time it is spread",
      "{ ...f node { pods(first: 1) { ...g } } } fragment f on Query { pods(first: 3) { ...g } } fragment g on PodConnection { nodes { name } }",
      4,
    ],
    ["inline fragments", "{ ... on Query { pods(first: 3) { ... { nodes { name } } } } }", 3],
    ["nothing of what is skipped", "{ pods(first: 9) @skip(if: true) { nodes { name } } }", 0],
    ["nothing of a negative size", "{ pods(first: -5) { nodes { name } } }", 0],
  ])("should count %s", (_name, query, expected) => {
    expect(find(query)).toBe(expected);
  });

  it.each([
    ["a connection and a twentieth for each object", "{ pods(first: 1000) { nodes { name } } }", 51],
    [
      "inner connections times outer objects, totals too",
      "{ pods(first: 100) { nodes { node { pods { totalCount } } } } }",
      106,
    ],
    ["what a field costs besides, for each object", "{ pods(first: 100) { nodes { name manifest } } }", 106],
    ["it on an interface as well", "{ any { manifest } }", 1],
    ["it for each alias", "{ any { a: manifest b: manifest } }", 2],
    ["nothing of a field that is skipped", "{ any { manifest @skip(if: true) } }", 0],
  ])("should let cost %s", (_name, query, expected) => {
    expect(plan(query, {}, { objects: Infinity, cost: -1 })?.found).toBe(expected);
  });

  it("should let a list of 50,000 rows pass, and not as many manifests", () => {
    const limits = { objects: defaultLimits.objects, cost: defaultLimits.cost };
    expect(plan("{ pods(first: 50000) { nodes { name node { pods { totalCount } } } } }", {}, limits)?.name).toBe(
      "cost",
    );
    expect(plan("{ pods(first: 50000) { nodes { name } } }", {}, limits)).toBeUndefined();
    expect(plan("{ pods(first: 5000) { nodes { manifest } } }", {}, limits)?.name).toBe("cost");
    expect(plan("{ pods(first: 4000) { nodes { manifest } } }", {}, limits)).toBeUndefined();
  });

  it("should follow variables, in sizes and in conditions", () => {
    const query = "query ($n: Int, $with: Boolean!) { pods(first: $n) @include(if: $with) { nodes { name } } }";
    expect(find(query, { n: 12, with: true })).toBe(12);
    expect(find(query, { n: 12, with: false })).toBe(0);
  });

  it("should name the field with most objects", () => {
    const documents = createDocuments(schema, defaultLimits);
    const query = "{ pods(first: 500) { nodes { node { pods(first: 200) { nodes { name } } } } } }";
    const { ok, errors } = documents.prepare({ query }) as { ok: false; errors: readonly Error[] };
    expect(ok).toBe(false);
    expect(errors[0]?.message).toContain("by pods.nodes.node.pods: 100,500, more than the 50,000 allowed");
  });
});
