import { ApiError } from "../../kube/api-error.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { isKubeError, KubeError } from "../../kube/kube-error.ts";
import { formatKey, parseObjectId } from "../../kube/object-key.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../../kube/resource-id.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import type { FleetView } from "../fleet-view.ts";
import { isTooOld } from "../connection/read-state.ts";
import { badInput } from "../input-error.ts";
import { parseStaleness } from "../list-rows.ts";
import { whenReady } from "../maybe-promise.ts";
import type { Operation } from "../operation.ts";
import type { ClusterValue, MaybePromise, NaturalKey, OneArgs } from "../request-context.ts";
import type { LiveKey, ReadThrough } from "./read-through.ts";
import { findServed, notServed, resourceOfKind, toKindQuery } from "./served-kinds.ts";
import type { KindQuery, ServedKind } from "./served-kinds.ts";

/** One object by the parts of its natural key, in a cluster that is there. */
export interface ObjectQuery extends KindQuery {
  readonly cluster: string;
  /** "" for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** One object of a kind that its cluster serves. */
interface Sought extends LiveKey {
  readonly resourceName: ResourceName;
  /** How old the answer may be: as it was asked for, and what that comes to. */
  readonly maxStaleness: string | null | undefined;
  readonly maxStalenessMs: number | undefined;
}

/** Finds single objects of any kind in the operation's snapshot, having the kind listed first where nobody asked for it yet. */
export interface ObjectFinder {
  /** null where it is missing, or its cluster or kind is. A namespace is passed over where the kind has none, as in owner references. */
  find(query: ObjectQuery, args?: OneArgs): MaybePromise<AnyRow | null>;
  /** Throws BAD_USER_INPUT where the namespace does not fit the kind, CRD_NOT_INSTALLED where the cluster has no such kind. */
  byKey(key: NaturalKey, args: OneArgs): MaybePromise<AnyRow | null>;
  byId(id: string, args?: OneArgs): MaybePromise<AnyRow | ClusterValue | null>;
}

export function createObjectFinder(operation: Operation, readThrough: ReadThrough): ObjectFinder {
  const { view } = operation;

  const read = (
    cluster: Cluster,
    resource: ResourceId,
    { namespace, name }: Pick<ObjectQuery, "namespace" | "name">,
    { maxStaleness }: OneArgs,
  ): MaybePromise<AnyRow | null> => {
    const maxStalenessMs = parseStaleness(maxStaleness);
    const sought = { cluster, resource, resourceName: toResourceName(resource), namespace, name, maxStaleness, maxStalenessMs }; // prettier-ignore
    const settling = view.settle([cluster], resource);
    return settling === undefined ? readSettled(sought) : settling.then(() => readSettled(sought));
  };

  const readSettled = (sought: Sought): MaybePromise<AnyRow | null> => {
    const { cluster, resource, resourceName, namespace, name } = sought;
    demandKnown(view, cluster);
    // Nothing is fetched, and nothing waited for, that could not be shown.
    if (!view.access.gets({ cluster: cluster.name, resource: resourceName, namespace }, name)) return null;
    const ensured = view.ensure([cluster], resource);
    return ensured === undefined ? readHeld(sought) : ensured.then(() => readHeld(sought));
  };

  const readHeld = (sought: Sought): MaybePromise<AnyRow | null> => {
    const { cluster, resourceName, namespace, name, maxStalenessMs } = sought;
    if (maxStalenessMs === undefined) return view.get(cluster.name, resourceName, namespace, name) ?? null;
    const status = view.resource(cluster.name, resourceName)?.status;
    const mustRead = status === undefined || status.observedAtMs === null || isTooOld(view, status, maxStalenessMs);
    if (!mustRead) return view.get(cluster.name, resourceName, namespace, name) ?? null;
    return readThrough(sought).catch((error: unknown) => {
      // The cluster knows better than we: what may not be read is not there.
      if (isKubeError(error, "Forbidden")) return null;
      throw refuseStale(sought, error);
    });
  };

  const find = (query: ObjectQuery, args: OneArgs = {}): MaybePromise<AnyRow | null> => {
    const cluster = view.cluster(query.cluster);
    if (cluster === undefined) return null;
    demandKnown(view, cluster);
    return whenReady(findServed(cluster, query, operation), (served) =>
      served.state === "served"
        ? read(cluster, served.resource, served.resource.namespaced ? query : { ...query, namespace: "" }, args)
        : null,
    );
  };

  return {
    find,
    byKey(key, args) {
      const cluster = view.cluster(key.cluster);
      if (cluster === undefined) return null;
      demandKnown(view, cluster);
      const place = { namespace: key.namespace ?? "", name: key.name };
      const readAs = (resource: ResourceId): MaybePromise<AnyRow | null> => {
        checkNamespace(resource, place.namespace);
        return read(cluster, resource, place, args);
      };
      const everywhere = resourceOfKind(key);
      if (everywhere !== undefined) return readAs(everywhere);
      return whenReady(findServed(cluster, toKindQuery(key), operation), (served: ServedKind) => {
        if (served.state === "unknown") return null;
        if (served.state !== "served") throw notServed(key, [served], `Cluster ${cluster.name}`);
        return readAs(served.resource);
      });
    },
    byId(id, args) {
      const identity = parseObjectId(id);
      if (identity === undefined) return null;
      return "kind" in identity ? find(identity, args) : operation.relations.cluster(identity.cluster);
    },
  };
}

/** Throws AUTHZ_UNAVAILABLE, whether or not there is such an object. */
function demandKnown({ access }: FleetView, { name: cluster }: Cluster): void {
  if (access.state(cluster) === "known") return;
  throw new ApiError("AUTHZ_UNAVAILABLE", `Cluster ${cluster} cannot be asked what you may do, and what is known of it is too old. Retry.`, { cluster, retryable: true }); // prettier-ignore
}

/** Throws BAD_USER_INPUT where a namespace is missing or too much. */
export function checkNamespace({ kind, namespaced }: ResourceId, namespace: string): void {
  if (namespaced && namespace === "") throw badInput("namespace", `is needed: ${kind} lies in namespaces`);
  if (!namespaced && namespace !== "") throw badInput("namespace", `must be unset: ${kind} is cluster-scoped`);
}

function refuseStale({ cluster: { name: cluster }, namespace, name, maxStaleness }: Sought, cause: unknown): Error {
  const why = cause instanceof KubeError ? cause.reason : "Error";
  return new ApiError(
    "STALE_READ_REFUSED",
    `${formatKey({ cluster, namespace, name })} is held in a state older than ${maxStaleness}, and reading it from the cluster failed (${why}). Retry, or allow more.`,
    { cluster, retryable: true },
    cause,
  );
}
