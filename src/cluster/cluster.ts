import type { KubeClient } from "../kube/client.ts";
import type { BelievedRealm } from "../kube/identity.ts";
import type { Health } from "../kube/rows/row.ts";
import type { ApiResource } from "../kube/resource-id.ts";
import type { Runnable } from "../lib/runnable.ts";

export type ClusterRole = "home" | "abroad";

/** One address of an API server, as its own probe sees it. */
export interface EndpointStatus {
  readonly url: string;
  readonly health: Health;
  /** ms since the epoch; null before the first probe. */
  readonly lastProbeAtMs: number | null;
}

/**
 * The identity of a cluster is the uid of its kube-system namespace, pinned at first contact.
 * - `unknown`: never reached; nothing pinned;
 * - `pinned`: `uid` answers under this name;
 * - `changed`: `found` answers where `uid` was pinned: nothing is served or written (IDENTITY_CHANGED);
 * - `duplicate`: the same uid is configured as cluster `of` already: this one is refused.
 */
export type ClusterIdentity =
  | { readonly state: "unknown" }
  | { readonly state: "pinned"; readonly uid: string }
  | { readonly state: "changed"; readonly uid: string; readonly found: string }
  | { readonly state: "duplicate"; readonly uid: string; readonly of: string };

/** What is known of a cluster now; a new value for each change. */
export interface ClusterStatus {
  readonly identity: ClusterIdentity;
  readonly version: string | null;
  readonly health: Health;
  readonly endpoints: readonly EndpointStatus[];
  /** Discovery, as last seen; empty before first contact. */
  readonly apiResources: readonly ApiResource[];
}

/** A member of the fleet. The object lives from join to leave; its status changes. */
export interface Cluster {
  readonly name: string;
  readonly role: ClusterRole;
  readonly labels: Readonly<Record<string, string>>;
  readonly writable: boolean;
  /** Whose users it believes besides its own. */
  readonly believes: readonly BelievedRealm[];
  /** Whether its roles and bindings tell what a caller may do (`local`), or only the cluster itself (`asked`). */
  readonly authorization: "local" | "asked";
  readonly client: KubeClient;
  /** Aborted when the cluster leaves. */
  readonly signal: AbortSignal;
  readonly status: ClusterStatus;
  /** Reads discovery again, at most once a second however often it is asked; a kind may have come since. Throws KubeError. */
  refreshDiscovery(signal: AbortSignal): Promise<readonly ApiResource[]>;
}

export type ClusterChange =
  | { readonly type: "joined" | "left"; readonly cluster: Cluster }
  | {
      readonly type: "status";
      readonly cluster: Cluster;
      readonly before: ClusterStatus;
      readonly after: ClusterStatus;
    };

/** Which clusters there are. */
export interface ClusterRegistry extends Runnable {
  get(name: string): Cluster | undefined;
  /** Home first, then by name. */
  list(): readonly Cluster[];
  /** Called synchronously after each change, in order; returns the undo. A throw of the listener is logged and harms nobody. */
  subscribe(listener: (change: ClusterChange) => void): () => void;
}
