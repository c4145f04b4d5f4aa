import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { PersistedDocumentsOptions } from "../../src/server/persisted/persisted-documents.ts";
import { openSocket } from "./open-socket.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestResult, TestServer } from "./start-test-server.ts";
import { createTestAuthenticator } from "./test-authenticator.ts";

let server: TestServer;
afterEach(() => server.stop());

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const hello = 'query Hello($n: String = "all") { hello(name: $n) }';
const ticks = "subscription { ticks }";
const write = "mutation { write }";
const documents = new Map([
  ["hello", hello],
  [`sha256:${hashOf(ticks)}`, ticks],
  ["x-app:write", write],
]);
const plain: PersistedDocumentsOptions = { manifest: () => documents, enforce: false, automatic: true };
const enforcing: PersistedDocumentsOptions = { ...plain, enforce: true };
const start = async (persistedDocuments: PersistedDocumentsOptions): Promise<void> => {
  server = await startTestServer({}, { persistedDocuments });
};

type Request = Readonly<Record<string, unknown>>;
/** Each door: what it answers to a request, an error or the first result. */
const doors: readonly (readonly [string, (request: Request) => Promise<TestResult>])[] = [
  ["a POST", async (request) => (await (await server.post(request)).json()) as TestResult],
  [
    "a GET",
    async (request) => {
      const response = await fetch(`${server.url}/graphql?${toSearch(request)}`, {
        headers: { "apollo-require-preflight": "1" },
      });
      return (await response.json()) as TestResult;
    },
  ],
  ["a stream by POST", async (request) => firstEvent(await server.post(request, { accept: "text/event-stream" }))],
  [
    "a stream by GET",
    async (request) => {
      const headers = { accept: "text/event-stream", "apollo-require-preflight": "1" };
      return firstEvent(await fetch(`${server.url}/graphql?${toSearch(request)}`, { headers }));
    },
  ],
  [
    "a WebSocket",
    async (request) => {
      const socket = await openSocket(server.url);
      socket.send({ type: "subscribe", id: "1", payload: request });
      const next = await Promise.race([socket.next("next", "1"), socket.next("error", "1")]);
      socket.webSocket.close();
      return next.type === "next" ? (next.payload as TestResult) : { errors: next.payload as TestResult["errors"] };
    },
  ],
];

function toSearch(request: Request): string {
  const texts = Object.entries(request).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(texts as [string, string][]).toString();
}

async function firstEvent(response: Response): Promise<TestResult> {
  let text = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    const data = /^data: (.+)$/mu.exec(text)?.[1];
    if (data !== undefined && text.includes("\n\n")) return JSON.parse(data) as TestResult;
  }
  return JSON.parse(text) as TestResult;
}

const codeOf = ({ errors }: TestResult): string | undefined => errors?.[0]?.extensions.code;
/** Without what differs from request to request. */
const withoutId = (result: TestResult): TestResult =>
  JSON.parse(JSON.stringify(result, (key, value: unknown) => (key === "requestId" ? undefined : value))) as TestResult;
const apq = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });

describe.each(doors)("persisted documents through %s", (_, ask) => {
  it("should be found by the manifest's id, by hash, and by Apollo's extension", async () => {
    await start(plain);
    const expected = { data: { hello: "hello you" } };
    const variables = { n: "you" };
    expect(await ask({ documentId: "hello", variables })).toEqual(expected);
    expect(await ask({ documentId: `sha256:${hashOf(hello)}`, variables, operationName: "Hello" })).toEqual(expected);
    expect(await ask({ extensions: apq(hashOf(hello)), variables })).toEqual(expected);
  });

  it("should say so where one is not known", async () => {
    await start(plain);
    const unknown = await ask({ documentId: "helo" });
    expect(codeOf(unknown)).toBe("PERSISTED_QUERY_NOT_FOUND");
    expect(unknown.errors?.[0]?.message).toBe('There is no document "helo" here.');
    // Clients of APQ compare this text.
    expect((await ask({ extensions: apq(hashOf("{ x }")) })).errors?.[0]?.message).toBe("PersistedQueryNotFound");
  });

  it("should be remembered by hash once sent together", async () => {
    await start({ ...plain, manifest: () => new Map() });
    const extensions = apq(hashOf(hello));
    expect(codeOf(await ask({ extensions }))).toBe("PERSISTED_QUERY_NOT_FOUND");
    expect(await ask({ query: hello, extensions })).toEqual({ data: { hello: "hello all" } });
    expect(await ask({ extensions })).toEqual({ data: { hello: "hello all" } });
    expect(await ask({ documentId: `sha256:${hashOf(hello)}` })).toEqual({ data: { hello: "hello all" } });
  });

  it("should not be remembered under a hash that is another's", async () => {
    await start({ ...plain, manifest: () => new Map() });
    const extensions = apq(hashOf("{ __typename }"));
    expect(codeOf(await ask({ query: hello, extensions }))).toBe("BAD_REQUEST");
    expect(codeOf(await ask({ extensions }))).toBe("PERSISTED_QUERY_NOT_FOUND");
  });

  it("should be all that is taken where they are enforced", async () => {
    await start(enforcing);
    expect(await ask({ documentId: "hello" })).toEqual({ data: { hello: "hello all" } });
    expect(await ask({ query: hello })).toEqual({ data: { hello: "hello all" } });
    const refused = ["{ hello }", "{ __schema { types { name } } }", `${hello} `];
    for (const query of refused) {
      expect(codeOf(await ask({ query }))).toBe("OPERATION_NOT_PERSISTED");
      expect(codeOf(await ask({ query, extensions: apq(hashOf(query)) }))).toBe("OPERATION_NOT_PERSISTED");
      expect(codeOf(await ask({ extensions: apq(hashOf(query)) }))).toBe("OPERATION_NOT_PERSISTED");
    }
  });

  it.each<readonly [string, Request]>([
    ["an id of other characters", { documentId: "a b" }],
    ["a hash in upper case", { documentId: `sha256:${hashOf(hello).toUpperCase()}` }],
    ["a reserved prefix", { documentId: "md5:00" }],
    ["an empty id", { documentId: "" }],
    ["a name beside a query", { documentId: "hello", query: "{ hello }" }],
    ["two names", { documentId: "hello", extensions: apq(hashOf(hello)) }],
    ["another version", { extensions: apq(hashOf(hello), 2) }],
    ["a hash that is none", { extensions: apq("zz") }],
  ])("should refuse %s", async (_name, request) => {
    await start(plain);
    expect(codeOf(await ask(request))).toBe("BAD_REQUEST");
  });
});

