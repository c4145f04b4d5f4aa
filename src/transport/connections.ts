import { Pool, ProxyAgent, Socks5ProxyAgent, buildConnector } from "undici";
import type { Dispatcher } from "undici";
import type { Clock } from "../lib/clock.ts";
import type { TlsMaterial } from "./tls-material.ts";

export interface ConnectionsOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly proxyUrl?: string | undefined;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly tcpKeepAliveMs: number;
  readonly idleConnectionMs: number;
}

/** The keep-alive connections to one endpoint under one set of TLS material. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /** Sockets that are open or being opened; a proxy's are not counted. */
  readonly openSockets: number;
  /** Lets what is in flight end, then closes. New requests are refused. */
  drain(): Promise<void>;
  /** Closes every socket now; what is in flight fails with `error`. */
  destroy(error: Error): Promise<void>;
}

/** One request on a connection at a time: a hung answer holds up nobody else's. */
export function createConnections(options: ConnectionsOptions, material: TlsMaterial): Connections {
  const sockets = new Set<{ destroy(error?: Error): unknown }>();
  const dispatcher =
    options.proxyUrl === undefined
      ? new Pool(options.origin, { ...common(options), connect: trackedConnector(options, material, sockets) })
      : createProxied(options, material, options.proxyUrl);
  return {
    dispatcher,
    get openSockets() {
      return sockets.size;
    },
    drain: () => dispatcher.close(),
    async destroy(error) {
      // First the requests, with our error, then the sockets that are still connecting, of which the pool knows nothing.
      const destroyed = dispatcher.destroy(error);
      for (const socket of sockets) socket.destroy();
      await destroyed;
    },
  };
}

/** Timeouts are the caller's, on its own clock; undici's are off. */
function common({ idleConnectionMs }: ConnectionsOptions): Omit<Pool.Options, "connect"> {
  return {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
  };
}

/** No session resumption: a resumed session does not look at the certificate again, so an expired one would go unseen. */
function trackedConnector(
  { clock, connectTimeoutMs, tcpKeepAliveMs }: ConnectionsOptions,
  material: TlsMaterial,
  sockets: Set<{ destroy(error?: Error): unknown }>,
): buildConnector.connector {
  const connect = buildConnector({
    ...material.connect,
    maxCachedSessions: 0,
    timeout: 0,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  }) as (...parameters: Parameters<buildConnector.connector>) => { destroy(error?: Error): void; once: OnClose };
  return (target, callback) => {
    const socket = connect(target, (...result) => {
      cancelTimer();
      callback(...result);
    });
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const cancelTimer = clock.setTimer(() => socket.destroy(new ConnectTimeoutError()), connectTimeoutMs);
  };
}

type OnClose = (event: "close", listener: () => void) => unknown;

class ConnectTimeoutError extends Error {
  readonly code = "UND_ERR_CONNECT_TIMEOUT";
}

function createProxied(options: ConnectionsOptions, { connect }: TlsMaterial, proxyUrl: string): Dispatcher {
  const shared = { ...common(options), requestTls: { ...connect, timeout: options.connectTimeoutMs } };
  const agent = proxyUrl.startsWith("socks")
    ? new Socks5ProxyAgent(proxyUrl, shared)
    : new ProxyAgent({ uri: proxyUrl, proxyTunnel: true, ...shared });
  return withOrigin(agent, options.origin);
}

/** A proxy agent serves every origin; ours is bound to one, as a Pool is. */
function withOrigin(agent: Dispatcher, origin: string): Dispatcher {
  return agent.compose((dispatch) => (request, handler) => dispatch({ ...request, origin }, handler));
}
