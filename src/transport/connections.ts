import { Client, ProxyAgent, Socks5ProxyAgent, buildConnector } from "undici";
import type { Dispatcher } from "undici";
import type { Clock } from "../lib/clock.ts";
import type { ConnectionPace } from "./connection-pace.ts";
import type { TlsMaterial } from "./tls-material.ts";

export interface ConnectionsOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly proxyUrl?: string | undefined;
  readonly clock: Clock;
  /** When connections begin to be made; a proxy's are not paced. */
  readonly pace: ConnectionPace;
  readonly connectTimeoutMs: number;
  readonly tcpKeepAliveMs: number;
  readonly idleConnectionMs: number;
  /** Called when a connection was closed that was not given up here, in use or idle: who answers next may be another. */
  readonly onBroken: () => void;
}

/** A connection for one exchange. */
export interface Lease {
  readonly dispatcher: Dispatcher;
  /** Call it once. `reusable`: the exchange came to its end; else the connection is closed at once, in whatever state it is. */
  done(how: { readonly reusable: boolean }): void;
}

/** Who wants a connection. Exactly one of the two is called, once, which may be before `lease` returns; neither where the wish was taken back. */
export interface Wish {
  use(lease: Lease): void;
  /** All connections were destroyed before there was one. */
  fail(error: Error): void;
}

/** The keep-alive connections to one endpoint under one set of TLS material. */
export interface Connections {
  /**
   * Gives an idle connection, or a new one that is made when it is first used: at once, or when the pace lets it be made or another exchange has come to its
   * end, whichever is first. The returned function takes the wish back.
   */
  lease(wish: Wish): () => void;
  /** Sockets that are open or being opened; a proxy's are not counted. */
  readonly openSockets: number;
  /** Resolves once what is in flight has ended and all is closed. Leases that are taken nevertheless are closed when they are done. */
  drain(): Promise<void>;
  /** Closes every socket now; what is in flight or waits fails with `error`. */
  destroy(error: Error): void;
}

/**
 * One exchange on a connection at a time: a hung answer holds up nobody else's. Not undici's Pool, whose clients make a new connection, for
 * nobody, after a request was aborted, and which cannot be told to give up one that is still being made.
 */
export function createConnections(options: ConnectionsOptions, material: TlsMaterial): Connections {
  if (options.proxyUrl !== undefined) return createProxied(options, material, options.proxyUrl);
  const connect = createConnector(options, material);
  const lane = {};
  const idle = new Set<Connection>();
  const busy = new Set<Connection>();
  /** Oldest first, each with how it leaves the queue for a connection of its own. */
  const waiting = new Map<Wish, () => void>();
  let drained: (() => void) | undefined;
  const settle = (): void => {
    if (busy.size === 0 && waiting.size === 0) drained?.();
  };
  const close = (connection: Connection, error: Error): void => {
    idle.delete(connection);
    busy.delete(connection);
    connection.destroy(error);
    settle();
  };
  const give = (connection: Connection, wish: Wish): void => {
    busy.add(connection);
    wish.use({
      dispatcher: connection.client,
      done({ reusable }) {
        if (!busy.has(connection)) return;
        if (!reusable || drained !== undefined) return close(connection, new Error("the exchange was given up"));
        busy.delete(connection);
        const [next] = waiting.keys();
        if (next === undefined) return void idle.add(connection);
        forget(next);
        give(connection, next);
      },
    });
  };
  const forget = (wish: Wish): void => {
    waiting.get(wish)?.();
    waiting.delete(wish);
  };
  const make = (onMade: () => void): Connection => {
    const connection = createConnection(options, connect, onMade);
    connection.onClosed = () => {
      if (idle.has(connection) || busy.has(connection)) options.onBroken();
      if (idle.has(connection)) close(connection, new Error("the server has closed the connection"));
    };
    return connection;
  };
  return {
    lease(wish) {
      // The one used last: those that are not needed grow old and close.
      const connection = [...idle].at(-1);
      if (connection !== undefined) {
        idle.delete(connection);
        give(connection, wish);
        return () => {};
      }
      let hasBegun = false;
      const leave = options.pace.enter(lane, (done) => {
        hasBegun = true;
        waiting.delete(wish);
        give(make(done), wish);
      });
      if (!hasBegun) waiting.set(wish, leave);
      return () => {
        forget(wish);
        settle();
      };
    },
    get openSockets() {
      return [...idle, ...busy].filter((connection) => connection.isOpen).length;
    },
    drain() {
      return new Promise((resolve) => {
        drained = resolve;
        for (const connection of idle) close(connection, new Error("the connection is not needed any more"));
        settle();
      });
    },
    destroy(error) {
      for (const wish of waiting.keys()) {
        forget(wish);
        wish.fail(error);
      }
      for (const connection of [...idle, ...busy]) close(connection, error);
      settle();
    },
  };
}

