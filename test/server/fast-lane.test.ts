import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { buildSchema } from "graphql";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { createApolloHandler } from "../../src/server/apollo-handler.ts";
import { createDocuments } from "../../src/server/documents.ts";
import { withFastLane } from "../../src/server/fast-lane.ts";
import { defaultLimits } from "../../src/server/limits/limits.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { createOperations } from "../../src/server/operations.ts";
import type { OperationOrigin } from "../../src/server/operations.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestServer } from "./start-test-server.ts";
import { createTestAuthenticator } from "./test-authenticator.ts";

interface Asked {
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const sent = { "content-type": "application/json", "x-request-id": "same-1", authorization: "Bearer good" };
const graphqlJson = { accept: "application/graphql-response+json" };
const named = "query A($name: String!) { hello(name: $name) } query B { hello } mutation C { write }";

/** What clients ask for, well and badly. Each document is the same at the second time, and known by then wherever it is valid. */
const requests: Readonly<Record<string, Asked>> = {
  "a query": { body: { query: "{ hello }" } },
  "a query with a name": { body: { query: "query Hello { hello }" } },
  "a query with variables": { body: { query: "query($n: String) { hello(name: $n) }", variables: { n: "ß\u2028\\" } } },
  "variables that are null": { body: { query: "query($n: String) { hello(name: $n) }", variables: null } },
  "extensions of a client": { body: { query: "{ hello }", extensions: { clientLibrary: { name: "x" } } } },
  "a variable too many": { body: { query: "query($n: String) { hello(name: $n) }", variables: { n: "x", m: 1 } } },
  "a variable that is missing": { body: { query: "query($ms: Int!) { slow(ms: $ms) }" } },
  "a variable that is wrong": { body: { query: "query($ms: Int!) { slow(ms: $ms) }", variables: { ms: "x" } } },
  "the same, asked for by the newer type": { body: { query: "query($ms: Int!) { slow(ms: $ms) }", variables: { ms: "x" } }, headers: graphqlJson }, // prettier-ignore
  "variables that are a text": { body: { query: "{ hello }", variables: '{"a":1}' } },
  "variables that are a list": { body: { query: "{ hello }", variables: [] } },
  "an operationName that is a number": { body: { query: "{ hello }", operationName: 1 } },
  "an operationName that is empty": { body: { query: "{ hello }", operationName: "" } },
  "extensions that are a text": { body: { query: "{ hello }", extensions: "{}" } },
  "one operation of several": { body: { query: named, operationName: "A", variables: { name: "x" } } },
  "another of them": { body: { query: named, operationName: "B" } },
  "the mutation among them": { body: { query: named, operationName: "C" } },
  "none of them": { body: { query: named } },
  "one that is not there": { body: { query: named, operationName: "D" } },
  "a mutation": { body: { query: "mutation { write }" } },
  "a subscription": { body: { query: "subscription { ticks }" } },
  introspection: { body: { query: "{ __schema { queryType { name } } __typename }" } },
  "a syntax error": { body: { query: "{ hello" } },
  "a field that is not there": { body: { query: "{ nope }" } },
  "no query": { body: { variables: {} } },
  "an empty query": { body: { query: "" } },
  "a batch": { body: [{ query: "{ hello }" }] },
  "a cluster's failure beside data": { body: { query: '{ hello fails(how: "kube") }' } },
  "an error of ours": { body: { query: '{ fails(how: "api") }' }, headers: graphqlJson },
  "a mistake of ours": { body: { query: '{ fails(how: "other") }' } },
  "a null where none may be": { body: { query: "{ nonNull }" } },
  "a list within its limit": { body: { query: "query($n: Int) { pods(first: $n) { nodes { name } } }", variables: { n: 5 } } }, // prettier-ignore
  "a list over its limit": { body: { query: "query($n: Int) { pods(first: $n) { nodes { name } } }", variables: { n: 60_000 } } }, // prettier-ignore
  "a list over its limit by itself": { body: { query: "{ pods(first: 60000) { nodes { name } } }" } },
  "the same with variables that are wrong": { body: { query: "query($x: JSON!, $i: Int!) { json(value: $x) slow(ms: $i) pods(first: 60000) { nodes { name } } }" } }, // prettier-ignore
  "variables that nest too deeply": { body: { query: "query($w: PodWhere) { pods(where: $w) { totalCount } }", variables: { w: nested(30) } } }, // prettier-ignore
  conditions: { body: { query: "query($b: Boolean!) { hello @skip(if: $b) pods { totalCount @include(if: $b) } }", variables: { b: true } } }, // prettier-ignore
  "an operation out of time": { body: { query: "{ slow(ms: 49) }" } },
  "any type": { body: { query: "{ hello }" }, headers: { accept: "*/*" } },
  "the newer type first": { body: { query: "{ hello }" }, headers: { accept: "application/graphql-response+json, application/json;q=0.9" } }, // prettier-ignore
  "a type that is not there": { body: { query: "{ hello }" }, headers: { accept: "text/plain" } },
  "a type in parts": { body: { query: "{ hello }" }, headers: { accept: "multipart/mixed" } },
  "a charset": { body: { query: "{ hello }" }, headers: { "content-type": "application/json; charset=UTF-8" } },
  "a page of this machine": { body: { query: "{ hello }" }, headers: { origin: "http://localhost:3000" } },
  "a document that is remembered": { body: { query: "{ hello }", extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } } }, // prettier-ignore
  "a token that expired": { body: { query: "{ hello }" }, headers: { authorization: "Bearer expired" } },
  "a token of nobody": { body: { query: "{ hello }" }, headers: { authorization: "Bearer whose" } },
  "a realm out of reach": { body: { query: "{ hello }" }, headers: { authorization: "Bearer unavailable" } },
  "no token": { body: { query: "{ hello }" }, headers: { authorization: "" } },
};

