import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "graphql-ws";
import type { Client } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { startEmbeddedFront } from "../support/embedded-front.ts";
import type { EmbeddedFront } from "../support/embedded-front.ts";
import { eventually } from "../support/eventually.ts";
import { buildFleetgraph, startFleetgraph } from "../support/fleetgraph-process.ts";
import type { FleetgraphProcess } from "../support/fleetgraph-process.ts";
import { inspectProcess } from "../support/inspected-memory.ts";
import type { InspectedProcess } from "../support/inspected-memory.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";

/** The whole proof takes 60; a tenth of it runs in CI (RELIABILITY G26). */
const minutes = Number(process.env["FLEETGRAPH_SOAK_MINUTES"] ?? 6);
const changesPerSecond = 100;
const podCount = 400;
const namespaces = ["shop", "search", "media", "ops"];

/** Numbers below 1 that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = createRandom(20_261_121);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const write = { signal: new AbortController().signal, as: systemIdentity("test"), fieldManager: "soak" };

function pod(index: number): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `pod-${index}`,
      namespace: namespaces[index % namespaces.length]!,
      labels: { app: `app-${index % 20}`, generation: "0" },
    },
    spec: { containers: [{ name: "main", image: `registry.example/app:${index % 20}` }] },
  };
}

/** One change of the kinds that happen: mostly labels, now and then a pod goes and another comes. */
async function change({ api }: EmbeddedFront, count: number): Promise<void> {
  const index = Math.floor(random() * podCount);
  const { metadata } = pod(index);
  const object = { namespace: metadata.namespace!, name: metadata.name };
  if (random() < 0.1) {
    await api.client.delete(knownResources.pods, object, { gracePeriodSeconds: 0 }, write);
    await api.client.create(knownResources.pods, pod(index), write);
    return;
  }
  const body = { metadata: { labels: { generation: String(count), flavour: pick(["a", "b", "c"]) } } };
  await api.client.patch(knownResources.pods, object, { type: "merge", body }, write);
}

/** One thing that goes wrong, for at most some seconds. */
async function fault({ api, server }: EmbeddedFront): Promise<void> {
  const resource = "pods";
  const kinds: readonly (() => void | Promise<void>)[] = [
    () => void api.faults.cutStreams({ abruptly: true }),
    () => void api.faults.cutStreams({ resource }),
    () => api.faults.expireVersions(),
    () => api.faults.tearFrames(resource, 1),
    () => api.faults.malform(resource, 1),
    () => void api.faults.answer({ status: 500, count: 3 }),
    () => void api.faults.answer({ status: 429, retryAfterSeconds: 1, count: 2 }),
    async () => {
      const undo = api.faults.stall();
      await pause(3_000);
      undo();
    },
    async () => {
      const undo = api.faults.slow(500);
      await pause(2_000);
      undo();
    },
    () => server.cut(),
  ];
  await pick(kinds)();
}

const queries = [
  "{ pods(first: 500) { totalCount nodes { name namespace phase cluster { name } node { name } } readStates { state } } }",
  '{ pods(labelSelector: "app=app-3") { totalCount nodes { id name labels { key value } } } }',
  "{ pods(first: 20, orderBy: [{field: NAME, direction: DESC}]) { nodes { name events { totalCount } workload { name } } } }",
  '{ pods { groupBy(fields: [PHASE], labels: ["app"]) { count } } clusters { nodes { name health { state } } } }',
  "{ pods(first: 3) { nodes { manifest } } }",
  "{ nope }",
];
const subscriptions = [
  "subscription { podsChanged { type reason cursor objects { name labels { key value } } } }",
  'subscription { podsChanged(labelSelector: "flavour=a") { type objects { name } } }',
  'subscription { podsChanged(namespaces: ["shop"]) { type objects { id name node { name } } } }',
  "subscription { healthChanged { from to reason } }",
];

