import type { Registry as MetricsRegistry } from "prom-client";
import { createApi } from "../resolvers/create-api.ts";
import { wholeAuthorizer } from "./auth/access.ts";
import type { Authorizer } from "./auth/access.ts";
import { createAuthenticator } from "./auth/authenticator.ts";
import type { TokenAuthenticator } from "./auth/authenticator.ts";
import { createAuthorizer } from "./auth/authorizer.ts";
import { createFleetCache } from "./cache/fleet-cache.ts";
import type { FleetCache } from "./cache/fleet-cache.ts";
import type { SnapshotStore } from "./cache/snapshot-store.ts";
import type { ClusterRegistry } from "./cluster/cluster.ts";
import { createClusterRegistry } from "./cluster/cluster-registry.ts";
import type { ConfigurableRegistry } from "./cluster/cluster-registry.ts";
import type { PinnedIdentities } from "./cluster/pinned-identities.ts";
import type { ConfigEnvironment } from "./config/config-environment.ts";
import type { ConfigSource } from "./config/config-source.ts";
import type { ClusterConfig, Config } from "./config/config.ts";
import type { WatchFolder } from "./config/watch-config.ts";
import { createClusterConnector } from "./connect-cluster.ts";
import { loadManifests } from "./config/load-manifests.ts";
import { createGeolabeler } from "./controllers/geolabeler/geolabeler.ts";
import { createMaxmindDatabase, nodeGeoDisk } from "./controllers/geolabeler/maxmind-database.ts";
import type { EmbeddedFleet } from "./embedded-fleet.ts";
import { followConfig } from "./follow-config.ts";
import { createInterner } from "./kube/interner.ts";
import { prepareObject } from "./kube/prepare-object.ts";
import { toRow } from "./kube/rows/to-row.ts";
import type { Random } from "./lib/backoff.ts";
import { aborted } from "./lib/aborted.ts";
import type { Clock } from "./lib/clock.ts";
import { createDeferred } from "./lib/deferred.ts";
import type { Logger } from "./lib/logger.ts";
import { createLoopLoad } from "./lib/loop-load.ts";
import type { Tracer } from "./lib/tracer.ts";
import { runInOrder } from "./lib/runnable.ts";
import type { Runnable } from "./lib/runnable.ts";
import { createAuditTrail } from "./loaders/audit-trail.ts";
import { createHealthLog } from "./loaders/streams/health-log.ts";
import { createMetricsAccess } from "./metrics-access.ts";
import { fleetMetrics } from "./fleet-metrics.ts";
import { createRequestContextFactory } from "./request-context-factory.ts";
import type { FleetRequestContext } from "./request-context-factory.ts";
import { createServer } from "./server/create-server.ts";
import type { HealthPart } from "./server/server-options.ts";
import type { TransportLimits } from "./transport/transport-limits.ts";

export interface AppOptions {
  readonly config: Config;
  /** What the configuration's files and variables are read from, also later: kubeconfigs, exec plugins. */
  readonly environment: ConfigEnvironment;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Unset = nothing is traced. */
  readonly tracer?: Tracer;
  /** Ids that no other process makes. */
  readonly createId: () => string;
  readonly embedded: EmbeddedFleet;
  /** Unset: caches die with the process. */
  readonly snapshots?: SnapshotStore;
  readonly pins: PinnedIdentities;
  readonly metrics: MetricsRegistry;
  /** Folder of the built playground. */
  readonly playgroundAssets: string;
  /** Set: the configuration is read again and applied when its files change. */
  readonly follow?: { readonly source: ConfigSource; readonly watchFolder: WatchFolder };
  readonly transportLimits?: Partial<TransportLimits>;
}

/** The whole product in one process. `ready` once it listens and what the disk has is served; no cluster is waited for. */
export interface App extends Runnable {
  /** "http://127.0.0.1:4000"; throws before `ready`. */
  readonly url: string;
  readonly registry: ConfigurableRegistry<ClusterConfig>;
  readonly cache: FleetCache;
}

/** Objects that may wait for one slow subscriber: at some 2 KB of references and rows each, 10 MB at worst. */
const maxPendingChanges = 5_000;
/** Latest changes of health kept for streams that resume. */
const healthLogEntries = 10_000;
const graceMs = 10_000;

