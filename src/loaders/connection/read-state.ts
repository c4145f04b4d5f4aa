import type { Extent } from "../../auth/access.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { SyncStatus } from "../../cache/fleet-cache.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import { toErrorCode } from "../error-code.ts";
import type { FleetView } from "../fleet-view.ts";
import type { ReadStateValue } from "../request-context.ts";

/** One resource of one cluster that a list asks for. */
export interface Asked {
  readonly cluster: Cluster;
  readonly resource: ResourceName;
  /** false: the cluster does not serve the kind, so nothing of it is missing. Unset = it does. */
  readonly served?: boolean;
  /** Unset = all. */
  readonly namespaces?: readonly string[] | null | undefined;
}

/** How far the rows of what was asked can be trusted. `maxStalenessMs`: what is older is left out. */
export function toReadState(view: FleetView, asked: Asked, maxStalenessMs?: number): ReadStateValue {
  const { cluster, resource, served = true } = asked;
  const identity = cluster.status.identity.state;
  if (identity === "changed" || identity === "duplicate") {
    return absent(asked, "IDENTITY_CHANGED", identity === "changed" ? "IdentityChanged" : "DuplicateCluster");
  }
  if (view.access.state(cluster.name) !== "known") return absent(asked, "AUTHZ_UNAVAILABLE", "RightsUnknown");
  if (!served) return { ...absent(asked, null, null), state: "FRESH" };
  const extent = extentOf(view, asked);
  if (extent === "none") return { ...absent(asked, "FORBIDDEN", "Forbidden"), state: "FORBIDDEN" };
  const status = view.resource(cluster.name, resource)?.status;
  if (status === undefined) {
    const { state, reason } = cluster.status.health;
    return absent(asked, "CLUSTER_UNAVAILABLE", state === "DOWN" ? (reason ?? "Unavailable") : "NotHeld");
  }
  // Malformed objects are counted over all namespaces: only who sees all of them is told.
  const readState = fromStatus(asked, extent === "all" ? status : { ...status, skipped: 0 });
  return isTooOld(view, status, maxStalenessMs)
    ? { ...readState, state: "UNREACHABLE", code: "STALE_READ_REFUSED", reason: "TooOld" }
    : readState;
}

/** How much of what was asked the caller may list. */
function extentOf(view: FleetView, { cluster: { name: cluster }, resource, namespaces }: Asked): Extent {
  const { access } = view;
  const extent = view.extent(cluster, resource);
  if (extent !== "some" || namespaces === null || namespaces === undefined) return extent;
  return namespaces.some((namespace) => access.list.sees({ cluster, resource, namespace })) ? "some" : "none";
}

/** Whether nothing of it may be served under `maxStaleness`. */
export function isTooOld(view: FleetView, status: SyncStatus | undefined, maxStalenessMs: number | undefined): boolean {
  if (maxStalenessMs === undefined || status === undefined || status.state === "FORBIDDEN") return false;
  if (status.observedAtMs === null) return status.state !== "UNREACHABLE" && status.state !== "SYNCING";
  return view.takenAtMs - status.observedAtMs > maxStalenessMs;
}

/** Nothing known to be missing. */
export function isComplete(states: readonly ReadStateValue[]): boolean {
  return states.every(({ state, skipped }) => (state === "FRESH" || state === "STALE") && skipped === 0);
}

function fromStatus({ cluster, resource }: Asked, status: SyncStatus): ReadStateValue {
  const { state, reason, error, observedAtMs, skipped } = status;
  const trusted = state === "FRESH" || state === "SYNCING";
  const fallback = state === "FORBIDDEN" ? "FORBIDDEN" : "CLUSTER_UNAVAILABLE";
  return {
    clusterName: cluster.name,
    resource,
    state,
    code: trusted ? null : error === null ? fallback : toErrorCode(error),
    reason,
    observedAt: observedAtMs === null ? null : new Date(observedAtMs).toISOString(),
    observedAtMs,
    skipped,
  };
}

function absent({ cluster, resource }: Asked, code: string | null, reason: string | null): ReadStateValue {
  return {
    clusterName: cluster.name,
    resource,
    state: "UNREACHABLE",
    code,
    reason,
    observedAt: null,
    observedAtMs: null,
    skipped: 0,
  };
}