/** One undici client and its socket. */
interface Connection {
  readonly client: Client;
  /** It is open, or being opened. */
  readonly isOpen: boolean;
  onClosed: () => void;
  destroy(error: Error): void;
}

type Connect = (...parameters: Parameters<buildConnector.connector>) => Socket;

interface Socket {
  destroy(error?: Error): unknown;
  once(event: "close", listener: () => void): unknown;
}

/** No session resumption: a resumed session does not look at the certificate again, so an expired one would go unseen. */
function createConnector({ tcpKeepAliveMs }: ConnectionsOptions, material: TlsMaterial): Connect {
  return buildConnector({
    ...material.connect,
    maxCachedSessions: 0,
    timeout: 0,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  }) as Connect;
}

/** `onMade`: it is open, or will not be. */
function createConnection(options: ConnectionsOptions, connect: Connect, onMade: () => void): Connection {
  const { clock, connectTimeoutMs } = options;
  const sockets = new Set<Socket>();
  const client = new Client(options.origin, {
    ...common(options),
    connect(target, callback) {
      const socket = connect(target, (...result) => {
        cancelTimer();
        callback(...result);
        onMade();
      });
      const cancelTimer = clock.setTimer(() => socket.destroy(new ConnectTimeoutError()), connectTimeoutMs);
      sockets.add(socket);
      socket.once("close", () => {
        cancelTimer();
        onMade();
        sockets.delete(socket);
        connection.onClosed();
      });
    },
  });
  const connection: Connection = {
    client,
    get isOpen() {
      return sockets.size > 0;
    },
    onClosed() {},
    destroy(error) {
      // The client knows nothing of a socket that is still connecting. Its promise never rejects.
      void client.destroy(error);
      onMade();
      for (const socket of sockets) socket.destroy();
    },
  };
  return connection;
}

/** Timeouts are the caller's, on its own clock; undici's are off. */
function common({ idleConnectionMs }: ConnectionsOptions): Omit<Client.Options, "connect"> {
  return {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
  };
}

class ConnectTimeoutError extends Error {
  readonly code = "UND_ERR_CONNECT_TIMEOUT";
}

function createProxied(options: ConnectionsOptions, { connect }: TlsMaterial, proxyUrl: string): Connections {
  const shared = { ...common(options), requestTls: { ...connect, timeout: options.connectTimeoutMs } };
  const agent: Dispatcher = proxyUrl.startsWith("socks")
    ? new Socks5ProxyAgent(proxyUrl, shared)
    : new ProxyAgent({ uri: proxyUrl, proxyTunnel: true, ...shared });
  // A proxy agent serves every origin; ours is bound to one, as a client is.
  const { origin } = options;
  const dispatcher = agent.compose((dispatch) => (request, handler) => dispatch({ ...request, origin }, handler));
  return {
    lease({ use }) {
      use({ dispatcher, done() {} });
      return () => {};
    },
    openSockets: 0,
    drain: () => agent.close(),
    destroy: (error) => void agent.destroy(error),
  };
}
