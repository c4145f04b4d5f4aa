import { mkdtemp, rm } from "node:fs/promises";
import * as files from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { createClient } from "graphql-ws";
import type { Client } from "graphql-ws";
import { WebSocket } from "ws";
import { createApp } from "../../src/app.ts";
import type { App, AppOptions } from "../../src/app.ts";
import { MemorySnapshotStore } from "../../src/cache/disk/memory-snapshot-store.ts";
import type { ClusterConfig, Config } from "../../src/config/config.ts";
import { configDefaults } from "../../src/config/config.ts";
import { createEmbeddedFleet } from "../../src/embedded-fleet.ts";
import type { EmbeddedExtras, EmbeddedFleet } from "../../src/embedded-fleet.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { toExtras } from "./embedded-users.ts";
import type { EmbeddedUser } from "./embedded-users.ts";

/** Callers show tokens; what is found out about them counts for moments only. */
export const tokenMode: Config["auth"] = { ...configDefaults.auth, mode: "token" };

export interface TestAppOptions extends Partial<Omit<AppOptions, "config">> {
  readonly clusters: readonly ClusterConfig[];
  readonly config?: Partial<Config>;
  /** Users of the embedded clusters, by cluster: see embedded-users.ts. */
  readonly users?: Readonly<Record<string, readonly EmbeddedUser[]>>;
}

export interface GraphqlAnswer {
  // Tests read what they asked for: its shape is in the query beside.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions: Record<string, unknown>;
  }[];
}

export interface TestApp {
  readonly app: App;
  readonly url: string;
  readonly embedded: EmbeddedFleet;
  /** With a bearer token in `auth.mode: token`. */
  query(query: string, variables?: Record<string, unknown>, token?: string): Promise<GraphqlAnswer>;
  /** Over WebSocket; the first value of the root field each. Ending the loop ends the subscription. */
  // oxlint-disable-next-line typescript/no-explicit-any
  subscribe(query: string, variables?: Record<string, unknown>, token?: string): AsyncIterableIterator<any>;
  /** Makes the fleet these clusters, as an edited clusters.yaml does. */
  configure(clusters: readonly ClusterConfig[]): void;
  stop(): Promise<void>;
}

/** The whole product on a free port, as main.ts puts it together, but silent and with nothing on disk. */
export async function startTestApp(options: TestAppOptions): Promise<TestApp> {
  const cwd = await mkdtemp(join(tmpdir(), "fleetgraph-app-"));
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const logger = options.logger ?? silentLogger;
  const extras = (cluster: string): EmbeddedExtras => toExtras(options.users?.[cluster] ?? []);
  const embedded = options.embedded ?? createEmbeddedFleet({ clock, random, logger, extras });
  const pinned = new Map<string, string>();
  const app = createApp({
    environment: {
      files: { readFile: (path) => files.readFile(path, "utf8"), access: (path) => files.access(path) },
      env: process.env,
      homeDir: homedir(),
      cwd,
    },
    clock,
    random,
    logger,
    createId: randomUUID,
    embedded,
    snapshots: new MemorySnapshotStore(),
    pins: {
      load: async () => Object.fromEntries(pinned),
      save: async (uids) => {
        pinned.clear();
        for (const [name, uid] of Object.entries(uids)) pinned.set(name, uid);
      },
    },
    metrics: new Registry(),
    playgroundAssets: "src/server/playground/assets",
    ...options,
    config: {
      ...configDefaults,
      cache: { dir: join(cwd, "cache") },
      geo: {},
      ...options.config,
      server: { ...configDefaults.server, port: 0, ...options.config?.server },
      clusters: options.clusters,
    },
  });
  const stop = new AbortController();
  const running = app.run(stop.signal);
  await Promise.race([app.ready, running]);
  const { url } = app;
  const clients = new Map<string, Client>();
  const clientOf = (token = ""): Client => {
    const client =
      clients.get(token) ??
      createClient({
        url: `${url.replace("http", "ws")}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(token === "" ? {} : { connectionParams: { Authorization: `Bearer ${token}` } }),
      });
    clients.set(token, client);
    return client;
  };
  return {
    app,
    url,
    embedded,
    async query(query, variables, token) {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphqlAnswer;
    },
    async *subscribe(query, variables, token) {
      for await (const { data, errors } of clientOf(token).iterate({ query, variables })) {
        if (errors !== undefined) throw new Error(JSON.stringify(errors));
        yield Object.values(data ?? {})[0];
      }
    },
    configure: (clusters) => app.registry.apply(clusters),
    async stop() {
      for (const client of clients.values()) await client.dispose();
      stop.abort();
      await running;
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

/** The configuration of a cluster by its kubeconfig. */
export function kubeconfigCluster(name: string, path: string, more: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    name,
    role: "abroad",
    labels: {},
    write: true,
    identities: [],
    authorization: "asked",
    source: { type: "kubeconfig", path, context: name },
    ...more,
  };
}

/** The configuration of an embedded cluster. */
export function embeddedCluster(name: string, more: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    name,
    role: "abroad",
    labels: {},
    write: true,
    identities: [],
    authorization: "local",
    source: { type: "embedded", seed: name },
    ...more,
  };
}
