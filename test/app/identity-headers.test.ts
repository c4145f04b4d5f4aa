import { once } from "node:events";
import { connect } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createObjects, toExtras, tokenOf } from "../support/embedded-users.ts";
import { startEmbeddedFront } from "../support/embedded-front.ts";
import type { EmbeddedFront } from "../support/embedded-front.ts";
import { eventually } from "../support/eventually.ts";
import { startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";

/** What reached the cluster, header by header, as it was written. */
interface Upstream {
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** What fleetgraph itself says to a cluster; anything else came from elsewhere. */
const ownHeaders = new Set(
  "host connection accept accept-encoding authorization content-length content-type user-agent traceparent impersonate-user impersonate-group".split(
    " ",
  ),
);
const secret = "smuggled";

const headerNames = [
  "Impersonate-User",
  "Impersonate-Group",
  "Impersonate-Uid",
  "Impersonate-Extra-scopes",
  "Impersonate-Extra-authentication.kubernetes.io%2fpod-name",
  "X-Remote-User",
  "X-Remote-Group",
  "X-Remote-Uid",
  "X-Remote-Extra-scopes",
  "Impersonate_User",
  "Impersonate_Group",
  "X_Remote_User",
  "X-Forwarded-User",
  "X-Forwarded-For",
  "X-Forwarded-Access-Token",
  "Forwarded",
  "Via",
  "X-Original-User",
  "Proxy-Authorization",
  "X-Authorization",
  "Authorization2",
  "Cookie",
  "Kubectl-Command",
  "Audit-ID",
  "Warning",
  "Tracestate",
  "Baggage",
  "Edge-Cache",
];
const values = [
  secret,
  `system:admin,${secret}`,
  `system:masters-${secret}`,
  `${secret}\tx`,
  `Bearer ${secret}`,
  `user="${secret}"`,
  `=?utf-8?b?${secret}?=`,
  `${secret}\xff`,
];
/** Headers that tell a proxy which others are its own, so that a careless one drops or keeps them. */
const hopByHop = [
  "Connection: Impersonate-User",
  "Connection: close, Impersonate-Group, Authorization",
  "Connection: X-Remote-User, keep-alive",
  "Proxy-Connection: Impersonate-User",
  "Keep-Alive: Impersonate-User",
  "TE: trailers",
  "Trailer: Impersonate-User",
  "Expect: Impersonate-User",
];

const caseOf = (name: string, flips: readonly boolean[]): string =>
  Array.from(name, (letter, at) => (flips[at % flips.length] ? letter.toUpperCase() : letter.toLowerCase())).join("");
const headerLine = fc
  .record({
    name: fc.constantFrom(...headerNames),
    value: fc.constantFrom(...values),
    flips: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
    colon: fc.constantFrom(":", ": ", ":\t", ":   "),
    times: fc.integer({ min: 1, max: 3 }),
    folded: fc.integer({ min: 0, max: 19 }).map((one) => one === 0),
  })
  .map(({ name, value, flips, colon, times, folded }) =>
    Array.from({ length: times }, () => `${caseOf(name, flips)}${colon}${value}${folded ? `\r\n ${secret}` : ""}`),
  );
const variant = fc
  .tuple(fc.array(headerLine, { minLength: 1, maxLength: 4 }), fc.array(fc.constantFrom(...hopByHop), { maxLength: 2 }))
  .chain(([lines, more]) => fc.shuffledSubarray([...lines.flat(), ...more], { minLength: 1 }))
  .filter((lines) => lines.length > 0);

describe("identity headers of clients (T04)", () => {
  const upstream: Upstream[] = [];
  let front: EmbeddedFront;
  let fleet: TestApp;
  const label = `mutation { labelResource(input: {dryRun: true, object: {cluster: "front", apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "one"}, set: [{key: "a", value: "b"}]}) { object { name } } }`;

  beforeAll(async () => {
    front = await startEmbeddedFront({ name: "front", authority: await createTestAuthority() });
    const rules = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
    const { tokens, objects } = toExtras([{ name: "jane", groups: ["team-a"], grants: [{ rules }] }]);
    for (const token of tokens) front.api.tokens.add(token);
    await createObjects(front.api, objects);
    await front.configMap("one");
    front.allows = ({ url = "", rawHeaders }) => {
      const headers = Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at]!.toLowerCase(), rawHeaders[2 * at + 1]!] as const); // prettier-ignore
      upstream.push({ path: url, headers });
      return true;
    };
    fleet = await startTestApp({
      clusters: [front.config({ role: "home" }, { token: "our-own" })],
      config: { auth: tokenMode },
    });
    await eventually(async () => {
      expect((await fleet.query(label, {}, tokenOf("jane"))).errors).toBeUndefined();
    });
  });
  afterAll(async () => {
    await fleet?.stop();
    await front?.server.close();
  });

  /** Raw, since no client library lets one send all of these; resolves with what came back. */
  async function post(lines: readonly string[], accept: string, chunked: boolean): Promise<string> {
    const body = JSON.stringify({ query: label });
    const socket = connect(Number(new URL(fleet.url).port), "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (part: string) => (text += part));
    const length = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${Buffer.byteLength(body)}`;
    const head = [
      "POST /graphql HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${tokenOf("jane")}`,
      "Content-Type: application/json",
      `Accept: ${accept}`,
      "Connection: close",
      length,
      ...lines,
    ];
    const sent = chunked
      ? `${body.length.toString(16)}\r\n${body}\r\n0\r\nImpersonate-User: ${secret}\r\nX-Remote-User: ${secret}\r\n\r\n`
      : body;
    socket.write(Buffer.from(`${head.join("\r\n")}\r\n\r\n${sent}`, "latin1"));
    await once(socket, "close");
    return text;
  }

  /** A mutation over a socket whose upgrade, and whose first message, carry the headers. */
  async function overSocket(lines: readonly string[]): Promise<string> {
    const pairs = lines
      .map((line) => line.split(/:\s*/, 2) as [string, string])
      .filter(([name, value]) => !/connection|expect|te$|trailer|keep-alive/i.test(name) && !/[\r\n]/.test(value));
    const headers: Record<string, string[]> = {};
    for (const [name, value] of pairs) (headers[name] ??= []).push(value);
    const socket = new WebSocket(`${fleet.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { headers });
    try {
      await once(socket, "open");
      const messages: string[] = [];
      const answered = new Promise<void>((resolve) => {
        socket.on("message", (data: Buffer) => {
          messages.push(data.toString());
          if (messages.length > 1) resolve();
        });
        socket.on("close", () => resolve());
      });
      const payload = { ...Object.fromEntries(pairs), Authorization: `Bearer ${tokenOf("jane")}` };
      socket.send(JSON.stringify({ type: "connection_init", payload }));
      await once(socket, "message");
      socket.send(JSON.stringify({ type: "subscribe", id: "1", payload: { query: label, extensions: payload } }));
      await answered;
      return messages.join("\n");
    } finally {
      socket.terminate();
    }
  }

  function expectOwnHeaders(requests: readonly Upstream[]): void {
    for (const { path, headers } of requests) {
      const names = headers.map(([name]) => name);
      expect(
        names.filter((name) => !ownHeaders.has(name)),
        path,
      ).toEqual([]);
      expect(JSON.stringify(headers)).not.toContain(secret);
      expect(headers.filter(([name]) => name === "authorization")).toEqual([["authorization", "Bearer our-own"]]);
      expect(names.filter((name) => name === "host")).toHaveLength(1);
      const users = headers.filter(([name]) => name === "impersonate-user");
      const groups = headers.filter(([name]) => name === "impersonate-group").map(([, value]) => value);
      if (path.includes("/configmaps/one")) {
        expect(users).toEqual([["impersonate-user", "jane"]]);
        expect(groups).toEqual(["team-a", "system:authenticated"]);
      } else {
        expect(users.filter(([, user]) => user !== "jane")).toEqual([]);
      }
    }
  }

  it("should reach no cluster on any door, in 210 variants and more", async () => {
    let served = 0;
    let refused = 0;
    const property = fc.asyncProperty(variant, fc.nat(2), fc.boolean(), async (lines, door, chunked) => {
      upstream.length = 0;
      const answer =
        door === 0
          ? await post(lines, "application/json", chunked)
          : door === 1
            ? await post(lines, "text/event-stream", chunked)
            : await overSocket(lines);
      expectOwnHeaders(upstream);
      // What is no HTTP is refused; whatever is answered was done as jane.
      if (answer.includes('"name":"one"')) {
        served += 1;
        expect(upstream.some(({ path }) => path.includes("/configmaps/one"))).toBe(true);
      } else {
        refused += 1;
        expect(answer).toMatch(/^HTTP\/1\.1 (400|417|431) /);
      }
    });
    await fc.assert(property, { numRuns: 240, seed: 4 });
    expect(served).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(0);
  });

  it("should leave a second Authorization, and one that Connection calls hop-by-hop, without effect", async () => {
    for (const lines of [
      [`Authorization: Bearer ${secret}`],
      ["Connection: Authorization", `Impersonate-User: ${secret}`],
      [`AUTHORIZATION: Basic ${secret}`, `authorization: Bearer ${secret}`],
    ]) {
      upstream.length = 0;
      expect(await post(lines, "application/json", false)).toContain('"name":"one"');
      expectOwnHeaders(upstream);
      expect(upstream.length).toBeGreaterThan(0);
    }
  });
});
