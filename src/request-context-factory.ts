import type { AuditTrail } from "./loaders/audit-trail.ts";
import { createLoaders } from "./loaders/create-loaders.ts";
import { defaultLimits } from "./loaders/limits.ts";
import type { LoaderLimits } from "./loaders/limits.ts";
import { createIndexes } from "./loaders/indexes.ts";
import type { Indexes } from "./loaders/indexes.ts";
import type { LoaderOptions } from "./loaders/operation.ts";
import { awaitReadAfter } from "./loaders/read-after.ts";
import type { Loaders, RequestContext, Streams, Writers } from "./loaders/request-context.ts";
import type { Identity } from "./kube/identity.ts";
import type { Access, Authorizer } from "./auth/access.ts";
import { createCohorts } from "./loaders/streams/cohort.ts";
import type { Cohorts } from "./loaders/streams/cohort.ts";
import { createStreams } from "./loaders/streams/create-streams.ts";
import type { StreamOptions } from "./loaders/streams/create-streams.ts";
import { createRightsPool } from "./loaders/streams/stream-rights.ts";
import type { RightsPool } from "./loaders/streams/stream-rights.ts";
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
  const parts: SharedParts = { ...options, indexes, limits, cohorts, rights };
  const create = (request: OperationRequest, access: Access): FleetRequestContext =>
    new FleetContext(request, access, parts);
  return (request) => {
    const access = options.authorizer.access(request.identity, request, request.kinds);
    return access instanceof Promise ? access.then((known) => create(request, known)) : create(request, access);
  };
}

/** What the contexts of all operations have in common. */
interface SharedParts extends Omit<RequestContextFactoryOptions, "limits"> {
  readonly limits: LoaderLimits;
  readonly indexes: Indexes;
  readonly cohorts: Cohorts;
  readonly rights: RightsPool;
}

/** What the loaders of one operation get. Its signal is made when somebody asks for it, which few operations do. */
class OperationOptions implements LoaderOptions {
  readonly registry: ClusterRegistry;
  readonly cache: FleetCache;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly nowMs: number;
  readonly indexes: Indexes;
  readonly limits: LoaderLimits;
  readonly access: Access;
  readonly #request: OperationRequest;

  constructor(request: OperationRequest, access: Access, { registry, cache, clock, indexes, limits }: SharedParts) {
    this.registry = registry;
    this.cache = cache;
    this.clock = clock;
    this.identity = request.identity;
    this.nowMs = request.nowMs;
    this.indexes = indexes;
    this.limits = limits;
    this.access = access;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** A class: accessors of an object literal would give each context a shape of its own, which every reader of it would have to learn anew. */
class FleetContext implements FleetRequestContext {
  readonly requestId: string;
  readonly identity: Identity;
  readonly nowMs: number;
  readonly #request: OperationRequest;
  readonly #access: Access;
  readonly #parts: SharedParts;
  #options: OperationOptions | undefined;
  #loaders: Loaders | undefined;
  #writers: Writers | undefined;
  #streams: Streams | undefined;

  constructor(request: OperationRequest, access: Access, parts: SharedParts) {
    this.requestId = request.requestId;
    this.identity = request.identity;
    this.nowMs = request.nowMs;
    this.#request = request;
    this.#access = access;
    this.#parts = parts;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get rights(): string {
    return this.#access.key;
  }

  get loaders(): Loaders {
    return (this.#loaders ??= createLoaders(this.#loaderOptions()));
  }

  get writers(): Writers {
    const { requestId } = this;
    return (this.#writers ??= createWriters({ ...this.#streamOptions(), requestId, audit: this.#parts.audit }));
  }

  get streams(): Streams {
    return (this.#streams ??= createStreams(this.#streamOptions()));
  }

  async awaitReadAfter(tokens: readonly string[]): Promise<void> {
    await Promise.all(tokens.map((token) => awaitReadAfter(token, this.#loaderOptions())));
  }

  #loaderOptions(): OperationOptions {
    return (this.#options ??= new OperationOptions(this.#request, this.#access, this.#parts));
  }

  /** One by one, so that all of them have one shape: thousands of streams keep theirs. */
  #streamOptions(): StreamOptions {
    const { registry, cache, healthLog, authorizer, clock, maxPending, indexes, limits, cohorts, rights } = this.#parts;
    const { identity, signal, nowMs } = this.#request;
    const access = this.#access;
    return { registry, cache, healthLog, authorizer, clock, maxPending, identity, signal, nowMs, indexes, limits, access, cohorts, rights }; // prettier-ignore
  }
}
