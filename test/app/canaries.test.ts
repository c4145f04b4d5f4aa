import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-node";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createNodeDisk } from "../../src/cache/disk/node-disk.ts";
import { PackedSnapshotStore } from "../../src/cache/disk/packed-snapshot-store.ts";
import type { Config } from "../../src/config/config.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLogger } from "../../src/server/pino-logger.ts";
import { createOtelTracer } from "../../src/otel-tracer.ts";
import type { OtelTracer } from "../../src/otel-tracer.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";
import { startEmbeddedFront } from "../support/embedded-front.ts";
import type { EmbeddedFront } from "../support/embedded-front.ts";
import { eventually } from "../support/eventually.ts";
import { serviceAccountToken } from "../support/embedded-users.ts";
import { embeddedCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

/** Each place a secret is put has a canary of its own, so that a find says where it got in. */
const canary = (place: string): string => `CANARY${place.replaceAll(/[^a-z]/gi, "")}9f1c`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What came out of fleetgraph, by where. */
const outputs = new Map<string, string>();
const note = (output: string, text: string): void => void outputs.set(output, (outputs.get(output) ?? "") + text);

/** Of the caller, in auth.mode token: one by its text, one as a ServiceAccount has it. */
const callerToken = canary("caller token");
let accountToken: string;

let mode: Config["auth"]["mode"];
let folder: string;
let fleet: TestApp;
let front: EmbeddedFront;
let tracer: OtelTracer;
let store: PackedSnapshotStore;
let spans: ReadableSpan[] = [];
let metrics: Registry;

/** Credentials as they are sent; none where nobody asks for any. */
const bearer = (token: string): Record<string, string> => (mode === "none" ? {} : { authorization: `Bearer ${token}` });

// Tests read what they asked for.
// oxlint-disable-next-line typescript/no-explicit-any
async function ask(query: string, variables: unknown = {}, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(`${fleet.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(callerToken), ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  note("GraphQL", text + JSON.stringify([...response.headers]));
  return JSON.parse(text);
}

async function start(): Promise<void> {
  outputs.clear();
  spans = [];
  metrics = new Registry();
  folder = await mkdtemp(join(tmpdir(), "fleetgraph-canaries-"));
  const exporter = new InMemorySpanExporter();
  tracer = await createOtelTracer({
    version: "0",
    exporter: {
      export: (batch, done) => (spans.push(...batch), exporter.export(batch, done)),
      shutdown: () => exporter.shutdown(),
    },
  });
  front = await startEmbeddedFront({ name: "strict", authority: await createTestAuthority() });
  // A cluster that turns our token away, and says so in every failure.
  front.allows = () => false;
  const logger = createLogger({ level: "debug", destination: { write: (line) => note("logs", line) } });
  store = new PackedSnapshotStore({
    disk: createNodeDisk(),
    dir: folder,
    clock: systemClock,
    logger,
    self: { pid: process.pid, hostname: hostname(), token: "canaries", isAlive: () => true },
  });
  fleet = await startTestApp({
    clusters: [embeddedCluster("home", { role: "home" }), front.config({}, { token: canary("cluster token") })],
    ...(mode === "none"
      ? {}
      : {
          config: { auth: tokenMode },
          users: { home: [{ name: "ops", grants: [{ clusterRole: "cluster-admin" }] }] },
        }),
    logger,
    tracer,
    metrics,
    snapshots: store,
  });
  await eventually(() => expect(fleet.embedded.get("home")).toBeDefined());
  fleet.embedded.get("home")!.api.tokens.add({ token: callerToken, username: "ops" });
  accountToken = await serviceAccountToken(fleet.embedded, "home", "shop", "deployer");
  await eventually(async () => {
    const { data } = await ask('{ pods(clusters: ["home"]) { complete totalCount } }');
    expect(data.pods).toMatchObject({ complete: true });
    expect(data.pods.totalCount).toBeGreaterThan(5);
  });
}

async function stop(): Promise<void> {
  await fleet?.stop();
  await store?.close();
  await tracer?.close(100);
  await front?.server.close();
  await rm(folder, { recursive: true, force: true });
}

const secret = (name: string, place: string, more = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name,
    namespace: "default",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": canary(`${place} last applied`) },
  },
  data: { key: base64(canary(`${place} data`)) },
  stringData: { other: canary(`${place} string data`) },
  ...more,
});
const apply =
  'mutation ($m: JSON!, $dry: Boolean!) { applyResource(input: {cluster: "home", manifest: $m, dryRun: $dry}) { warnings object { id name manifest annotations { key value } } } }';
const secretRef = (name: string) => ({ cluster: "home", apiVersion: "v1", kind: "Secret", namespace: "default", name });

async function plant(): Promise<void> {
  await ask('{ resources(apiVersion: "v1", kind: "Secret") { totalCount } }');
  const stream = fleet.subscribe(
    'subscription { resourcesChanged(apiVersion: "v1", kind: "Secret") { type objects { name manifest annotations { key value } } } }',
    {},
    mode === "none" ? undefined : callerToken,
  );
  const streamed = (async () => {
    for await (const message of stream) {
      note("streams", JSON.stringify(message));
      if (JSON.stringify(message).includes("last-secret")) return;
    }
  })();
  await ask(apply, { m: secret("applied", "applied"), dry: false });
  await ask(apply, { m: secret("rehearsed", "rehearsed"), dry: true });
  await ask(apply, { m: secret("Bad Name", "refused"), dry: false });
  await ask(apply, { m: JSON.stringify(secret("as-text", "as text")), dry: false });
  await ask(apply, { m: `{"kind": "Secret", "data": ${canary("broken text")}`, dry: false });
  const patch =
    "mutation ($o: ObjectRef!, $t: PatchType!, $p: JSON!) { patchResource(input: {object: $o, type: $t, patch: $p}) { object { manifest } } }";
  await ask(patch, { o: secretRef("applied"), t: "MERGE", p: { data: { key: base64(canary("merge patch")) } } });
  const test = [{ op: "test", path: "/data/key", value: base64(canary("failing test")) }];
  await ask(patch, { o: secretRef("applied"), t: "JSON", p: test });
  await ask(patch, { o: secretRef("applied"), t: "MERGE", p: { data: canary("wrong shape") } });
  // A value that is no variable at all, a document that is none, and headers that mean nothing here.
  await ask(apply, { m: secret("applied", "wrong variable"), dry: canary("variable") });
  await ask(`{ nodes(labelSelector: "${canary("document")}=`);
  await ask("{ __typename }", {}, { authorization: `Bearer ${canary("bearer")}`, cookie: `t=${canary("cookie")}` });
  await connectWith({ Authorization: `Bearer ${canary("connection init")}` });
  await connectWith({ Authorization: `Bearer ${callerToken}` });
  // Whom a cluster vouches for, and who may do nothing there; whose token is no good; who puts it where it does not belong.
  await ask("{ viewer { username } pods { totalCount } }", {}, { authorization: `Bearer ${accountToken}` });
  await ask("{ viewer { username } }", {}, { authorization: `Bearer ${accountToken}x` });
  await ask("{ viewer { username } }", {}, { authorization: canary("no scheme") });
  note(
    "GraphQL",
    await (await fetch(`${fleet.url}/graphql?query={__typename}&access_token=${canary("query token")}`)).text(),
  );
  const call = { signal: new AbortController().signal, as: { kind: "local" } as const, fieldManager: "kubectl" };
  const cluster = fleet.app.registry.get("home")!;
  const resource = { group: "", version: "v1", plural: "secrets", kind: "Secret", namespaced: true };
  await cluster.client.create(resource, secret("last-secret", "foreign") as never, call);
  await streamed;
}

/** A socket whose first message carries a token, and which then asks for nothing it may have, where it is let in at all. */
async function connectWith(payload: object): Promise<void> {
  const socket = new WebSocket(`${fleet.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const closed = new Promise<void>((resolve) => {
    socket.once("close", (code, reason) => {
      note("streams", `${code} ${reason.toString()}`);
      resolve();
    });
  });
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send(JSON.stringify({ type: "connection_init", payload }));
  socket.on("message", (data: Buffer) => {
    note("streams", data.toString());
    socket.send(JSON.stringify({ type: "nonsense", payload: canary("bad message") }));
  });
  await closed;
}

describe.each(["none", "token"] as const)("canaries (T08), auth.mode %s", (given) => {
  beforeAll(async () => {
    mode = given;
    await start();
  });
  afterAll(stop);

  it("should find no token and no value of a Secret in anything that comes out of fleetgraph", async () => {
    await plant();
    await ask(
      '{ resources(apiVersion: "v1", kind: "Secret") { nodes { name manifest annotations { key value } events(first: 5) { nodes { message note: manifest } } } } }',
    );
    await ask(
      '{ events(clusters: ["home"]) { nodes { manifest } } clusters { nodes { name health { state reason message } readStates { code reason } endpoints { url health { message } } } } }',
    );
    await eventually(() => expect(outputs.get("logs")?.includes('"audit"')).toBe(true));
    for (const path of ["/metrics", "/readyz?verbose", "/livez?verbose", "/schema.graphql"]) {
      note("metrics", await (await fetch(fleet.url + path, { headers: bearer(callerToken) })).text());
    }
    // Bodies lie packed on disk and in memory: what they hold is what is looked at.
    for (const { partitions } of fleet.app.cache.snapshot().resources("home")) {
      for (const { rows } of partitions) for (const row of rows) note("memory", row.body.text());
    }
    await fleet.stop();
    await store.close();
    await tracer.close(1_000);
    note(
      "traces",
      JSON.stringify(spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))),
    );
    for (const name of await readdir(folder, { recursive: true })) {
      note("disk", name);
      note("disk", await readFile(join(folder, name), "latin1").catch(() => ""));
    }
    // What is looked through is really there.
    expect([...outputs.keys()].sort()).toEqual(["GraphQL", "disk", "logs", "memory", "metrics", "streams", "traces"]);
    for (const [output, text] of [
      ["GraphQL", "last-secret"],
      ["streams", "last-secret"],
      ["memory", "last-secret"],
      ["traces", "patch secrets"],
      ["metrics", "fleetgraph_audit_events_total"],
      ["disk", "secrets"],
    ] as const) {
      expect(outputs.get(output)!.includes(text), `${text} in ${output}`).toBe(true);
    }
    const found: string[] = [];
    for (const [output, text] of outputs) {
      // Neither whole nor the part that makes it good.
      if (text.includes(accountToken) || text.includes(accountToken.split(".")[2]!))
        found.push(`${output}: a ServiceAccount's token`);
      for (const [hit] of text.matchAll(/CANARY[A-Za-z]*9f1c|Q0FOQVJZ[A-Za-z0-9+/=]*/g)) {
        // Who sent a document or a variable is told where it breaks, in their own words.
        if (output === "GraphQL" && [canary("document"), canary("variable")].includes(hit)) continue;
        found.push(`${output}: ${hit}`);
      }
    }
    expect(found).toEqual([]);
  });
});
