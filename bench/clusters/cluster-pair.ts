import type { KubeAccess } from "./kube-access.ts";

/** Two clusters, loaded alike; `home` comes first. */
export interface ClusterPair {
  readonly kind: "real" | "embedded";
  readonly clusters: readonly [home: KubeAccess, abroad: KubeAccess];
  /**
   * Requests that fleetgraph's user has made so far, health probes apart; a watch counts when it starts or ends. Undefined where nobody
   * keeps account.
   */
  countFleetgraphRequests(): Promise<readonly string[]>;
  /** Cuts all watches of `home` for long enough that they cannot be resumed; resolves when it answers again. */
  forceRelist(): Promise<void>;
  close(): Promise<void>;
}
