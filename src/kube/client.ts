import type { LateText } from "./body.ts";
import type { Identity } from "./identity.ts";
import type { KubeError } from "./kube-error.ts";
import type { KubeObject } from "./object.ts";
import type { ApiResource, ResourceId } from "./resource-id.ts";

/**
 * The interfaces through which everything talks to one cluster. Every method
 * - throws KubeError and nothing else, with `cluster` filled in;
 * - takes a signal: aborting it closes what is in flight and throws reason "Aborted"; a write already sent may have happened;
 * - says as whom it acts.
 */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly as: Identity;
}

export interface ListQuery {
  /** Unset = all namespaces, or a cluster-scoped resource. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Page size. */
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
  /**
   * The list may come in `pieces`, and then without managedFields: for long lists that are kept. A reader that cannot do so gives `items`.
   */
  readonly inPieces?: boolean;
}

/** One item of a list, with apiVersion and kind, and without metadata.managedFields where those were easily found. */
export interface KubeListItem {
  /** Nobody may write into it: parts of it may be those of other items too. */
  readonly value: unknown;
  /** JSON of exactly `value`, perhaps made when it is asked for: to be asked for once, and not to be kept longer than needed. */
  readonly json: string | LateText;
}

/** One page. `items` are as they came: whoever reads them checks them. */
export interface KubeList {
  /** Empty where there are `pieces`. */
  readonly items: readonly unknown[];
  /**
   * Set only where `inPieces` was asked for: the items, parsed one by one as they are walked, so that a long page need not hold up everything else. To be
   * walked once. Throws KubeError "MalformedResponse" where the rest is not JSON.
   */
  readonly pieces?: Iterable<KubeListItem>;
  readonly resourceVersion: string;
  /** Set where there are more pages. */
  readonly continue?: string;
  /** How many objects are on the pages after this one, where the server says so: for lists without selectors. */
  readonly remainingItemCount?: number;
}

export interface WatchQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  /** Asks the server to end the stream after this; bookmarks are always asked for. */
  readonly timeoutSeconds?: number;
  /** Objects may come with their JSON, and then without managedFields, as in a list `inPieces`. A reader that cannot do so gives them as they are. */
  readonly inPieces?: boolean;
}

/** One event of a watch. `object` is as it came, or a KubeListItem's value where there is its `json`: whoever reads it checks it. */
export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: unknown; readonly json?: KubeListItem["json"] }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string }
  /** The server's own word that the stream is over; 410 is reason "Expired". Nothing follows. */
  | { readonly type: "ERROR"; readonly error: KubeError };

export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

export interface KubeReader {
  /** Throws "NotFound" where it is missing. */
  get(resource: ResourceId, object: ObjectName, options: CallOptions): Promise<KubeObject>;
  /** One page; follow `continue` for the rest. */
  list(resource: ResourceId, query: ListQuery, options: CallOptions): Promise<KubeList>;
  /**
   * One page without a limit, in parts as it comes: each a KubeList of the same resourceVersion, to be walked before the next is asked for. It is complete
   * where it ends without a throw. Only readers that save something by it have it.
   */
  listParts?(
    resource: ResourceId,
    query: Omit<ListQuery, "limit" | "continue">,
    options: CallOptions,
  ): AsyncIterable<KubeList>;
  /**
   * Events after `resourceVersion`. Ends without a throw where the server closes the stream at a frame's end; throws "MalformedResponse"
   * on a frame that is not JSON (nothing after it may be believed) and a link reason where the connection broke. No retry inside.
   * Leaving the loop closes the stream.
   */
  watch(resource: ResourceId, query: WatchQuery, options: CallOptions): AsyncIterable<WatchEvent>;
  /** Bytes of a log as they are, at most `limitBytes` from the end. */
  log(pod: Required<ObjectName>, query: LogQuery, options: CallOptions): Promise<Uint8Array>;
  /** Everything the cluster serves, subresources folded into their resource; one entry for each group and kind, in the preferred version. */
  discover(options: CallOptions): Promise<readonly ApiResource[]>;
  /** gitVersion of /version. */
  version(options: CallOptions): Promise<string>;
  /** Ids of the keys that sign its ServiceAccounts' tokens, from /openid/v1/jwks; "Forbidden" or "NotFound" where it does not tell. */
  signingKeyIds(options: CallOptions): Promise<readonly string[]>;
}

export interface LogQuery {
  readonly container: string;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
}

/** What a write may carry besides. */
export interface WriteOptions extends CallOptions {
  readonly fieldManager: string;
  readonly dryRun?: boolean;
  /** `binding` only with `create` and `finalize` only with `replace`; the object's metadata.name names whose subresource it is. */
  readonly subresource?: "status" | "scale" | "binding" | "finalize";
}

export type Patch =
  | { readonly type: "json"; readonly operations: readonly unknown[] }
  | { readonly type: "merge"; readonly body: unknown }
  | { readonly type: "strategic"; readonly body: unknown }
  | { readonly type: "apply"; readonly body: unknown; readonly force: boolean };

/** What a write answered. */
export interface Written {
  readonly object: KubeObject;
  /** 201 rather than 200. */
  readonly created: boolean;
  /** `Warning` headers, unquoted. */
  readonly warnings: readonly string[];
}

export interface DeleteQuery {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Writes are sent once: a link failure after sending is thrown with `outcomeUnknown`. A read-only cluster throws "ReadOnly" before anything is sent. */
export interface KubeWriter {
  create(resource: ResourceId, object: KubeObject, options: WriteOptions): Promise<Written>;
  /** PUT: throws "Conflict" where metadata.resourceVersion is not the current one. */
  replace(resource: ResourceId, object: KubeObject, options: WriteOptions): Promise<Written>;
  patch(resource: ResourceId, object: ObjectName, patch: Patch, options: WriteOptions): Promise<Written>;
  /** `object` of the answer is the object, or undefined where the server answered with a Status: it is gone. */
  delete(resource: ResourceId, object: ObjectName, query: DeleteQuery, options: WriteOptions): Promise<Deleted>;
}

export interface Deleted {
  readonly object: KubeObject | undefined;
  readonly warnings: readonly string[];
}

export interface KubeClient extends KubeReader, KubeWriter {}
