import { knownResources, alwaysCached, workloadResources } from "../../kube/known-resources.ts";
import { matchesLabels, parseLabelSelector } from "../../kube/label-selector.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../../kube/resource-id.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import { toLogPosition } from "../../cache/change-log.ts";
import type { FleetCache } from "../../cache/fleet-cache.ts";
import { toReadState } from "../connection/read-state.ts";
import { createFleetView } from "../fleet-view.ts";
import { kindOf } from "../kinds/kinds.ts";
import { chooseClusters } from "../list-rows.ts";
import { startOperation } from "../operation.ts";
import type { LoaderOptions, Operation } from "../operation.ts";
import { findServedInAll, notServed, toKindQuery } from "../relations/served-kinds.ts";
import { hashArguments } from "../page/cursor.ts";
import type { ChangeMessage, KindArgs, StreamArgs, Streams, WorkloadKindName } from "../request-context.ts";
import { compileWhere } from "../where/compile-where.ts";
import { createChangeStream } from "./change-stream.ts";
import type { ChangeStreamOptions, StreamSelection } from "./change-stream.ts";
import { createDeferredStream } from "./deferred-stream.ts";
import type { HealthLog } from "./health-log.ts";
import { createHealthStream } from "./health-stream.ts";
import { createNodeLabelsStream } from "./node-labels-stream.ts";
import { parseStreamCursor } from "./stream-cursor.ts";
import { replayUpstream, trusted, unknownPairs } from "./upstream-replay.ts";

export interface StreamOptions extends LoaderOptions {
  readonly cache: FleetCache;
  readonly healthLog: HealthLog;
  /** Messages that may wait for a slow receiver. */
  readonly maxPending: number;
}

type StreamType = Parameters<Streams["changes"]>[0];

/** The streams of one operation. */
export function createStreams(options: StreamOptions): Streams {
  const { cache, healthLog, signal, maxPending, access } = options;
  const shared = { cache, positionOf: toLogPosition, signal, maxPending };

  return {
    changes(type, args) {
      const resources = resourcesOf(type, args.kinds);
      const operation = startOperation(options);
      const selection = createSelection(operation, type, args, { type, kinds: args.kinds }, resources);
      const base = { ...shared, ...startOf(options, args), selection };
      const missing = resources.filter((resource) => !alwaysCached.includes(resource));
      if (missing.length > 0) return whileHeld(options, operation, selection, missing, (started) => resumeStream(options, { ...base, signal: started })); // prettier-ignore
      // At once where nothing has to be asked upstream.
      if (!needsUpstream(base)) return createChangeStream(base);
      return createDeferredStream(signal, (started) => resumeStream(options, { ...base, signal: started }));
    },
    resources(args) {
      const operation = startOperation(options);
      return createDeferredStream(signal, async (started) => {
        const resource = await findResource(operation, args);
        const selection = createSelection(
          operation,
          "GenericResource",
          args,
          { apiVersion: args.apiVersion, kind: args.kind },
          [resource],
        );
        await ensureAll(operation, selection, [resource]);
        const release = retainAll(options, selection, [resource], started);
        try {
          return await resumeStream(options, { ...shared, ...startOf(options, args), signal: started, selection });
        } catch (error) {
          release();
          throw error;
        }
      });
    },
    nodeLabels(args) {
      const operation = startOperation(options);
      const selection = createSelection(operation, "ClusterNode", args, { type: "nodeLabels" }, [knownResources.nodes]);
      return createNodeLabelsStream({ ...shared, selection, after: args.after });
    },
    health({ clusters, after }) {
      const chosen = new Set(chooseClusters(startOperation(options), clusters).map(({ name }) => name));
      const isAll = clusters === undefined || clusters === null;
      return createHealthStream({
        log: healthLog,
        filterHash: hashArguments({ type: "health", clusters }),
        covers: ({ clusterName, subject }) =>
          (isAll || chosen.has(clusterName)) &&
          (subject.__typename !== "ClusterNode" ||
            access.watch.sees({ cluster: clusterName, resource: "nodes", namespace: "" })),
        signal,
        after,
        maxPending,
      });
    },
  };
}

function resourcesOf(type: StreamType, kinds: readonly WorkloadKindName[] | null | undefined): readonly ResourceId[] {
  switch (type) {
    case "Workload":
      return workloadResources.filter(({ kind }) => kinds?.some((name) => isKind(name, kind)) ?? true);
    case "Pod":
      return [knownResources.pods];
    case "ClusterNode":
      return [knownResources.nodes];
    case "Namespace":
      return [knownResources.namespaces];
    case "Service":
      return [knownResources.services];
    case "Event":
      return [knownResources.events];
    default:
      return workloadResources.filter(({ kind }) => kind === type);
  }
}

/** "CRON_JOB" is "CronJob". */
function isKind(name: WorkloadKindName, kind: string): boolean {
  return name.replaceAll("_", "").toLowerCase() === kind.toLowerCase();
}