describe("a request whose document came before", () => {
  let server: TestServer;
  afterEach(() => server.stop());

  const ask = ({ body, headers }: Asked): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        new URL("/graphql", server.url),
        { method: "POST", headers: { ...sent, ...headers } },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.on("end", () => {
            const { date: _date, ...rest } = response.headers;
            resolve({ status: response.statusCode ?? 0, headers: rest, text });
          });
        },
      );
      outgoing.once("error", reject);
      outgoing.end(JSON.stringify(body));
    });

  const figures = async (): Promise<Map<string, number>> => {
    const lines = (await server.registry.metrics())
      .split("\n")
      .filter((line) => /^fleetgraph_(http|op|err)/.test(line));
    const counted = lines.filter((line) => !/duration_seconds_(sum|bucket)/.test(line));
    return new Map(counted.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
  };

  /** One request with all that is seen of it: answer, log lines, what was counted. */
  const seen = async (asked: Asked): Promise<object> => {
    const before = await figures();
    const logged = server.logs.length;
    const answer = await ask(asked);
    // The line of a request follows its answer.
    while (!server.logs.slice(logged).some(({ message }) => message === "request")) await new Promise(setImmediate);
    const lines = server.logs
      .slice(logged)
      .map(({ fields, ...line }) => ({ ...line, fields: { ...fields, durationMs: 0 } }));
    const counted = [...(await figures())].filter(([name, value]) => value !== (before.get(name) ?? 0));
    return { answer, lines, counted: counted.map(([name, value]) => [name, value - (before.get(name) ?? 0)]) };
  };

  it("should be answered, logged and counted as the first time", async () => {
    const { authenticator } = createTestAuthenticator();
    server = await startTestServer({ limits: { operationMs: 20 } }, { authenticator });
    for (const [name, asked] of Object.entries(requests)) {
      const first = await seen(asked);
      // What came before has taught the content type of this header, or this has; the third certainly finds both.
      expect(await seen(asked), name).toEqual(first);
      expect(await seen(asked), name).toEqual(first);
    }
  });

  it("should be answered with the rights of who asks now", async () => {
    const { authenticator } = createTestAuthenticator();
    server = await startTestServer({}, { authenticator });
    const asked = { query: "{ hello }" };
    const statuses: number[] = [];
    for (const token of ["good", "good", "expired", "whose", "good"]) {
      statuses.push((await ask({ body: asked, headers: { authorization: `Bearer ${token}` } })).status);
    }
    expect(statuses).toEqual([200, 200, 401, 401, 200]);
  });
});

