import type { KubeClient } from "../kube/client.ts";
import type { EndpointStatus } from "./cluster.ts";

/** The health of an endpoint changed its state. */
export interface EndpointChange {
  readonly before: EndpointStatus;
  readonly after: EndpointStatus;
}

/** Resolves where the right cluster answers at this address; throws KubeError where another does or it cannot be asked. */
export type VerifyEndpoint = (url: string, signal: AbortSignal) => Promise<void>;

/** The way to one cluster: a client, and how its endpoints are. The transport's, or an in-process one. */
export interface ClusterLink extends KubeClient {
  /** In configured order, as of now; the same array until something changed. */
  readonly endpoints: readonly EndpointStatus[];
  /** Called synchronously, once for each change of state; returns the undo. */
  subscribe(listener: (change: EndpointChange) => void): () => void;
  /**
   * From now on `verify` is awaited before the first call to an endpoint, and again after its connection broke or it was down. An
   * in-process cluster, which cannot be another one, need not ask.
   */
  verifyWith(verify: VerifyEndpoint): void;
  /** The uid of kube-system as this one endpoint has it, unverified. Throws KubeError: "Forbidden" where it may not be read. */
  readIdentity(url: string, signal: AbortSignal): Promise<string>;
  /** Ends everything that goes over it and releases its sockets; calls after that throw "Unavailable". Never rejects. */
  close(): Promise<void>;
}
