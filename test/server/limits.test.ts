import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { buildSchema, parse } from "graphql";
import type { OperationDefinitionNode } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocuments } from "../../src/server/documents.ts";
import { defaultLimits } from "../../src/server/limits/limits.ts";
import { checkObjectLimit } from "../../src/server/limits/object-limit.ts";
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

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(" ");
const nest = (levels: number): string => `${"{ pods { nodes ".repeat(levels)}{ name }${" } }".repeat(levels)}`;

interface BadDocument {
  readonly query: string;
  readonly variables?: unknown;
  readonly code: string;
  readonly limit?: string;
}

const badDocuments: Readonly<Record<string, BadDocument>> = {
  "1 MiB of one string": { query: `{ hello(name: "${"x".repeat(1024 * 1024)}") }`, code: "PAYLOAD_TOO_LARGE" },
  "1,000,000 bytes of fields": {
    query: `{ ${repeat(140_000, () => "hello")} }`,
    code: "LIMIT_EXCEEDED",
    limit: "characters",
  },
  "250,000 bytes of one name": { query: `{ ${"h".repeat(250_000)} }`, code: "GRAPHQL_VALIDATION_FAILED" },
  "250,000 bytes of one comment": { query: `#${"h".repeat(250_000)}\n{ nope }`, code: "GRAPHQL_VALIDATION_FAILED" },
  "10,000 aliases": { query: `{ ${repeat(10_000, (i) => `a${i}: hello`)} }`, code: "LIMIT_EXCEEDED", limit: "tokens" },
  "100 aliases": { query: `{ ${repeat(100, (i) => `a${i}: __typename`)} }`, code: "LIMIT_EXCEEDED", limit: "aliases" },
  "200 deep": { query: `query ${nest(100)}`, code: "LIMIT_EXCEEDED", limit: "depth" },
  "2,000 deep": { query: `{ a `.repeat(2000) + "}".repeat(2000), code: "LIMIT_EXCEEDED", limit: "tokens" },
  "900 deep in brackets": {
    query: `{ json(value: ${"[".repeat(900)}${"]".repeat(900)}) }`,
    code: "LIMIT_EXCEEDED",
    limit: "inputDepth",
  },
  "500 equal fields": {
    query: `{ pods { ${repeat(500, () => "totalCount")} } }`,
    code: "LIMIT_EXCEEDED",
    limit: "fields",
  },
  "50 root fields": { query: `{ ${repeat(50, () => "hello")} }`, code: "LIMIT_EXCEEDED", limit: "rootFields" },
  "10 directives": {
    query: `{ hello ${repeat(10, () => "@include(if: true)")} }`,
    code: "LIMIT_EXCEEDED",
    limit: "directives",
  },
  "a bomb of fragments": {
    query: `{ ...f0 } ${repeat(40, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f40 on Query { hello }`,
    code: "LIMIT_EXCEEDED",
    limit: "fields",
  },
  "a cycle of fragments": {
    query: "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  "unknown fields, many": { query: `{ ${repeat(20, (i) => `nope${i}`)} }`, code: "GRAPHQL_VALIDATION_FAILED" },
  "circular introspection": {
    query: "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  "an absurd first": {
    query: "{ pods(first: 2000000000) { nodes { name } } }",
    code: "LIMIT_EXCEEDED",
    limit: "objects",
  },
  "first beyond Int": { query: "{ pods(first: 99999999999) { nodes { name } } }", code: "GRAPHQL_VALIDATION_FAILED" },
  "an absurd first in a variable": {
    query: "query ($n: Int) { pods(first: $n) { nodes { name } } }",
    variables: { n: 50_001 },
    code: "LIMIT_EXCEEDED",
    limit: "objects",
  },
  "nested connections": {
    query: "{ pods(first: 1000) { nodes { pods(first: 100) { nodes { name } } } } }",
    code: "LIMIT_EXCEEDED",
    limit: "objects",
  },
  "60,000 ids": {
    query: "query ($ids: [ID!]!) { objects(ids: $ids) { name } }",
    variables: { ids: Array.from({ length: 60_000 }, (_, i) => String(i)) },
    code: "LIMIT_EXCEEDED",
    limit: "inputNodes",
  },
  "where 100,000 deep": {
    query: "query ($w: PodWhere) { pods(where: $w) { totalCount } }",
    variables: nestedWhere(60_000),
    code: "LIMIT_EXCEEDED",
    limit: "inputDepth",
  },
  "where 10,000 wide": {
    query: "query ($w: PodWhere) { pods(where: $w) { totalCount } }",
    variables: { w: { and: Array.from({ length: 10_000 }, () => ({ name: "a" })) } },
    code: "LIMIT_EXCEEDED",
    limit: "inputNodes",
  },
  "where 30 deep in the document": {
    query: `{ pods(where: ${"{ not: ".repeat(30)}{}${" }".repeat(30)}) { totalCount } }`,
    code: "LIMIT_EXCEEDED",
    limit: "inputDepth",
  },
  "JSON 100,000 deep": {
    query: "query ($v: JSON) { json(value: $v) }",
    variables: `{"v": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    code: "LIMIT_EXCEEDED",
    limit: "jsonDepth",
  },
};

/** As text: JSON.stringify would not come back from it. */
function nestedWhere(depth: number): string {
  return `{"w": ${'{"not":'.repeat(depth)}{}${"}".repeat(depth)}}`;
}

function toBody({ query, variables = {} }: BadDocument): string {
  const text = typeof variables === "string" ? variables : JSON.stringify(variables);
  return `{"query": ${JSON.stringify(query)}, "variables": ${text}}`;
}

/** After a full collection, which Node.js otherwise does only when started with a flag. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Best of up to twenty tries: the machine's two cores have other work, and what counts is what the refusal costs. */
async function leastMs(below: number, run: () => Promise<void>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 20 && least >= below; i += 1) {
    const started = performance.now();
    await run();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

describe("bad documents", () => {
  it.each(Object.entries(badDocuments))("should refuse %s in 50 ms, saying what is wrong", async (_name, bad) => {
    const body = toBody(bad);
    let result: TestResult = {};
    const ms = await leastMs(50, async () => {
      const response = await server.post(body);
      result = (await response.json()) as TestResult;
    });
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
    expect(ms).toBeLessThan(50);
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

describe("checkObjectLimit", () => {
  const schema = buildSchema(/* GraphQL */ `
    type Query {
      pods(first: Int, last: Int): PodConnection!
      node: ClusterNode
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
    type Pod {
      name: String!
      node: ClusterNode
    }
  `);
  const find = (query: string, variables: Record<string, unknown> = {}) => {
    const document = parse(query);
    const operation = document.definitions.find(
      (one): one is OperationDefinitionNode => one.kind === "OperationDefinition",
    )!;
    return checkObjectLimit({ schema, document, operation, variables }, { objects: 0 })?.extensions.limit?.found ?? 0;
  };

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
