import { createHash } from "node:crypto";
import type { Access, AccessState, Extent } from "../../auth/access.ts";
import type { PartitionKey } from "../../cache/fleet-cache.ts";
import { matchesLabels, parseLabelSelector } from "../../kube/label-selector.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../../kube/resource-id.ts";
import type { AnyRow, RowType } from "../../kube/rows/row.ts";
import { toReadState } from "../connection/read-state.ts";
import { createFleetView } from "../fleet-view.ts";
import { kindOf } from "../kinds/kinds.ts";
import { chooseClusters } from "../list-rows.ts";
import { startOperation } from "../operation.ts";
import type { LoaderOptions } from "../operation.ts";
import { hashArguments } from "../page/cursor.ts";
import type { ReadStateValue, StreamArgs } from "../request-context.ts";
import { compileWhere } from "../where/compile-where.ts";

/** What a stream is about, and what of it its receiver may see. Rights do not change within one: others make another selection. */
export interface StreamSelection {
  /** Names the stream and its arguments: a cursor of another one is refused. */
  readonly filterHash: string;
  /** Short hash of where only some of a resource may be seen, and of where that is not known: a cursor given under other rights is resynchronised. */
  readonly rights: string;
  /** The clusters and resources it reads now, of those that exist for the receiver; clusters that join later are found by `covers`. */
  pairs(): readonly StreamPair[];
  /** Whether the receiver may see any of it. */
  covers(cluster: string, resource: ResourceName): boolean;
  /** How far the rights in a cluster are known. */
  stateOf(cluster: string): AccessState;
  /** How much of it the receiver may see; "none" too where that is not known. */
  extent(cluster: string, resource: ResourceName): Extent;
  /** Whether the receiver may see this partition. */
  sees(partition: PartitionKey): boolean;
  /** Filter without rights. Pure, so that it answers for a row of the past too. */
  wants(row: AnyRow): boolean;
  /** Filter and rights. */
  matches(row: AnyRow): boolean;
  /** The part of `matches` that an object keeps for life: false = the receiver cannot have held it and is not to hear of it. */
  reaches(row: AnyRow): boolean;
  /** As it is now; undefined where the cluster has left, or is not there for the receiver. */
  readState(cluster: string, resource: ResourceName): ReadStateValue | undefined;
}

export interface StreamPair {
  readonly cluster: string;
  readonly resource: ResourceName;
}

export interface SelectionRequest {
  readonly options: LoaderOptions;
  readonly type: RowType | "Workload";
  readonly args: Omit<StreamArgs, "after" | "snapshot">;
  /** Names the stream. */
  readonly name: object;
  readonly resources: readonly ResourceId[];
}

/** The selection of a stream under `access`, whose `list` is taken for what may be seen. Throws ApiError for bad arguments. */
export function createSelection(request: SelectionRequest, access: Access): StreamSelection {
  const { options, args, name, resources } = request;
  const { where, labelSelector, namespaces, clusters } = args;
  const { registry } = options;
  const names = resources.map(toResourceName);
  const rights = createRightsView(options, access);
  const takesCluster = (cluster: string): boolean => {
    const state = registry.get(cluster)?.status.identity.state;
    return (clusters?.includes(cluster) ?? true) && (state === "pinned" || state === "unknown");
  };
  const pairs = (): readonly StreamPair[] =>
    registry
      .list()
      .filter((cluster) => takesCluster(cluster.name) && rights.stateOf(cluster.name) !== "none")
      .flatMap((cluster) => names.map((resource) => ({ cluster: cluster.name, resource })));
  const matchesFilter = compileFilter(request, access);
  const wanted = isUnset(namespaces) ? undefined : new Set(namespaces);
  const inNamespace = ({ namespace }: AnyRow): boolean =>
    wanted === undefined || (namespace !== null && wanted.has(namespace));
  const wants = (row: AnyRow): boolean => inNamespace(row) && matchesFilter(row);
  return {
    ...rights,
    filterHash: hashArguments({ name, where, labelSelector, namespaces, clusters }),
    rights: hashRights(pairs(), rights, access),
    pairs,
    covers: (cluster, resource) =>
      names.includes(resource) &&
      (takesCluster(cluster) || registry.get(cluster) === undefined) &&
      rights.extent(cluster, resource) !== "none",
    wants,
    reaches: (row) => inNamespace(row) && rights.sees(partitionOf(row)),
    matches: (row) => rights.sees(partitionOf(row)) && wants(row),
    readState: (cluster, resource) => readState(request, access, cluster, resource),
  };
}

/** Throws BAD_USER_INPUT where `clusters` names one that does not exist for the caller. */
export function checkClusters(options: LoaderOptions, clusters: StreamArgs["clusters"]): void {
  if (!isUnset(clusters)) chooseClusters(startOperation(options), clusters);
}

export function partitionOf({ clusterName, resource, namespace }: AnyRow): PartitionKey {
  return { cluster: clusterName, resource, namespace: namespace ?? "" };
}

/** Rights as they are now, whatever is settled later: a difference between two moments must stay one. */
export function createRightsView(
  { registry }: Pick<LoaderOptions, "registry">,
  access: Access,
): Pick<StreamSelection, "stateOf" | "extent" | "sees"> {
  const { list } = access;
  const states = new Map(registry.list().map(({ name }) => [name, access.state(name)]));
  const stateOf = (cluster: string): AccessState => states.get(cluster) ?? access.state(cluster);
  return {
    stateOf,
    extent: (cluster, resource) => (stateOf(cluster) === "known" ? list.extent(cluster, resource) : "none"),
    sees: (partition) => stateOf(partition.cluster) === "known" && list.sees(partition),
  };
}

function hashRights(
  pairs: readonly StreamPair[],
  { extent, stateOf }: Pick<StreamSelection, "extent" | "stateOf">,
  { list }: Access,
): string {
  // Where all or none of it may be seen, the cursor says so by having a place for it or none.
  const partly = pairs.filter(({ cluster, resource }) => extent(cluster, resource) === "some");
  // Of these the receiver may still have what it could see before: to have no place there is not to have nothing of it.
  const unknown = pairs.filter(({ cluster }) => stateOf(cluster) === "unavailable");
  if (partly.length + unknown.length === 0) return "";
  const parts = [partly, partly.length === 0 ? "" : list.key, unknown];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 12);
}

function readState(
  { options, args }: SelectionRequest,
  access: Access,
  name: string,
  resource: ResourceName,
): ReadStateValue | undefined {
  const { registry, cache, signal, limits } = options;
  const cluster = registry.get(name);
  if (cluster === undefined || access.state(name) === "none") return undefined;
  const view = createFleetView({ registry, cache, access, signal, limits });
  return toReadState(view, { cluster, resource, namespaces: args.namespaces });
}

function compileFilter({ options, type, args }: SelectionRequest, access: Access): (row: AnyRow) => boolean {
  const { where, labelSelector } = args;
  const selector = isUnset(labelSelector) ? undefined : parseLabelSelector(labelSelector);
  const hasLabels = (row: AnyRow): boolean => selector === undefined || matchesLabels(selector, row.labelMap);
  // Nothing of an operation is kept where nothing needs it: it holds the store of that moment.
  if (isUnset(where)) return hasLabels;
  // A stream has no one moment: nothing may grow old in it, and nothing may depend on another object.
  const { whereContext } = startOperation({ ...options, access });
  const matchesWhere = compileWhere<AnyRow>(where, kindOf(type).where, {
    ...whereContext,
    nowMs: undefined,
    settled: false,
  });
  return (row) => hasLabels(row) && matchesWhere(row);
}

function isUnset(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
