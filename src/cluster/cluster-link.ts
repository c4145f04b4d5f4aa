import type { KubeClient } from "../kube/client.ts";
import type { EndpointStatus } from "./cluster.ts";

/** What a link tells about an endpoint. */
export type LinkEvent =
  /** Its health changed: one event for each change of state. */
  | { readonly type: "health"; readonly before: EndpointStatus; readonly after: EndpointStatus }
  /** A call found its connection broken; another server may answer there from now on. */
  | { readonly type: "broken"; readonly url: string };

/** The way to one cluster: a client, and how its endpoints are. The transport's, or an in-process one. */
export interface ClusterLink extends KubeClient {
  /** In configured order, as of now; the same array until something changed. */
  readonly endpoints: readonly EndpointStatus[];
  /** Called synchronously, in order; returns the undo. */
  subscribe(listener: (event: LinkEvent) => void): () => void;
  /** The uid of kube-system as this one endpoint has it. Throws KubeError: "Forbidden" where it may not be read. */
  readIdentity(url: string, signal: AbortSignal): Promise<string>;
  /** Ends everything that goes over it and releases its sockets; calls after that throw "Unavailable". Never rejects. */
  close(): Promise<void>;
}
