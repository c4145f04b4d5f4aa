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
import { createReadThrough } from "./read-through.ts";
import type { LiveKey, ReadThrough } from "./read-through.ts";
import { findServed, notServed, toKindQuery } from "./served-kinds.ts";
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

export function createObjectFinder(operation: Operation): ObjectFinder {
  return new OperationObjectFinder(operation);
}

class OperationObjectFinder implements ObjectFinder {
  readonly #operation: Operation;
  readonly #view: FleetView;
  #readThrough: ReadThrough | undefined;

  constructor(operation: Operation) {
    this.#operation = operation;
    this.#view = operation.view;
  }

  find(query: ObjectQuery, args: OneArgs = {}): MaybePromise<AnyRow | null> {
    const cluster = this.#view.cluster(query.cluster);
    if (cluster === undefined) return null;
    demandKnown(this.#view, cluster);
    const { namespace, name } = query;
    return whenReady(findServed(cluster, query, this.#operation), (served) => {
      if (served.state !== "served") return null;
      const { resource } = served;
      return this.#read({ cluster, resource, namespace: resource.namespaced ? namespace : "", name }, args);
    });
  }

  byKey(key: NaturalKey, args: OneArgs): MaybePromise<AnyRow | null> {
    const cluster = this.#view.cluster(key.cluster);
    if (cluster === undefined) return null;
    demandKnown(this.#view, cluster);
    const { namespace, name } = key;
    return whenReady(findServed(cluster, toKindQuery(key), this.#operation), (served: ServedKind) => {
      if (served.state === "unknown") return null;
      if (served.state !== "served") throw notServed(key, [served], `Cluster ${cluster.name}`);
      const { resource } = served;
      checkNamespace(resource, namespace ?? "");
      return this.#read({ cluster, resource, namespace: namespace ?? "", name }, args);
    });
  }

  byId(id: string, args?: OneArgs): MaybePromise<AnyRow | ClusterValue | null> {
    const identity = parseObjectId(id);
    if (identity === undefined) return null;
    return "kind" in identity ? this.find(identity, args) : this.#operation.relations.cluster(identity.cluster);
  }

  #read({ cluster, resource, namespace, name }: LiveKey, { maxStaleness }: OneArgs): MaybePromise<AnyRow | null> {
    const maxStalenessMs = parseStaleness(maxStaleness);
    const sought = { cluster, resource, resourceName: toResourceName(resource), namespace, name, maxStaleness, maxStalenessMs }; // prettier-ignore
    const settling = this.#view.settle([cluster], resource);
    return settling === undefined ? this.#readSettled(sought) : settling.then(() => this.#readSettled(sought));
  }

  #readSettled(sought: Sought): MaybePromise<AnyRow | null> {
    const { cluster, resource, resourceName, namespace, name } = sought;
    demandKnown(this.#view, cluster);
    // Nothing is fetched, and nothing waited for, that could not be shown.
    if (!this.#view.access.gets({ cluster: cluster.name, resource: resourceName, namespace }, name)) return null;
    const ensured = this.#view.ensure([cluster], resource);
    return ensured === undefined ? this.#readHeld(sought) : ensured.then(() => this.#readHeld(sought));
  }

  #readHeld(sought: Sought): MaybePromise<AnyRow | null> {
    const { cluster, resourceName, namespace, name } = sought;
    if (!this.#isTooOld(sought)) return this.#view.get(cluster.name, resourceName, namespace, name) ?? null;
    this.#readThrough ??= createReadThrough(this.#operation);
    return this.#readThrough(sought).catch((error: unknown) => {
      // The cluster knows better than we: what may not be read is not there.
      if (isKubeError(error, "Forbidden")) return null;
      throw refuseStale(sought, error);
    });
  }

  #isTooOld({ cluster, resourceName, maxStalenessMs }: Sought): boolean {
    if (maxStalenessMs === undefined) return false;
    const status = this.#view.resource(cluster.name, resourceName)?.status;
    return status === undefined || status.observedAtMs === null || isTooOld(this.#view, status, maxStalenessMs);
  }
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
