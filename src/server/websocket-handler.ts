import { STATUS_CODES } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from "graphql-ws";
import { WebSocketServer } from "ws";
import { ClientSocket } from "./client-socket.ts";
import type { ClientSocketSettings } from "./client-socket.ts";
import type { ConnectionCount, ConnectionPlace } from "./connection-count.ts";
import type { Guard } from "./guard.ts";
import { createHeartbeat } from "./heartbeat.ts";
import type { Metrics } from "./metrics.ts";
import { createShutdownError } from "./operations.ts";
import { SocketConnection } from "./socket-connection.ts";
import type { ConnectionSettings } from "./socket-connection.ts";
import { closeCodes } from "./websocket-messages.ts";

export interface WebSocketHandlerOptions extends Omit<ConnectionSettings, "onChange"> {
  readonly guard: Guard;
  readonly connections: ConnectionCount;
  readonly metrics: Metrics;
}

export interface WebSocketHandler {
  /** Listener of the HTTP server's "upgrade". */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes every socket with 1001 once its queries in flight are answered, at most after `graceMs`; resolves when all are gone. */
  close(graceMs: number): Promise<void>;
}

/** How long a peer may take to answer our close frame. */
const closeMs = 1000;

/** GraphQL over WebSocket, subprotocol graphql-transport-ws: queries, mutations and subscriptions. */
export function createWebSocketHandler(options: WebSocketHandlerOptions): WebSocketHandler {
  const { guard, connections, metrics, limits, clock, isStopping } = options;
  const server = new WebSocketServer({
    noServer: true,
    // 50 operations a socket need no more; compression costs 300 KB a socket and invites bombs.
    perMessageDeflate: false,
    maxPayload: limits.webSocketMessageBytes,
    autoPong: false,
    // Those that are open are known here.
    clientTracking: false,
    handleProtocols,
    WebSocket: ClientSocket,
  });
  const socketSettings: ClientSocketSettings = {
    clock,
    heartbeat: createHeartbeat(clock),
    maxBufferedBytes: limits.sendBufferBytes,
    messagesPerSecond: limits.messagesPerSecond,
  };
  let onChange = (): void => {};
  const settings: ConnectionSettings = {
    ...options,
    onChange(connection) {
      if (connection.webSocket.readyState === connection.webSocket.CLOSED) closed(connection);
      onChange();
    },
  };
  const open = new Set<SocketConnection>();
  return { upgrade, close };

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", destroyOnError);
    const admission = guard.admit(request.headers);
    if (!admission.admitted) return refuseUpgrade(socket, 421, admission.message, "FORBIDDEN");
    if (request.url?.split("?")[0] !== "/graphql")
      return refuseUpgrade(socket, 404, "WebSockets are at /graphql.", "NOT_FOUND");
    if (isStopping()) return refuseUpgrade(socket, 503, createShutdownError().message, "SHUTTING_DOWN");
    const place = connections.open(request.socket.remoteAddress);
    if (place === undefined) return refuseUpgrade(socket, 429, "Too many streams are open.", "TOO_MANY_REQUESTS");
    let isOpen = false;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      opened(webSocket, socket, place);
    });
    if (isOpen) return;
    // A handshake that is refused is answered before its connection goes.
    if (socket.closed) place.leave();
    else socket.once("close", () => place.leave());
  }

  function opened(webSocket: ClientSocket, socket: Duplex, place: ConnectionPlace): void {
    // From now on the WebSocket listens itself.
    socket.off("error", destroyOnError);
    const connection = new SocketConnection(webSocket, socket, place, settings);
    open.add(connection);
    metrics.connectionOpened("websocket");
    webSocket.begin(socketSettings, connection);
    if (webSocket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL)
      webSocket.close(closeCodes.otherProtocol, "Subprotocol not acceptable");
  }

  function closed(connection: SocketConnection): void {
    if (!open.delete(connection)) return;
    metrics.connectionClosed("websocket");
    connection.place.leave();
  }

  async function close(graceMs: number): Promise<void> {
    await until(() => ![...open].some(({ isBusy }) => isBusy), graceMs);
    // One turn, so that the last messages of what has ended are handed to their sockets before those are closed.
    await new Promise((resolve) => setImmediate(resolve));
    for (const { webSocket } of open) webSocket.close(1001, "The server is stopping");
    await until(() => open.size === 0, closeMs);
    for (const { webSocket } of open) webSocket.terminate();
    server.close();
  }

  /** Resolves when the check holds, looked at after each change, or when the time is over. */
  function until(check: () => boolean, ms: number): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        onChange = () => {};
        resolve();
      };
      const cancel = clock.setTimer(done, ms);
      onChange = () => {
        if (check()) done();
      };
    });
  }
}

function destroyOnError(this: Duplex): void {
  this.destroy();
}

function refuseUpgrade(socket: Duplex, status: number, message: string, code: string): void {
  const body = JSON.stringify({
    errors: [{ message, extensions: { code, retryable: status !== 421 && status !== 404 } }],
  });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