/** Puts the parts together; nothing runs before `run`. */
export function createApp(options: AppOptions): App {
  const { config, clock, random, logger, createId, snapshots, pins } = options;
  const registry = createClusterRegistry({
    clusters: config.clusters,
    connect: createClusterConnector({ ...options, probe: config.probe }),
    pins,
    clock,
    random,
    logger,
  });
  const interner = createInterner();
  const cache = createFleetCache({
    registry,
    toRow: (resource, cluster, object, { observedAtMs, source, labelManagers, json }) =>
      toRow(resource, cluster, object, { observedAtMs, source, labelManagers, interner, json }),
    prepare: prepareObject,
    clock,
    random,
    logger,
    load: createLoopLoad(clock),
    snapshots,
    logBytes: config.limits.maxLogBytes,
    lastKnownUid: (name) => uidOf(registry, name),
  });
  const authorizer = authorizing(options, registry, cache);
  const authenticator = authenticating(options, registry);
  const healthLog = createHealthLog({ registry, cache, clock, id: createId(), limit: healthLogEntries });
  const audit = createAuditTrail({ logger, clock, createId });
  const api = createApi({ subgraph: config.subgraph, clock });
  const persisted = followManifests(options);
  const parts: HealthPart[] = [{ name: "cache", ok: false, reason: "what the disk has is being loaded" }];
  void cache.ready.then(
    () => parts.splice(0, 1, { name: "cache", ok: true }),
    () => {},
  );
  const server = createServer({
    ...api,
    createContext: createRequestContextFactory({
      registry,
      cache,
      healthLog,
      authorizer,
      clock,
      audit,
      maxPending: maxPendingChanges,
    }),
    rightsOf: (context) => (context as FleetRequestContext).rights,
    persistedDocuments: { ...config.persistedDocuments, manifest: persisted.documents },
    awaitReadAfter: (tokens, context) => (context as FleetRequestContext).awaitReadAfter(tokens),
    ...(authenticator === undefined
      ? {}
      : { authenticator, mayReadMetrics: createMetricsAccess(registry, authorizer) }),
    config: { ...config.server, limits: toServerLimits(config) },
    health: { live: () => [], ready: () => parts },
    logger,
    ...(options.tracer === undefined ? {} : { tracer: options.tracer }),
    clock,
    registry: options.metrics,
    metricSources: fleetMetrics({ registry, cache, audit, authenticator }),
    playgroundAssets: options.playgroundAssets,
    createId,
  });
  const groups: Runnable[][] = [[registry], [cache], geolabeling(options, registry, cache), [persisted], [server]];
  if (options.follow !== undefined) {
    groups.push([followConfig({ ...options, ...options.follow, registry, onApplied: persisted.reload })]);
  }
  return {
    name: "fleetgraph",
    ready: server.ready,
    registry,
    cache,
    get url() {
      return server.url;
    },
    async run(signal) {
      const stopEmbedded = registry.subscribe(({ type, cluster }) => {
        if (type === "left") void options.embedded.stop(cluster.name);
      });
      try {
        await runInOrder(groups, { signal, graceMs, logger, clock });
      } finally {
        stopEmbedded();
        healthLog.close();
        authenticator?.close();
        authorizer.close();
        await audit.settled();
        await options.embedded.close();
      }
    },
  };
}

/** In mode none the person at this machine may do what the clusters let our own credentials do. */
function authorizing(
  { config, clock, logger }: AppOptions,
  registry: ClusterRegistry,
  cache: FleetCache,
): Authorizer & { close(): void } {
  if (config.auth.mode === "none") return { ...wholeAuthorizer, close() {} };
  return createAuthorizer({ registry, cache, clock, logger });
}

/** In mode none nobody says who they are. */
function authenticating(
  { config, clock, random, logger }: AppOptions,
  registry: ClusterRegistry,
): TokenAuthenticator | undefined {
  if (config.auth.mode === "none") return undefined;
  return createAuthenticator({ registry, config: config.auth, clock, random, logger });
}

/** Off unless a database is configured; the clusters it may write to are the writable ones. */
function geolabeling(
  { config, clock, random, logger }: AppOptions,
  registry: ClusterRegistry,
  cache: FleetCache,
): Runnable[] {
  const { database: path } = config.geo;
  if (path === undefined) return [];
  const database = createMaxmindDatabase({ path, disk: nodeGeoDisk, clock, logger });
  return [database, createGeolabeler({ registry, cache, database, clock, random, logger })];
}

/** Documents of the manifests: read before the server listens, and again where the configuration's files have changed. */
function followManifests({ config, environment, logger }: AppOptions): Runnable & {
  documents(): ReadonlyMap<string, string>;
  reload(): Promise<void>;
} {
  const { manifests } = config.persistedDocuments;
  let documents: ReadonlyMap<string, string> = new Map();
  const ready = createDeferred();
  const reload = async (): Promise<void> => {
    if (manifests.length === 0) return;
    const loaded = await loadManifests(manifests, environment.files);
    for (const { message } of loaded.problems) logger.error("a manifest of persisted documents is wrong", { message });
    if (loaded.problems.length > 0) return;
    documents = loaded.documents;
    logger.info("persisted documents loaded", { documents: documents.size });
  };
  return {
    name: "persisted documents",
    ready: ready.promise,
    documents: () => documents,
    reload,
    async run(signal) {
      await reload();
      ready.resolve();
      await aborted(signal);
    },
  };
}

function uidOf(registry: ClusterRegistry, name: string): string | undefined {
  const identity = registry.get(name)?.status.identity;
  return identity === undefined || identity.state === "unknown" ? undefined : identity.uid;
}

function toServerLimits({ limits }: Config): NonNullable<Parameters<typeof createServer>[0]["config"]["limits"]> {
  return {
    bodyBytes: limits.maxBodyBytes,
    tokens: limits.maxTokens,
    depth: limits.maxDepth,
    aliases: limits.maxAliases,
    objects: limits.maxObjects,
    operationMs: limits.requestTimeoutMs,
    connections: limits.maxConnections,
    operationsPerConnection: limits.maxSubscriptions,
    fields: limits.maxFields,
    rootFields: limits.maxRootFields,
    directives: limits.maxDirectives,
    cost: limits.maxCost,
    requests: limits.maxRequests,
    connectionsPerAddress: limits.maxConnectionsPerAddress,
    messagesPerSecond: limits.maxMessagesPerSecond,
    sendBufferBytes: limits.maxSubscriptionBytes,
  };
}
