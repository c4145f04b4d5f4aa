import type { AuditTrail } from "./loaders/audit-trail.ts";
import { createLoaders } from "./loaders/create-loaders.ts";
import { defaultLimits } from "./loaders/limits.ts";
import type { LoaderLimits } from "./loaders/limits.ts";
import { createIndexes } from "./loaders/indexes.ts";
import { awaitReadAfter } from "./loaders/read-after.ts";
import type { Loaders, RequestContext, Streams, Writers } from "./loaders/request-context.ts";
import type { Identity } from "./kube/identity.ts";
import type { Access, Authorizer } from "./auth/access.ts";
import { createCohorts } from "./loaders/streams/cohort.ts";
import { createStreams } from "./loaders/streams/create-streams.ts";
import type { StreamOptions } from "./loaders/streams/create-streams.ts";
import { createRightsPool } from "./loaders/streams/stream-rights.ts";
import type { HealthLog } from "./loaders/streams/health-log.ts";
import { createWriters } from "./loaders/writers.ts";
import type { OperationRequest } from "./server/server-options.ts";
import type { FleetCache } from "./cache/fleet-cache.ts";
import type { ClusterRegistry } from "./cluster/cluster.ts";
import type { Clock } from "./lib/clock.ts";

export interface RequestContextFactoryOptions {
  readonly registry: ClusterRegistry;
  readonly cache: FleetCache;
  readonly healthLog: HealthLog;
  /** Who may do what. */
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly limits?: Partial<LoaderLimits>;
  readonly maxPending: number;
}

/** What the server gets: a context, and how to have it wait for writes before anything is read with it. */
export interface FleetRequestContext extends RequestContext {
  /** Names the rights it reads with: equal ones see the same of everything. */
  readonly rights: string;
  awaitReadAfter(tokens: readonly string[]): Promise<void>;
}

/**
 * Makes the context of each operation, with the rights the caller has when it starts; at once wherever they are known. Its members are made when they
 * are first asked for: a stream takes no snapshot it does not read.
 */
export function createRequestContextFactory(
  options: RequestContextFactoryOptions,
): (request: OperationRequest) => FleetRequestContext | Promise<FleetRequestContext> {
  const indexes = createIndexes();
  const limits = { ...defaultLimits, ...options.limits };
  const cohorts = createCohorts(options);
  const rights = createRightsPool();
  const create = (request: OperationRequest, access: Access): FleetRequestContext => {
    // One by one, so that all of them have one shape: thousands of streams keep theirs.
    const shared: StreamOptions = {
      registry: options.registry,
      cache: options.cache,
      healthLog: options.healthLog,
      authorizer: options.authorizer,
      clock: options.clock,
      maxPending: options.maxPending,
      identity: request.identity,
      signal: request.signal,
      nowMs: request.nowMs,
      indexes,
      limits,
      access,
      cohorts,
      rights,
    };
    return new FleetContext(request, shared, options.audit);
  };
  return (request) => {
    const access = options.authorizer.access(request.identity, request.signal);
    return access instanceof Promise ? access.then((known) => create(request, known)) : create(request, access);
  };
}

/** A class: accessors of an object literal would give each context a shape of its own, which every reader of it would have to learn anew. */
class FleetContext implements FleetRequestContext {
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly identity: Identity;
  readonly nowMs: number;
  readonly #shared: StreamOptions;
  readonly #audit: AuditTrail;
  #loaders: Loaders | undefined;
  #writers: Writers | undefined;
  #streams: Streams | undefined;

  constructor({ requestId, signal, identity, nowMs }: OperationRequest, shared: StreamOptions, audit: AuditTrail) {
    this.requestId = requestId;
    this.signal = signal;
    this.identity = identity;
    this.nowMs = nowMs;
    this.#shared = shared;
    this.#audit = audit;
  }

  get rights(): string {
    return this.#shared.access.key;
  }

  get loaders(): Loaders {
    return (this.#loaders ??= createLoaders(this.#shared));
  }

  get writers(): Writers {
    return (this.#writers ??= createWriters({ ...this.#shared, requestId: this.requestId, audit: this.#audit }));
  }

  get streams(): Streams {
    return (this.#streams ??= createStreams(this.#shared));
  }

  async awaitReadAfter(tokens: readonly string[]): Promise<void> {
    await Promise.all(tokens.map((token) => awaitReadAfter(token, this.#shared)));
  }
}
