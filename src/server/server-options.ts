import type { GraphQLSchema } from "graphql";
import type { Registry } from "prom-client";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Identity } from "../kube/identity.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Tracer } from "../lib/tracer.ts";
import type { PreparedOperation } from "./documents.ts";
import type { Limits } from "./limits/limits.ts";
import type { MetricSource } from "./metrics.ts";
import type { PersistedDocumentsOptions } from "./persisted/persisted-documents.ts";

/** What is known of an operation, or of one event of a subscription, before its context is made. */
export interface OperationRequest {
  /** In the context, every error and every log line. One for a whole subscription. */
  readonly requestId: string;
  /** Aborted when the client has gone, the operation's time is over, or the event's stream has ended. It may be made when it is first asked for. */
  readonly signal: AbortSignal;
  readonly identity: Identity;
  /** Start of the operation or of the event, ms since the epoch. */
  readonly nowMs: number;
  /** See ReadKinds; unset = it may read anything. */
  readonly kinds?: readonly ResourceId[] | undefined;
}

/** Which of the kinds that are always cached an operation reads, so that rights are asked for of no others; undefined = any. Never too few. */
export type ReadKinds = (
  operation: Pick<PreparedOperation, "document" | "operation" | "variables">,
) => readonly ResourceId[] | undefined;

export interface ServerConfig {
  /** Name or address to listen on: "127.0.0.1". */
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Whether anybody who reaches the port may read /metrics; without an authenticator that is so anyway. */
  readonly openMetrics?: boolean;
  /** Those not named are defaultLimits. */
  readonly limits?: Partial<Limits>;
  /** How long queries in flight may take once the server is told to stop; default 8 s, within the 10 s of the whole process. */
  readonly graceMs?: number;
}

export interface HealthPart {
  /** "cache paris/pods". */
  readonly name: string;
  readonly ok: boolean;
  /** Why not, for people. */
  readonly reason?: string;
}

/** Of the process, in parts; all must be ok. Called for each probe: from memory, never a call to a cluster. */
export interface HealthSource {
  /** Not ok = restart me. */
  live(): readonly HealthPart[];
  /** Not ok = send nobody here. */
  ready(): readonly HealthPart[];
}

export interface StarterQuery {
  /** A whole document; its operation's name is the tab's title. */
  readonly query: string;
  /** JSON text. */
  readonly variables?: string;
}

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  /** Gives what is served as /schema.graphql; called when somebody asks for that. */
  readonly sdl: () => string;
  /**
   * Makes the context of one operation: called once for each query and mutation, for the start of each subscription, and again for each of
   * its events, so that no loader outlives what it was made for. Must not block: what it returns fetches on demand; a promise only where the
   * caller's rights must be asked for.
   */
  readonly createContext: (request: OperationRequest) => object | Promise<object>;
  /**
   * Resolves when reads with this context show the writes that the tokens stand for; called before a query with `readAfter` is executed. Rejects
   * with what the client is to see.
   */
  readonly awaitReadAfter?: (tokens: readonly string[], context: object) => Promise<void>;
  /**
   * Names the rights that a context reads with: whoever has equal ones sees the same of everything. Unset: an event of a stream that asks its context
   * for anything is made for each receiver.
   */
  readonly rightsOf?: (context: object) => string;
  /** Unset: any operation may read anything. */
  readonly readKinds?: ReadKinds | undefined;
  readonly config: ServerConfig;
  /** `auth.mode: token`. Unset: whoever may knock is the person at this machine. */
  readonly authenticator?: Authenticator;
  /** With an authenticator: who may read /metrics, which tell of all clusters. Unset: nobody. */
  readonly mayReadMetrics?: (identity: Identity, signal: AbortSignal) => Promise<boolean>;
  /** Unset: there is no manifest, and clients may have documents remembered (APQ). */
  readonly persistedDocuments?: PersistedDocumentsOptions;
  readonly health: HealthSource;
  readonly logger: Logger;
  /** Unset = nothing is traced. */
  readonly tracer?: Tracer;
  readonly clock: Clock;
  /** Where our metrics are registered and what /metrics prints: one of its own for each server. */
  readonly registry: Registry;
  /** Figures of clusters and cache, read when /metrics is asked for. */
  readonly metricSources?: readonly MetricSource[];
  /** Tabs of the playground on the first visit. */
  readonly starterQueries: readonly StarterQuery[];
  /** Folder with the built playground (src/server/playground/assets, or its copy beside the bundle). */
  readonly playgroundAssets: string;
  /** Ids of requests; default random UUIDs. */
  readonly createId?: () => string;
}