describe("persisted documents", () => {
  it("should stream a subscription that was named", async () => {
    await start(plain);
    const socket = await openSocket(server.url);
    socket.send({ type: "subscribe", id: "1", payload: { documentId: `sha256:${hashOf(ticks)}` } });
    expect((await socket.next("next", "1")).payload).toEqual({ data: { ticks: 1 } });
    socket.webSocket.close();
  });

  it("should not let a mutation in by GET", async () => {
    await start(plain);
    const url = `${server.url}/graphql?documentId=x-app:write`;
    const response = await fetch(url, { headers: { "apollo-require-preflight": "1" } });
    expect(response.status).toBe(405);
  });

  it.each([plain, enforcing])("should be told of to nobody without a token, enforced or not", async (options) => {
    const { authenticator } = createTestAuthenticator();
    server = await startTestServer({}, { persistedDocuments: options, authenticator });
    const requests: readonly Request[] = [
      { documentId: "hello" },
      { documentId: "helo" },
      { documentId: "a b" },
      { extensions: apq(hashOf(hello)) },
      { extensions: apq(hashOf("{ x }")) },
      { query: hello },
      { query: "{ hello }" },
    ];
    for (const [name, ask] of doors.slice(0, -1)) {
      const answers = await Promise.all(requests.map(async (request) => withoutId(await ask(request))));
      expect([name, codeOf(answers[0]!)]).toEqual([name, "UNAUTHENTICATED"]);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    }
  });

  it("should count against the limits as if they had been sent", async () => {
    const long = `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: hello`).join(" ")} }`;
    await start({ ...plain, manifest: () => new Map([["long", long]]) });
    const answer = (await (await server.post({ documentId: "long" })).json()) as TestResult;
    expect([codeOf(answer), answer.errors?.[0]?.extensions["limit"]]).toEqual([
      "LIMIT_EXCEEDED",
      { name: "aliases", maximum: 30, found: 40 },
    ]);
  });

  it("should keep other extensions, and variables called payload, as they are", async () => {
    await start(plain);
    const socket = await openSocket(server.url);
    const value = { payload: { documentId: "x" }, documentId: "y" };
    const query = "query ($value: JSON) { json(value: $value) }";
    socket.send({ type: "subscribe", id: "1", payload: { query, variables: { value }, extensions: { other: 1 } } });
    expect((await socket.next("next", "1")).payload).toEqual({ data: { json: value } });
    socket.webSocket.close();
  });

  it("should forget what was remembered longest ago, never what is used", async () => {
    await start({ ...plain, manifest: () => new Map() });
    const used = "{ hello }";
    const filler = (index: number): string => `{ hello } # ${index} ${"x".repeat(90_000)}`;
    await server.post({ query: used, extensions: apq(hashOf(used)) });
    for (let index = 0; index < 60; index += 1) {
      await server.post({ query: filler(index), extensions: apq(hashOf(filler(index))) });
      expect(codeOf((await (await server.post({ extensions: apq(hashOf(used)) })).json()) as TestResult)).toBe(
        undefined,
      );
    }
    const first = (await (await server.post({ extensions: apq(hashOf(filler(0))) })).json()) as TestResult;
    expect(codeOf(first)).toBe("PERSISTED_QUERY_NOT_FOUND");
  });

  it("should be taken as the manifest says now", async () => {
    let manifest = documents;
    await start({ ...enforcing, manifest: () => manifest });
    const asked = async (documentId: string): Promise<string | undefined> =>
      codeOf((await (await server.post({ documentId })).json()) as TestResult);
    expect([await asked("hello"), await asked("new")]).toEqual([undefined, "OPERATION_NOT_PERSISTED"]);
    manifest = new Map([["new", "{ hello }"]]);
    expect([await asked("hello"), await asked("new")]).toEqual(["OPERATION_NOT_PERSISTED", undefined]);
    expect(await asked(`sha256:${hashOf("{ hello }")}`)).toBe(undefined);
  });
});