describe("an hour of change and faults", () => {
  let folder: string;
  let fleetgraph: FleetgraphProcess;
  let inspected: InspectedProcess;
  let client: Client;
  const fronts: EmbeddedFront[] = [];

  beforeAll(async () => {
    await buildFleetgraph();
    folder = await mkdtemp(join(tmpdir(), "fleetgraph-soak-"));
    const authority = await createTestAuthority();
    await writeFile(join(folder, "ca.crt"), authority.ca);
    for (const name of ["home", "paris"]) {
      const front = await startEmbeddedFront({ name, authority });
      for (const namespace of namespaces) {
        const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
        await front.api.client.create(knownResources.namespaces, object, write);
      }
      for (let i = 0; i < podCount; i += 1) await front.api.client.create(knownResources.pods, pod(i), write);
      fronts.push(front);
    }
    const clusters = fronts.map(
      ({ name, server }, index) =>
      [`  - name: ${name}`, `    role: ${index === 0 ? "home" : "abroad"}`, `    endpoints: [{url: "${server.url}"}]`, "    credentials: {caFile: ca.crt}"].join("\n"), // prettier-ignore
    );
    await writeFile(join(folder, "clusters.yaml"), `clusters:\n${clusters.join("\n")}\n`);
    fleetgraph = await startFleetgraph({
      cwd: folder,
      args: ["--config", "clusters.yaml"],
      env: { NODE_OPTIONS: "--inspect=127.0.0.1:0" },
    });
    const debuggers = /Debugger listening on (ws:\S+)/.exec(fleetgraph.stderr());
    inspected = await inspectProcess(debuggers![1]!);
    client = createClient({
      url: `${fleetgraph.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: Number.POSITIVE_INFINITY,
    });
    await eventually(async () => {
      const { data } = await fleetgraph.query("{ pods { totalCount complete } }");
      expect(data.pods).toEqual({ totalCount: 2 * podCount, complete: true });
    }, 30_000);
  }, 120_000);
  afterAll(async () => {
    await client?.dispose();
    inspected?.close();
    await fleetgraph?.kill("SIGTERM");
    for (const front of fronts) await front.server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    "should hold no more at its end than after warming up, and be in step",
    async () => {
      const endMs = performance.now() + minutes * 60_000;
      const isOver = (): boolean => performance.now() > endMs;
      const samples: number[] = [];
      const changing = (async () => {
        for (let count = 0; !isOver(); count += 1) {
          await change(pick(fronts), count);
          await pause(1_000 / changesPerSecond);
        }
      })();
      const failing = (async () => {
        while (!isOver()) {
          await pause(1_000 + random() * 4_000);
          await fault(pick(fronts));
        }
      })();
      const reading = (async () => {
        while (!isOver()) {
          await fleetgraph.query(pick(queries));
          await pause(100);
        }
      })();
      let received = 0;
      const listening = Array.from({ length: 12 }, async (_, index) => {
        while (!isOver()) {
          const stream = client.iterate({ query: subscriptions[index % subscriptions.length]! });
          const untilMs = performance.now() + 5_000 + random() * 20_000;
          const left = setTimeout(() => void stream.return?.(), Math.min(untilMs, endMs) - performance.now());
          for await (const _message of stream) received += 1;
          clearTimeout(left);
        }
      });
      const measuring = (async () => {
        while (!isOver()) {
          await pause((minutes * 60_000) / 60);
          const { heapUsed, arrayBuffers } = await inspected.memory();
          samples.push((heapUsed + arrayBuffers) / 1e6);
        }
      })();
      await Promise.all([changing, failing, reading, measuring, ...listening]);
      // What came malformed is left out until its object comes again: with the next list.
      for (const { api } of fronts) {
        api.faults.clear();
        api.faults.expireVersions();
        api.faults.cutStreams({ abruptly: true });
      }

      // In step again: the same pods with the same labels as the clusters have.
      await eventually(async () => {
        const { data } = await fleetgraph.query(
          '{ pods(first: 5000) { readStates { state reason skipped } nodes { cluster { name } namespace name generation: label(key: "generation") } } }',
        );
        const expected: string[] = [];
        for (const { name, api } of fronts) {
          const { items } = await api.client.list(knownResources.pods, {}, write);
          for (const { metadata } of items as KubeObject[]) {
            expected.push([name, metadata.namespace, metadata.name, metadata.labels?.["generation"]].join("|"));
          }
        }
        type Found = { cluster: { name: string }; namespace: string; name: string; generation: string };
        const found = (data.pods.nodes as Found[]).map(({ cluster, namespace, name, generation }) =>
          [cluster.name, namespace, name, generation].join("|"),
        );
        const fresh = { state: "FRESH", reason: null, skipped: 0 };
        expect(data.pods.readStates).toEqual([fresh, fresh]);
        expect(found.sort()).toEqual(expected.sort());
      }, 90_000);

      // Nothing of the streams is left, and of the connections no more than serve two clusters.
      await client.dispose();
      await eventually(async () => {
        const metrics = await (await fetch(`${fleetgraph.url}/metrics`)).text();
        expect(metrics).toMatch(/fleetgraph_subscriptions_active\{transport="websocket"\} 0\n/);
        const { TCPSocketWrap = 0, Timeout = 0 } = await inspected.resources();
        expect(TCPSocketWrap).toBeLessThan(60);
        expect(Timeout).toBeLessThan(100);
      }, 20_000);

      expect(received).toBeGreaterThan(minutes * 60 * 10);
      // The change log fills in the first minutes and is cut back from twice its size each 40 s: troughs are what can be compared.
      const quarter = Math.floor(samples.length / 4);
      const [early, late] = [
        Math.min(...samples.slice(2 * quarter, 3 * quarter)),
        Math.min(...samples.slice(3 * quarter)),
      ];
      process.stdout.write(
        `soak: ${minutes} min, ${received} messages, heap + buffers after collection in MB: ${samples.map((mb) => mb.toFixed(1)).join(" ")}; least of the third quarter ${early.toFixed(2)}, of the last ${late.toFixed(2)}\n`,
      );
      // A quarter of an hour may add a quarter of a megabyte (G26), and what one busy moment more or less holds.
      expect(late - early).toBeLessThan(minutes / 240 + 3);
    },
    (minutes + 4) * 60_000,
  );
});
