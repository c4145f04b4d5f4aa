import { createFleetCache } from "../../../src/cache/fleet-cache.ts";
import type { FleetCache } from "../../../src/cache/fleet-cache.ts";
import type { Cluster, ClusterRegistry } from "../../../src/cluster/cluster.ts";
import { createEmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import type { EmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { localIdentity } from "../../../src/kube/identity.ts";
import { prepareObject } from "../../../src/kube/prepare-object.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createIndexes } from "../../../src/loaders/indexes.ts";
import { defaultLimits } from "../../../src/loaders/limits.ts";
import { randomUUID } from "node:crypto";
import { createAuditTrail } from "../../../src/loaders/audit-trail.ts";
import { wholeAccess } from "../../../src/auth/access.ts";
import type { WriterOptions } from "../../../src/loaders/writers.ts";
import { eventually } from "../../support/eventually.ts";

export interface LiveCluster {
  readonly name: string;
  readonly writable?: boolean;
  readonly believes?: Cluster["believes"];
  readonly authorization?: Cluster["authorization"];
  /** Puts something between the cluster and those who call it. */
  readonly wrap?: (client: KubeClient) => KubeClient;
}

/** Embedded clusters under the real cache: what is written comes back by watch. */
export interface LiveFleet {
  readonly apis: ReadonlyMap<string, EmbeddedApi>;
  readonly cache: FleetCache;
  options(more?: Partial<WriterOptions>): WriterOptions;
  close(): Promise<void>;
}

export async function createLiveFleet(members: readonly LiveCluster[] = [{ name: "home" }]): Promise<LiveFleet> {
  const stop = new AbortController();
  const apis = new Map<string, EmbeddedApi>();
  const clusters = await Promise.all(
    members.map(async (member, index) => {
      const api = createEmbeddedApi({
        name: member.name,
        clock: systemClock,
        random: Math.random,
        believes: member.believes ?? [],
      });
      apis.set(member.name, api);
      return toCluster(member, api, index === 0 ? "home" : "abroad", stop.signal);
    }),
  );
  const registry: ClusterRegistry = {
    name: "registry",
    ready: Promise.resolve(),
    run: () => Promise.resolve(),
    get: (name) => clusters.find((cluster) => cluster.name === name),
    list: () => clusters,
    subscribe: () => () => {},
  };
  const cache = createFleetCache({
    registry,
    toRow,
    prepare: prepareObject,
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
  });
  const running = cache.run(stop.signal);
  await eventually(() => {
    for (const { name } of clusters) {
      const states = cache
        .snapshot()
        .resources(name)
        .map(({ status }) => status.state);
      if (states.length < 11 || states.some((state) => state !== "FRESH")) throw new Error(`${name}: ${states.join()}`);
    }
  });
  return {
    apis,
    cache,
    options: (more = {}) => ({
      registry,
      cache,
      identity: localIdentity,
      access: wholeAccess,
      signal: stop.signal,
      nowMs: Date.now(),
      limits: defaultLimits,
      clock: systemClock,
      indexes: createIndexes(),
      requestId: "test-request",
      audit: createAuditTrail({ logger: silentLogger, clock: systemClock, createId: randomUUID }),
      ...more,
    }),
    async close() {
      stop.abort();
      await running;
    },
  };
}

async function toCluster(
  { name, writable = true, believes = [], authorization = "asked", wrap = (client) => client }: LiveCluster,
  api: EmbeddedApi,
  role: Cluster["role"],
  signal: AbortSignal,
): Promise<Cluster> {
  const call = { signal, as: localIdentity };
  const system = await api.client.get(
    { group: "", version: "v1", plural: "namespaces", kind: "Namespace", namespaced: false },
    { name: "kube-system" },
    call,
  );
  const apiResources = await api.client.discover(call);
  return {
    name,
    role,
    labels: {},
    writable,
    believes,
    authorization,
    client: wrap(api.client),
    signal,
    status: {
      identity: { state: "pinned", uid: system.metadata.uid! },
      version: "v1.34.4",
      health: { state: "UP", reason: null, message: null, since: null },
      endpoints: [],
      apiResources,
    },
    refreshDiscovery: () => api.client.discover(call),
  };
}
