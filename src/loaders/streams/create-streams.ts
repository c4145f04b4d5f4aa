import { alwaysCached, knownResources, workloadResources } from "../../kube/known-resources.ts";
import type { ResourceId, ResourceName } from "../../kube/resource-id.ts";
import type { Access, Authorizer } from "../../auth/access.ts";
import { toLogPosition } from "../../cache/change-log.ts";
import type { FleetCache } from "../../cache/fleet-cache.ts";
import { chooseClusters } from "../list-rows.ts";
import { startOperation } from "../operation.ts";
import type { LoaderOptions } from "../operation.ts";
import { findServedInAll, notServed, toKindQuery } from "../relations/served-kinds.ts";
import { hashArguments } from "../page/cursor.ts";
import type { KindArgs, StreamArgs, Streams, WorkloadKindName } from "../request-context.ts";
import { createChangeStream } from "./change-stream.ts";
import type { ChangeStream, ChangeStreamOptions, StreamRecipe } from "./change-stream.ts";
import type { Cohorts } from "./cohort.ts";
import { createDeferredStream } from "./deferred-stream.ts";
import type { HealthLog } from "./health-log.ts";
import { createHealthStream } from "./health-stream.ts";
import { createNodeLabelsStream } from "./node-labels-stream.ts";
import { createRetention } from "./retention.ts";
import { parseStreamCursor } from "./stream-cursor.ts";
import { createStreamRights, toWatching } from "./stream-rights.ts";
import type { RightsPool, StreamRights } from "./stream-rights.ts";
import { checkClusters, createSelection } from "./stream-selection.ts";
import type { SelectionRequest, StreamSelection } from "./stream-selection.ts";
import { replayUpstream, trusted, unknownPairs } from "./upstream-replay.ts";

export interface StreamOptions extends LoaderOptions {
  readonly cache: FleetCache;
  readonly healthLog: HealthLog;
  /** Tells when the caller's rights change. */
  readonly authorizer: Authorizer;
  /** Messages that may wait for a slow receiver. */
  readonly maxPending: number;
  /** Where streams of all operations meet; unset = each goes alone. */
  readonly cohorts?: Cohorts;
  /** Where the rights of all operations are followed; unset = each stream follows its own. */
  readonly rights?: RightsPool;
}

type StreamType = Parameters<Streams["changes"]>[0];

/** The streams of one operation. A stream shows what its caller may `list` and `watch`, by the rights at the moment of each event. */
export function createStreams(options: StreamOptions): Streams {
  const { cache, healthLog, signal, maxPending } = options;
  const shared = { cache, positionOf: toLogPosition, maxPending };

  return {
    changes(type, args) {
      const resources = resourcesOf(type, args.kinds);
      const request: SelectionRequest = { options, type, args, name: { type, kinds: args.kinds }, resources };
      const missing = resources.filter((resource) => !alwaysCached.includes(resource));
      // Arguments are checked at once.
      const selection = selecting(options, request)(options.access);
      // At once where nothing has to be asked upstream.
      if (missing.length > 0 || needsUpstream(options, selection, args.after))
        return createDeferredStream(signal, (started) => openStream(options, request, args, missing, started));
      // It is not of one operation: others may go on with it. That the client has gone is told by `return`.
      const { signal: lasting } = new AbortController();
      const recipe = toRecipe(options, selecting(options, { ...request, options: { ...options, signal: lasting } }), false); // prettier-ignore
      const rights = options.rights?.take(options) ?? createStreamRights({ ...options, resources: [] }); // prettier-ignore
      return createChangeStream({ recipe, rights, after: args.after, snapshot: args.snapshot ?? true });
    },
    resources(args) {
      checkClusters(options, args.clusters);
      return createDeferredStream(signal, async (started) => {
        const resource = await findResource(options, args);
        const name = { apiVersion: args.apiVersion, kind: args.kind };
        const request: SelectionRequest = { options, type: "GenericResource", args, name, resources: [resource] };
        return openStream(options, request, args, [resource], started);
      });
    },
    nodeLabels(args) {
      const resources = [knownResources.nodes];
      const request: SelectionRequest = { options, type: "ClusterNode", args, name: { type: "nodeLabels" }, resources };
      const select = selecting(options, request);
      const rights = createStreamRights({ ...options, resources: [] });
      return closingOnThrow(
        rights,
        () =>
        createNodeLabelsStream({ ...shared, signal, rights, select: () => select(rights.access), after: args.after }), // prettier-ignore
      );
    },
    health({ clusters, after }) {
      checkClusters(options, clusters);
      const rights = createStreamRights({ ...options, resources: [] });
      return closingOnThrow(rights, () =>
        createHealthStream({
          log: healthLog,
          filterHash: hashArguments({ type: "health", clusters }),
          covers: ({ clusterName, subject }) =>
            (clusters?.includes(clusterName) ?? true) &&
            rights.access.state(clusterName) !== "none" &&
            (subject.__typename !== "ClusterNode" ||
              rights.access.watch.sees({ cluster: clusterName, resource: "nodes", namespace: "" })),
          rights,
          signal,
          after,
          maxPending,
        }),
      );
    },
  };
}

