import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { EndpointStatus } from "../cluster/cluster.ts";
import type { ConnectionEndpoint } from "../config/cluster-connection.ts";
import type { Health, HealthState } from "../kube/rows/row.ts";
import { createBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import type { ConnectionPace } from "./connection-pace.ts";
import { createConnections } from "./connections.ts";
import type { Connections } from "./connections.ts";
import type { Credentials } from "./credentials.ts";
import type { TransportLimits } from "./transport-limits.ts";

export interface EndpointOptions {
  readonly cluster: string;
  readonly endpoint: ConnectionEndpoint;
  readonly proxyUrl?: string | undefined;
  readonly clock: Clock;
  readonly pace: ConnectionPace;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits: TransportLimits;
}

/** One address of an API server: its connections, its breaker and its health. */
export interface Endpoint {
  readonly url: string;
  /** "" or the path of the URL, which goes before every request's. */
  readonly pathPrefix: string;
  readonly serverName: string | undefined;
  readonly breaker: Breaker;
  readonly status: EndpointStatus;
  /** Sockets open now, those that drain included. */
  readonly openSockets: number;
  /** The keep-alive connections for these credentials; others' are drained once nothing new goes over them. */
  connections(credentials: Credentials): Connections;
  /** A connection of its own for one probe, not counted among the others. */
  probeConnections(credentials: Credentials): Connections;
  /** Who answers there was verified since its connections last broke. */
  trusted: boolean;
  setHealth(health: Omit<Health, "since">): void;
  probed(): void;
  /** Closes every connection at once; what is in flight fails with `error`. The next call makes new ones. */
  cut(error: Error): void;
}

export function createEndpoint({
  cluster,
  endpoint,
  proxyUrl,
  clock,
  pace,
  random,
  logger,
  limits,
}: EndpointOptions): Endpoint {
  const { origin, pathname } = new URL(endpoint.url);
  const make = (credentials: Credentials): Connections =>
    createConnections({ origin, proxyUrl, clock, pace, ...limits, onBroken }, credentials.tlsFor(endpoint.serverName));
  const onBroken = (): void => void (made.trusted = false);
  let current: { readonly fingerprint: string; readonly connections: Connections } | undefined;
  const all = new Set<Connections>();
  let status: EndpointStatus = { url: endpoint.url, health: unknownHealth, lastProbeAtMs: null };
  const drain = async (connections: Connections): Promise<void> => {
    // A drained pool rejects only where it was destroyed meanwhile.
    await connections.drain().catch(() => {});
    all.delete(connections);
  };
  const made: Endpoint = {
    url: endpoint.url,
    trusted: false,
    pathPrefix: pathname === "/" ? "" : pathname.replace(/\/$/u, ""),
    serverName: endpoint.serverName,
    breaker: createBreaker({
      clock,
      random,
      failures: limits.breakerFailures,
      baseMs: limits.breakerBaseMs,
      maxMs: limits.breakerMaxMs,
    }),
    get status() {
      return status;
    },
    get openSockets() {
      return Array.from(all, ({ openSockets }) => openSockets).reduce((sum, sockets) => sum + sockets, 0);
    },
    connections(credentials) {
      const { fingerprint } = credentials.tlsFor(endpoint.serverName);
      if (current?.fingerprint === fingerprint) return current.connections;
      if (current !== undefined) {
        logger.info("connections are renewed", { cluster, endpoint: endpoint.url });
        void drain(current.connections);
      }
      current = { fingerprint, connections: make(credentials) };
      all.add(current.connections);
      return current.connections;
    },
    probeConnections: make,
    setHealth({ state, reason, message }) {
      const since = state === status.health.state ? status.health.since : new Date(clock.now()).toISOString();
      status = { ...status, health: { state, reason, message, since } };
    },
    probed() {
      status = { ...status, lastProbeAtMs: clock.now() };
    },
    cut(error) {
      this.trusted = false;
      current = undefined;
      for (const connections of all) connections.destroy(error);
      all.clear();
    },
  };
  return made;
}

const unknownHealth: Health = { state: "UNKNOWN", reason: "NotProbed", message: null, since: null };

/** Whether calls may go there, best first: one that is not probed yet is believed. */
export function usability(state: HealthState): number {
  if (state === "DOWN") return 0;
  return state === "DEGRADED" ? 1 : 2;
}