/** What of the store a stream is about: its filter over one row, and the clusters it takes, those that join later included. */
function createSelection(
  operation: Operation,
  type: StreamType | "GenericResource",
  { where, labelSelector, namespaces, clusters }: StreamArgs,
  name: object,
  resources: readonly ResourceId[],
): StreamSelection {
  const { registry, access } = operation;
  chooseClusters(operation, clusters);
  const names = resources.map(toResourceName);
  const takesCluster = (cluster: string): boolean => {
    const state = registry.get(cluster)?.status.identity.state;
    return (clusters?.includes(cluster) ?? true) && (state === "pinned" || state === "unknown");
  };
  // A stream has no one moment: nothing may grow old in it, and nothing may depend on another object.
  const matchesWhere = compileWhere<AnyRow>(where, kindOf(type).where, {
    ...operation.whereContext,
    nowMs: undefined,
    settled: false,
  });
  const selector =
    labelSelector === null || labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  const wanted = namespaces === null || namespaces === undefined ? undefined : new Set(namespaces);
  const reaches = (row: AnyRow): boolean =>
    (wanted === undefined || (row.namespace !== null && wanted.has(row.namespace))) &&
    access.watch.sees({ cluster: row.clusterName, resource: row.resource, namespace: row.namespace ?? "" });
  return {
    filterHash: hashArguments({ name, where, labelSelector, namespaces, clusters }),
    pairs: () =>
      registry
        .list()
        .filter(({ name: cluster }) => takesCluster(cluster))
        .flatMap(({ name: cluster }) => names.map((resource) => ({ cluster, resource }))),
    covers: (cluster, resource) =>
      names.includes(resource) && (takesCluster(cluster) || registry.get(cluster) === undefined),
    reaches,
    matches: (row) =>
      reaches(row) && (selector === undefined || matchesLabels(selector, row.labelMap)) && matchesWhere(row),
  };
}

function startOf(
  options: StreamOptions,
  { after, snapshot }: StreamArgs,
): Pick<ChangeStreamOptions, "after" | "snapshot" | "toReadState"> {
  const { registry, cache, access, signal, limits } = options;
  return {
    after,
    snapshot: snapshot ?? true,
    toReadState(name, resource) {
      const cluster = registry.get(name);
      const view = createFleetView({ registry, cache, access, signal, ensureWaitMs: limits.ensureWaitMs });
      return cluster === undefined ? undefined : toReadState(view, { cluster, resource });
    },
  };
}

/** Whether the cursor is one that the change log cannot replay. Throws ApiError CURSOR_INVALID. */
function needsUpstream({ after, selection, cache }: ChangeStreamOptions): boolean {
  if (after === undefined || after === null) return false;
  return unknownPairs(selection, cache, parseStreamCursor(after, selection.filterHash)).length > 0;
}

/** A stream that first asks the API servers for what the change log cannot replay. */
async function resumeStream(
  { registry, cache, clock }: StreamOptions,
  stream: ChangeStreamOptions,
): Promise<PullStream<ChangeMessage>> {
  const { after, selection, signal } = stream;
  if (after === undefined || after === null || !needsUpstream(stream)) return createChangeStream(stream);
  const resume = parseStreamCursor(after, selection.filterHash);
  const upstream = { registry, cache, clock, signal };
  const replays = await replayUpstream(unknownPairs(selection, cache, resume), resume, upstream);
  const isTrusted = (cluster: string, resource: ResourceName): boolean =>
    trusted(upstream, cluster, resource).held !== undefined;
  return createChangeStream({ ...stream, upstream: { replays, isTrusted } });
}

/** A stream of kinds that are not held by themselves: they are fetched first, and kept for as long as it lives. */
function whileHeld(
  options: StreamOptions,
  operation: Operation,
  selection: StreamSelection,
  resources: readonly ResourceId[],
  begin: (signal: AbortSignal) => Promise<PullStream<ChangeMessage>>,
): AsyncIterableIterator<ChangeMessage> {
  return createDeferredStream(options.signal, async (started) => {
    await ensureAll(operation, selection, resources);
    retainAll(options, selection, resources, started);
    return begin(started);
  });
}

async function ensureAll(
  { view }: Operation,
  selection: StreamSelection,
  resources: readonly ResourceId[],
): Promise<void> {
  const wanted = new Set(selection.pairs().map(({ cluster }) => cluster));
  const clusters = view.clusters.filter(({ name }) => wanted.has(name));
  await Promise.all(resources.map(async (resource) => view.ensure(clusters, resource)));
}

/** Keeps the resources held until the signal is aborted, in clusters that join later as well; the returned function ends it sooner. */
function retainAll(
  { cache, registry }: StreamOptions,
  selection: StreamSelection,
  resources: readonly ResourceId[],
  signal: AbortSignal,
): () => void {
  const held = new Map<string, () => void>();
  const retain = (): void => {
    for (const { cluster } of selection.pairs()) {
      if (held.has(cluster)) continue;
      const undo = resources.map((resource) => cache.retain(cluster, resource));
      held.set(cluster, () => undo.forEach((release) => release()));
    }
  };
  retain();
  const unsubscribe = registry.subscribe(({ type }) => {
    if (type === "joined") retain();
  });
  const release = (): void => {
    unsubscribe();
    for (const undo of held.values()) undo();
    held.clear();
  };
  if (signal.aborted) release();
  else signal.addEventListener("abort", release, { once: true });
  return release;
}

async function findResource(
  { clock, signal, limits, view, registry }: Operation,
  args: StreamArgs & KindArgs,
): Promise<ResourceId> {
  const clusters = args.clusters === null || args.clusters === undefined ? view.clusters : args.clusters.flatMap((name) => registry.get(name) ?? []); // prettier-ignore
  const discovery = { ms: limits.readThroughMs, clock, signal };
  return findServedInAll(clusters, toKindQuery(args), discovery, (answers) => {
    const resource = answers.find((answer) => answer.state === "served")?.resource;
    if (resource === undefined) throw notServed(args, answers, "No cluster that was asked");
    return resource;
  });
}
