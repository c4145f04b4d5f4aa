import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { configDefaults } from "../../src/config/config.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

/** Less than a tenth of what is run by hand: FLEETGRAPH_READERS=5000. One in a hundred never reads. */
const count = Number(process.env["FLEETGRAPH_READERS"] ?? 300);
const deafCount = Math.ceil(count / 100);
/** Each change is 60 KB: 2.4 MB in all while the deaf do not read, more than the kernel keeps for them. */
const rounds = 60;
const objects = 300;

const configMaps = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };
const call = { signal: new AbortController().signal, as: systemIdentity("test"), fieldManager: "test" };

function configMap(name: string, round: number, bytes: number): KubeObject {
  const metadata = { name, namespace: "default", labels: { app: "readers", round: String(round) } };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text: "x".repeat(bytes) } } as KubeObject;
}

interface Reader {
  readonly webSocket: WebSocket;
  /** The version it holds, by name of the object; as the messages say. */
  readonly held: Map<string, string>;
  /** ms of performance.now() at which it was told of the round. */
  readonly toldAt: Map<string, number>;
  readonly error: () => { readonly code: string; readonly cursor: string | null } | undefined;
  readonly isSynced: () => boolean;
}

function subscribe(url: string, query: string, variables?: object): Promise<Reader> {
  const webSocket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const held = new Map<string, string>();
  const toldAt = new Map<string, number>();
  let isSynced = false;
  let error: ReturnType<Reader["error"]>;
  return new Promise((resolve, reject) => {
    webSocket.on("error", reject);
    webSocket.once("close", (code) => reject(new Error(`closed with ${code}`)));
    webSocket.once("open", () => webSocket.send('{"type":"connection_init"}'));
    webSocket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString("latin1").replace(/x{100,}/, "")) as { type: string; payload: never };
      if (message.type === "connection_ack")
        webSocket.send(JSON.stringify({ id: randomUUID(), type: "subscribe", payload: { query, variables } }));
      if (message.type === "error") {
        const [first] = message.payload as { extensions: { code: string; cursor: string | null } }[];
        error = first?.extensions;
        if (!isSynced) reject(new Error(JSON.stringify(message.payload)));
      }
      if (message.type !== "next") return;
      const payload = message.payload as { data: Record<string, { type: string; objects: { name: string; label: string }[] }> }; // prettier-ignore
      const { type, objects: rows } = Object.values(payload.data)[0]!;
      for (const { name, label } of rows) {
        if (type === "DELETED") held.delete(name);
        else held.set(name, label);
        toldAt.set(label, performance.now());
      }
      if (type !== "SYNCED" || isSynced) return;
      isSynced = true;
      resolve({ webSocket, held, toldAt, error: () => error, isSynced: () => isSynced }); // prettier-ignore
    });
  });
}

const stream = (more: string): string =>
  `subscription($after: String) { resourcesChanged(apiVersion: "v1", kind: "ConfigMap", labelSelector: "app=readers", after: $after${more}) { type cursor objects { name label(key: "round") manifest } } }`;

