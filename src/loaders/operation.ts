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
  return new StartedOperation(options);
}

/** What few operations need is made when it is first asked for. */
class StartedOperation implements Operation {
  readonly registry: LoaderOptions["registry"];
  readonly cache: LoaderOptions["cache"];
  readonly identity: Identity;
  readonly access: Access;
  readonly nowMs: number;
  readonly limits: LoaderLimits;
  readonly clock: Clock;
  readonly indexes: Indexes;
  readonly view: FleetView;
  readonly #options: LoaderOptions;
  #relations: Relations | undefined;
  #whereContext: WhereContext | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.registry = options.registry;
    this.cache = options.cache;
    this.identity = options.identity;
    this.access = options.access;
    this.nowMs = options.nowMs;
    this.limits = options.limits;
    this.clock = options.clock;
    this.indexes = options.indexes;
    this.view = createFleetView(options);
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  get relations(): Relations {
    return (this.#relations ??= createRelations(this.view, this.indexes));
  }

  get whereContext(): WhereContext {
    const { nowMs, relations } = this;
    return (this.#whereContext ??= { nowMs, relations, settled: true, kinds });
  }
}