describe("which requests take the fast lane", () => {
  const origin: OperationOrigin = {
    requestId: "same-1",
    session: { identity: { kind: "user", username: "jane", groups: [], realm: "home" }, follow: () => () => {} },
    transport: "http",
    signal: new AbortController().signal,
  };

  const createHouse = async () => {
    const schema = buildSchema("type Query { hello(name: String): String } type Mutation { write: String }");
    const logger = createRecordingLogger([]);
    const limits = defaultLimits;
    const metrics = createMetrics(new Registry(), []);
    const documents = createDocuments(schema, limits);
    const createContext = (): object => ({});
    const operations = createOperations({ schema, createContext, limits, clock: systemClock, logger, metrics });
    const rows = { write: (result: object, end = "") => JSON.stringify(result) + end };
    const counts = { fast: 0, slow: 0 };
    const behind = createApolloHandler({ schema, documents, operations, rows, limits, logger });
    const lane = withFastLane(behind, { documents, operations, rows, counts });
    await lane.start();
    const close = async (): Promise<void> => {
      await lane.stop();
      metrics.dispose();
    };
    return { lane, counts, close };
  };

  it("should be those with a known query alone", async () => {
    const { lane, counts, close } = await createHouse();
    const headers = { "content-type": "application/json" };
    const post = (body: Record<string, unknown>, more = {}) =>
      lane.handle({ method: "POST", url: "/graphql", headers: { ...headers, ...more } }, body, origin);
    const known = { query: "query($n: String) { hello(name: $n) }", variables: { n: "a" } };
    const isFast = async (asked: () => unknown): Promise<boolean> => {
      const before = counts.fast;
      await asked();
      return counts.fast > before;
    };
    expect(await isFast(() => post(known))).toBe(false);
    expect(await isFast(() => post(known))).toBe(true);
    expect(await isFast(() => post({ ...known, variables: { n: "b" } }))).toBe(true);
    expect(await isFast(() => post({ ...known, variables: { n: 5 } }))).toBe(true);
    expect(await isFast(() => post({ ...known, variables: "{}" }))).toBe(false);
    expect(await isFast(() => post({ ...known, extensions: { persistedQuery: {} } }))).toBe(false);
    expect(await isFast(() => post(known, { accept: "application/graphql-response+json" }))).toBe(false);
    expect(await isFast(() => post(known, { accept: "application/graphql-response+json" }))).toBe(true);
    for (let time = 0; time < 2; time++) {
      expect(await isFast(() => post(known, { accept: "text/plain" }))).toBe(false);
      expect(await isFast(() => post({ query: "mutation { write }" }))).toBe(false);
      expect(await isFast(() => post({ query: "{ nope }" }))).toBe(false);
      expect(await isFast(() => post({ query: "{ hello" }))).toBe(false);
      const get = { method: "GET", url: "/graphql?query=%7Bhello%7D", headers: { ...headers, "apollo-require-preflight": "1" } }; // prettier-ignore
      expect(await isFast(() => lane.handle(get, undefined, origin))).toBe(false);
    }
    await close();
  });
});

function nested(levels: number): object {
  let where: object = { name: "x" };
  for (let level = 0; level < levels; level++) where = { not: where };
  return where;
}