describe("readers that never read", () => {
  let fleet: TestApp;
  const readers: Reader[] = [];

  beforeAll(async () => {
    const limits = { ...configDefaults.limits, maxConnections: 20_000, maxConnectionsPerAddress: 20_000 };
    fleet = await startTestApp({ clusters: [embeddedCluster("home", { role: "home" })], config: { limits } });
    await eventually(async () => {
      const { data } = await fleet.query('{ resources(apiVersion: "v1", kind: "ConfigMap") { complete } }');
      expect(data).toEqual({ resources: { complete: true } });
    }, 30_000);
  });
  // What one test leaves open would be told all that the next one makes.
  afterEach(() => {
    for (const { webSocket } of readers.splice(0)) webSocket.terminate();
  });
  afterAll(() => fleet?.stop());

  const client = () => fleet.embedded.get("home")!.api.client;
  const put = async (name: string, round: number): Promise<void> => {
    const body = { metadata: { labels: { round: String(round) } } };
    await client().patch(configMaps, { namespace: "default", name }, { type: "merge", body }, call);
  };

  it("should not disturb the others, hold no more than a bounded amount for them, and lose nothing they are owed", async () => {
    for (let i = 0; i < 3; i++) await client().create(configMaps, configMap(`c${i}`, 0, 60_000), call);
    for (let i = 0; i < count; i += 50) {
      const some = Array.from({ length: Math.min(50, count - i) }, () => subscribe(fleet.url, stream("")));
      readers.push(...(await Promise.all(some)));
    }
    const deaf = readers.slice(0, deafCount);
    const others = readers.slice(deafCount);
    const change = async (from: number, to: number): Promise<number> => {
      const late: number[] = [];
      for (let round = from; round < to; round++) {
        const startMs = performance.now();
        await put(`c${round % 3}`, round);
        await eventually(() => {
          for (const { held } of others) if (held.get(`c${round % 3}`) !== String(round)) throw new Error(`round ${round}`); // prettier-ignore
        }, 30_000);
        for (const { toldAt } of others) late.push((toldAt.get(String(round)) ?? Infinity) - startMs);
      }
      return late.sort((a, b) => a - b)[Math.floor(late.length * 0.99)] ?? 0;
    };
    const before = await change(1, 1 + rounds / 3);
    for (const reader of deaf) reader.webSocket.pause();
    globalThis.gc?.();
    const memory = process.memoryUsage().rss;
    const after = await change(1 + rounds / 3, 1 + rounds);
    const grown = process.memoryUsage().rss - memory;
    // By hand: the p99 of the others before and with the deaf ones, and what the process has grown by.
    if (process.env["FLEETGRAPH_READERS"] !== undefined) process.stdout.write(`${JSON.stringify({ count, deafCount, rounds, before, after, grownMb: grown / 2 ** 20 })}\n`); // prettier-ignore
    // Nobody got less than everything, one event each, whatever the deaf do.
    for (const { toldAt } of others) expect(toldAt.size).toBeGreaterThanOrEqual(rounds);
    // Those that read again get the newest of each object, without a word about what was between; on a slow machine they have not answered a ping
    // meanwhile and are closed, which is no silence either.
    for (const reader of deaf) reader.webSocket.resume();
    const truth = others[0]!.held;
    await eventually(() => {
      for (const { held, webSocket } of deaf)
        if (webSocket.readyState === WebSocket.OPEN)
          expect(Object.fromEntries(held)).toEqual(Object.fromEntries(truth));
    }, 30_000);
    for (const { error } of readers) expect(error()).toBeUndefined();
  }, 300_000);

  it("should end a stream with SUBSCRIPTION_OVERFLOW and a cursor, not the socket, where more waits than may", async () => {
    const reader = await subscribe(fleet.url, stream(", snapshot: false"));
    readers.push(reader);
    reader.webSocket.pause();
    // What fills the kernel's buffers, and what is waiting then: more than the 5,000 that may.
    let made = 0;
    const make = async (bytes: number): Promise<void> => {
      const batch = Array.from({ length: objects }, () => configMap(`o${made++}`, made, bytes));
      await Promise.all(batch.map((object) => client().create(configMaps, object, call)));
    };
    for (let i = 0; i < 4; i++) await make(60_000);
    for (let i = 0; i < 18; i++) await make(10);
    await eventually(async () => {
      const { data } = await fleet.query('{ resources(apiVersion: "v1", kind: "ConfigMap", labelSelector: "app=readers") { totalCount } }'); // prettier-ignore
      expect((data as { resources: { totalCount: number } }).resources.totalCount).toBeGreaterThanOrEqual(made);
    }, 30_000);
    reader.webSocket.resume();
    await eventually(() => expect(reader.error()).toMatchObject({ code: "SUBSCRIPTION_OVERFLOW" }), 30_000);
    expect(reader.webSocket.readyState).toBe(WebSocket.OPEN);
    // With the cursor it was given it gets the rest, by replay or by a whole snapshot.
    const again = await subscribe(fleet.url, stream(""), { after: reader.error()?.cursor });
    readers.push(again);
    const names = new Set([...reader.held.keys(), ...again.held.keys()]);
    expect([...names].filter((name) => name.startsWith("o")).length).toBe(made);
  }, 120_000);
});
