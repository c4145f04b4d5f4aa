import type { PartitionKey } from "../cache/fleet-cache.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { Identity } from "../kube/identity.ts";

/**
 * A set of partitions: what a caller may see of lists. Canonical and interned by content, so that callers with equal rights share one. It
 * chooses before anything is joined, counted or sent; nothing in loaders/ reads rows without it.
 */
export interface Scope {
  /** Equal keys see equal partitions. */
  readonly key: string;
  /** Whether all of the partition may be seen. A right to single names (`resourceNames`) never counts here. */
  sees(partition: PartitionKey): boolean;
  /** How much of a namespaced resource of a cluster: "some" namespaces of it, whether or not there is anything in them. Of another one `sees` tells. */
  extent(cluster: string, resource: ResourceName): Extent;
}

export type Extent = "all" | "some" | "none";

/** One question to RBAC. */
export interface AccessQuestion {
  readonly verb: string;
  readonly cluster: string;
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly subresource?: string;
  /** "" = all namespaces, or a cluster-scoped resource. */
  readonly namespace: string;
  /** Unset = any name. */
  readonly name?: string;
}

/** How far the rights of a caller in a cluster are known. */
export type AccessState =
  /** They are known. */
  | "known"
  /** The cluster cannot be asked, and what is known of it is too old: nothing of it is served (AUTHZ_UNAVAILABLE). */
  | "unavailable"
  /** The caller may do nothing there: the cluster is absent for them. */
  | "none";

/**
 * What one caller may do, as known at one moment: taken at the start of an operation and for each event of a stream; only `settle` adds to it. Fails
 * closed.
 * Verbs (DESIGN 11): connections, counts, aggregates and snapshots need `list`; one object, node(id:), _entities and to-one relations `get`;
 * streams `list` and `watch`; logs `get pods/log`; each relation as if asked alone.
 */
export interface Access {
  /** Equal keys have equal rights, as far as they were asked for. */
  readonly key: string;
  /** Names what they were asked for about. Unset = everything. */
  readonly about?: string;
  state(cluster: string): AccessState;
  /** Partitions the caller may `list`. */
  readonly list: Scope;
  /** Partitions the caller may `list` and `watch`. */
  readonly watch: Scope;
  /** Whether one object may be read: `get`, for the partition or for that name. */
  gets(partition: PartitionKey, name: string): boolean;
  /** Any other question, answered from what is known; false where it is not. */
  may(question: AccessQuestion): boolean;
  /**
   * Sees to it that the three above are known for a kind that was not named when the rights were asked for; undefined: they are. Until then they throw for
   * one that is always cached, and of others say no more than came with the rest. Never rejects.
   */
  settle(cluster: string, resource: ResourceId, waiting: Waiting): Promise<void> | undefined;
}

/** Who waits for an answer. The signal is asked for only where somebody has to wait: making one costs more than most answers. */
export interface Waiting {
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Who may do what. One implementation keeps roles and bindings, another asks the clusters; both fail closed. */
export interface Authorizer {
  /**
   * What the caller may do now. Synchronous wherever everything needed is known. Decisions are at most a second old where RBAC is watched and ten
   * where it is asked for. Never rejects because of a cluster. `kinds`: what is going to be read, so that clusters that must be asked are asked about nothing
   * else; others are to be settled. The same list for the same kinds, kept by whoever asks. Unset = all that is always cached.
   */
  access(identity: Identity, waiting: Waiting, kinds?: readonly ResourceId[]): Access | Promise<Access>;
  /**
   * Calls `onChange` with the new rights each time they differ from the last ones told (at first: from `current`); returns the undo. Asked
   * clusters are asked again while somebody follows, about what `current` was asked for about, and besides about `reads`, which the new rights then know.
   */
  follow(
    identity: Identity,
    current: Access,
    onChange: (now: Access) => void,
    reads?: readonly ResourceId[],
  ): () => void;
}

/** The scope of somebody who may see everything. */
export const wholeScope: Scope = { key: "all", sees: () => true, extent: () => "all" };

/** The rights of `auth.mode: none`: the person at this machine may do what the kubeconfig's own user may do, which the cluster decides. */
export const wholeAccess: Access = {
  key: "all",
  state: () => "known",
  list: wholeScope,
  watch: wholeScope,
  gets: () => true,
  may: () => true,
  settle: () => undefined,
};

/** Whoever may call at all has `wholeAccess`. */
export const wholeAuthorizer: Authorizer = { access: () => wholeAccess, follow: () => () => {} };
