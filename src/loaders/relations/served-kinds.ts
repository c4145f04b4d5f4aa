import type { Cluster } from "../../cluster/cluster.ts";
import { ApiError } from "../../kube/api-error.ts";
import { knownResources } from "../../kube/known-resources.ts";
import { splitApiVersion, toApiVersion } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import { allReady, whenReady } from "../maybe-promise.ts";
import type { KindArgs, MaybePromise } from "../request-context.ts";
import { within } from "../within.ts";
import type { LoaderOptions } from "../operation.ts";

/**
 * What a cluster serves of a kind:
 * - `served`: as this resource;
 * - `other-version`: the group and kind, but preferred in another version, that of `resource`;
 * - `absent`: not at all;
 * - `unknown`: it cannot be told, since the cluster was never reached.
 */
export type ServedKind =
  | { readonly state: "served"; readonly resource: ResourceId }
  | { readonly state: "other-version"; readonly resource: ResourceId }
  | { readonly state: "absent" }
  | { readonly state: "unknown" };

/** Finds the resource of a group and kind; of any version where that is unset. */
export interface KindQuery {
  readonly group: string;
  readonly kind: string;
  readonly version?: string;
}

/** What discovery is read again with. */
export interface DiscoveryScope extends Pick<LoaderOptions, "clock" | "signal"> {
  readonly limits: Pick<LoaderOptions["limits"], "readThroughMs">;
}

/** Group and kind to the resource that every cluster serves; events of either API group are one store. */
const known: ReadonlyMap<string, ResourceId> = new Map([
  ...Object.values(knownResources).map((resource): [string, ResourceId] => [
    `${resource.group}/${resource.kind}`,
    resource,
  ]),
  ["events.k8s.io/Event", knownResources.events],
]);

/** A resource with a GraphQL type of its own, which every cluster serves: found without asking any. */
export function knownResource({ group, kind, version }: KindQuery): ResourceId | undefined {
  const resource = known.get(`${group}/${kind}`);
  return version === undefined || resource?.version === version ? resource : undefined;
}

export function toKindQuery({ apiVersion, kind }: KindArgs): Required<KindQuery> {
  const { group, version } = splitApiVersion(apiVersion);
  return { group, version, kind };
}

/**
 * By discovery, as last seen; where that lacks the kind it is read again, since the kind may have come since. Never rejects: a cluster
 * that does not answer is `absent` by what was last seen of it, else `unknown`.
 */
export function findServed(cluster: Cluster, query: KindQuery, scope: DiscoveryScope): MaybePromise<ServedKind> {
  const resource = knownResource(query);
  if (resource !== undefined) return { state: "served", resource };
  const seen = search(cluster.status.apiResources, query);
  if (seen.state === "served") return seen;
  const last: ServedKind = cluster.status.apiResources.length === 0 ? { state: "unknown" } : seen;
  if (cluster.status.health.state === "DOWN") return last;
  const { clock, signal, limits } = scope;
  return within({ ms: limits.readThroughMs, clock, signal }, (bounded) => cluster.refreshDiscovery(bounded)).then(
    (resources) => search(resources, query),
    () => last,
  );
}

function search(resources: readonly ResourceId[], { group, kind, version }: KindQuery): ServedKind {
  const found = resources.filter((resource) => resource.group === group && resource.kind === kind);
  const exact = found.find((resource) => version === undefined || resource.version === version);
  if (exact !== undefined) return { state: "served", resource: exact };
  return found[0] === undefined ? { state: "absent" } : { state: "other-version", resource: found[0] };
}

/** CRD_NOT_INSTALLED, saying in which versions the kind is served instead. */
export function notServed({ apiVersion, kind }: KindArgs, answers: readonly ServedKind[], where: string): ApiError {
  const { group } = splitApiVersion(apiVersion);
  const usual = known.get(`${group}/${kind}`);
  const versions = new Set(
    answers.flatMap((answer) => (answer.state === "other-version" ? [toApiVersion(answer.resource)] : [])),
  );
  if (usual !== undefined) versions.add(toApiVersion(usual));
  const instead =
    versions.size === 0 ? "See Cluster.apiResources" : `It is served as ${[...versions].sort().join(", ")}`;
  return new ApiError(
    "CRD_NOT_INSTALLED",
    `${where} serves no kind "${kind}" of apiVersion "${apiVersion}". ${instead}.`,
  );
}

/** Runs `next` with what each cluster serves of the kind. */
export function findServedInAll<Result>(
  clusters: readonly Cluster[],
  query: KindQuery,
  scope: DiscoveryScope,
  next: (answers: readonly ServedKind[]) => MaybePromise<Result>,
): MaybePromise<Result> {
  return whenReady(allReady(clusters.map((cluster) => findServed(cluster, query, scope))), next);
}
