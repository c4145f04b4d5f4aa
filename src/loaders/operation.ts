import type { Access } from "../auth/access.ts";
import type { ClusterRegistry } from "../cluster/cluster.ts";
import type { FleetCache } from "../cache/fleet-cache.ts";
import type { Clock } from "../lib/clock.ts";
import type { Identity } from "../kube/identity.ts";
import { createFleetView } from "./fleet-view.ts";
import type { FleetView } from "./fleet-view.ts";
import type { Indexes } from "./indexes.ts";
import { kinds } from "./kinds/kinds.ts";
import type { LoaderLimits } from "./limits.ts";
import { createRelations } from "./relations/relations.ts";
import type { Relations } from "./relations/relations.ts";
import type { WhereContext } from "./where/predicate.ts";

/** What all loaders of one operation work with. */
export interface LoaderOptions {
  readonly registry: ClusterRegistry;
  readonly cache: Pick<FleetCache, "snapshot" | "ensure" | "subscribe" | "log">;
  /** Calls that go out for this operation are made as the caller. */
  readonly identity: Identity;
  /** What the caller may see and do. */
  readonly access: Access;
  /** Ends whatever is in flight. */
  readonly signal: AbortSignal;
  /** Start of the operation: what "olderThan" counts from. ms since the epoch. */
  readonly nowMs: number;
  readonly limits: LoaderLimits;
  readonly clock: Clock;
  /** Shared by all operations of the process. */
  readonly indexes: Indexes;
}

/** One snapshot and what is read by it. */
export interface Operation extends LoaderOptions {
  readonly view: FleetView;
  readonly relations: Relations;
  readonly whereContext: WhereContext;
}

export function startOperation(options: LoaderOptions): Operation {
  const { registry, cache, access, signal, limits, indexes, nowMs } = options;
  const view = createFleetView({ registry, cache, access, signal, ensureWaitMs: limits.ensureWaitMs });
  const relations = createRelations(view, indexes);
  return { ...options, view, relations, whereContext: { nowMs, relations, settled: true, kinds } };
}
