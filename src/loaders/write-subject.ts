import type { Cluster } from "../cluster/cluster.ts";
import { ApiError } from "../kube/api-error.ts";
import { knownResources } from "../kube/known-resources.ts";
import { parseObjectId } from "../kube/object-key.ts";
import { splitApiVersion } from "../kube/resource-id.ts";
import type { ApiResource, ResourceId } from "../kube/resource-id.ts";
import type { WriteTarget } from "../domain/writes/write-target.ts";
import { badInput, shown } from "./input-error.ts";
import type { LoaderOptions } from "./operation.ts";
import { checkNamespace } from "./relations/find-object.ts";
import { findServed, notServed } from "./relations/served-kinds.ts";
import type { KindQuery } from "./relations/served-kinds.ts";
import type { ObjectRefInput } from "./request-context.ts";

/** What a write is about: the target, and the cluster it lies in. */
export interface WriteSubject {
  readonly target: WriteTarget;
  readonly cluster: Cluster;
  /** Whether the kind has a scale subresource there. */
  readonly scalable: boolean;
}

/** An object by the parts of its key; `version` unset = the preferred one. */
export interface SubjectQuery extends KindQuery {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The object that an ObjectRef names: by id alone, or by its whole natural key; anything else is BAD_USER_INPUT. A cluster where the caller may do
 * nothing is as one that is not there.
 */
export function parseObjectRef(object: ObjectRefInput, options: FleetOptions): SubjectQuery {
  const { id, cluster, apiVersion, kind, namespace, name } = object;
  const others = [cluster, apiVersion, kind, namespace, name];
  if (isGiven(id)) {
    if (others.some(isGiven))
      throw badInput("input.object", "takes id alone, or cluster, apiVersion, kind, name and namespace");
    const identity = parseObjectId(id);
    if (identity === undefined || !("kind" in identity))
      throw badInput("input.object.id", "is not the id of an object in a cluster");
    const member = memberOf(identity.cluster, options);
    if (member === undefined)
      throw new ApiError("NOT_FOUND", `The object's cluster ${shown(identity.cluster)} is not in the fleet.`);
    return { ...identity, cluster: member };
  }
  if (!isGiven(cluster) || !isGiven(apiVersion) || !isGiven(kind) || !isGiven(name)) {
    throw badInput("input.object", "needs id alone, or all of cluster, apiVersion, kind and name");
  }
  return {
    ...splitApiVersion(apiVersion),
    kind,
    name,
    namespace: namespace ?? "",
    cluster: findCluster(cluster, "input.object.cluster", options),
  };
}

type FleetOptions = Pick<LoaderOptions, "registry" | "access">;

/** A cluster that exists for the caller. */
function memberOf(name: string, { registry, access }: FleetOptions): Cluster | undefined {
  return access.state(name) === "none" ? undefined : registry.get(name);
}

/** Throws BAD_USER_INPUT naming the clusters there are for the caller. */
export function findCluster(name: string, argument: string, options: FleetOptions): Cluster {
  const cluster = memberOf(name, options);
  if (cluster !== undefined) return cluster;
  const known = options.registry.list().flatMap((one) => memberOf(one.name, options)?.name ?? []);
  throw badInput(argument, `names no cluster: ${shown(name)}; there are: ${known.join(", ") || "none"}`);
}

/** Finds how the cluster serves the kind. Throws FORBIDDEN, IDENTITY_CHANGED, CRD_NOT_INSTALLED or CLUSTER_UNAVAILABLE before anything is sent. */
export async function resolveSubject(query: SubjectQuery, options: LoaderOptions): Promise<WriteSubject> {
  const { cluster, namespace, name } = query;
  demandWritable(cluster);
  const resource = await findResource(query, options);
  checkNamespace(resource, namespace);
  const target = { client: cluster.client, cluster: cluster.name, resource, namespace, name };
  return { target, cluster, scalable: isScalable(cluster, resource) };
}

function demandWritable({ name, writable, status }: Cluster): void {
  const { identity } = status;
  if (identity.state === "duplicate") {
    throw new ApiError("IDENTITY_CHANGED", `Cluster ${name} is configured as "${identity.of}" already: nothing is written under a second name.`, { cluster: name }); // prettier-ignore
  }
  if (identity.state === "changed") {
    throw new ApiError("IDENTITY_CHANGED", `Another cluster answers as ${name}: nothing is written until an operator confirms it.`, { cluster: name }); // prettier-ignore
  }
  if (writable) return;
  throw new ApiError("FORBIDDEN", `Cluster ${name} is read-only: set "write: true" in its configuration (or serve with --write) to allow mutations.`, { cluster: name }); // prettier-ignore
}

async function findResource(query: SubjectQuery, options: Parameters<typeof findServed>[2]): Promise<ResourceId> {
  const { cluster, group, kind, version } = query;
  const served = await findServed(cluster, query, options);
  switch (served.state) {
    case "served":
      return served.resource;
    case "other-version":
      // Discovery names the preferred version only; whether this one is served too the API server knows.
      return version === undefined ? served.resource : { ...served.resource, version };
    case "absent": {
      const apiVersion = group === "" ? (version ?? "v1") : `${group}/${version ?? "*"}`;
      throw notServed({ apiVersion, kind }, [served], `Cluster ${cluster.name}`);
    }
    case "unknown":
      throw new ApiError("CLUSTER_UNAVAILABLE", `Cluster ${cluster.name} was never reached: what it serves is not known. Nothing was written. Retry.`, { cluster: cluster.name, retryable: true }); // prettier-ignore
    default:
      return served satisfies never;
  }
}

const scalableByNature: ReadonlySet<ResourceId> = new Set([
  knownResources.deployments,
  knownResources.replicasets,
  knownResources.statefulsets,
]);

function isScalable({ status }: Cluster, resource: ResourceId): boolean {
  const found = status.apiResources.find(({ group, plural }) => group === resource.group && plural === resource.plural);
  // Kinds of our own types are known before the first discovery.
  if (found === undefined)
    return scalableByNature.has(resource) || ((resource as Partial<ApiResource>).subresources ?? []).includes("scale");
  return found.subresources.includes("scale");
}

function isGiven(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== "";
}