function closingOnThrow<T>(rights: StreamRights, create: () => T): T {
  try {
    return create();
  } catch (error) {
    rights.close();
    throw error;
  }
}

/** The selection under given rights. Throws ApiError at once where the arguments are wrong. */
function selecting(options: StreamOptions, request: SelectionRequest): StreamRecipe["select"] {
  checkClusters(options, request.args.clusters);
  return (access) => createSelection(request, toWatching(access));
}

/** A stream that must wait before it begins: for rights, for kinds that are not held by themselves, for what only the API servers can tell. */
async function openStream(
  options: StreamOptions,
  request: SelectionRequest,
  args: StreamArgs,
  missing: readonly ResourceId[],
  signal: AbortSignal,
): Promise<ChangeStream> {
  const { cache, registry } = options;
  const rights = createStreamRights({ ...options, resources: missing });
  const retention = createRetention({ cache, registry, resources: missing, signal });
  try {
    await ensureAll(options, request, rights, missing, signal);
    const current = selecting(options, request);
    const select = (access: Access): StreamSelection => {
      const selection = current(access);
      retention.retain(() => current(rights.access));
      return selection;
    };
    const { after, snapshot = true } = args;
    return await resumeStream(options, { recipe: toRecipe(options, select, true), rights, signal, after, snapshot });
  } catch (error) {
    rights.close();
    retention.release();
    throw error;
  }
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

function toRecipe(
  { cache, maxPending, cohorts }: StreamOptions,
  select: StreamRecipe["select"],
  isOwn: boolean,
): StreamRecipe {
  return { cache, positionOf: toLogPosition, maxPending, cohorts, select, isOwn };
}

/** Whether the cursor is one that the change log cannot replay though it might be replayed. Throws ApiError CURSOR_INVALID. */
function needsUpstream(
  { cache }: Pick<StreamOptions, "cache">,
  selection: StreamSelection,
  after: StreamArgs["after"],
): boolean {
  if (after === undefined || after === null) return false;
  const { rights, positions } = parseStreamCursor(after, selection.filterHash);
  return rights === selection.rights && unknownPairs(selection, cache, positions).length > 0;
}

/** A stream that first asks the API servers for what the change log cannot replay. */
async function resumeStream(
  { registry, cache, clock }: StreamOptions,
  stream: ChangeStreamOptions & { readonly signal: AbortSignal },
): Promise<ChangeStream> {
  const { after, recipe, rights, signal } = stream;
  const selection = recipe.select(rights.access);
  if (after === undefined || after === null || !needsUpstream({ cache }, selection, after))
    return createChangeStream(stream);
  const { positions } = parseStreamCursor(after, selection.filterHash);
  const upstream = { registry, cache, clock, signal };
  const replays = await replayUpstream(unknownPairs(selection, cache, positions), positions, upstream);
  const isTrusted = (cluster: string, resource: ResourceName): boolean =>
    trusted(upstream, cluster, resource).held !== undefined;
  return createChangeStream({ ...stream, upstream: { replays, isTrusted } });
}

/** Sees to it that it is known what the caller may do with the kinds, and that what they may see of them is held. */
async function ensureAll(
  options: StreamOptions,
  request: SelectionRequest,
  rights: StreamRights,
  resources: readonly ResourceId[],
  signal: AbortSignal,
): Promise<void> {
  if (resources.length === 0) return;
  const { access } = rights;
  const chosen = chooseClusters(startOperation({ ...options, access }), request.args.clusters);
  await Promise.all(
    chosen.flatMap(({ name }) => resources.map((resource) => access.settle(name, resource, { signal }) ?? [])).flat(),
  );
  // Nobody has a kind fetched that they may not see.
  const { view } = startOperation({ ...options, access: toWatching(access), signal });
  await Promise.all(resources.map(async (resource) => view.ensureListed(chosen, resource)));
}

async function findResource(options: StreamOptions, args: StreamArgs & KindArgs): Promise<ResourceId> {
  const clusters = chooseClusters(startOperation(options), args.clusters);
  return findServedInAll(clusters, toKindQuery(args), options, (answers) => {
    const resource = answers.find((answer) => answer.state === "served")?.resource;
    if (resource === undefined) throw notServed(args, answers, "No cluster that was asked");
    return resource;
  });
}
