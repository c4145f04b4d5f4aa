import { STATUS_CODES } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { GraphQLError } from "graphql";
import type { ExecutionArgs } from "graphql";
import { handleProtocols, makeServer } from "graphql-ws";
import type { Context } from "graphql-ws";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { ApiError } from "../kube/api-error.ts";
import { invariant } from "../lib/invariant.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createSharedAbort } from "../lib/shared-abort.ts";
import type { ConnectionCount } from "./connection-count.ts";
import type { Documents, OperationParams, Prepared, PreparedOperation } from "./documents.ts";
import type { FanOut, Reception } from "./fan-out/fan-out.ts";
import type { Gate, Session } from "./gate.ts";
import { createHeartbeat } from "./heartbeat.ts";
import type { Guard } from "./guard.ts";
import type { Limits } from "./limits/limits.ts";
import type { Metrics } from "./metrics.ts";
import { createShutdownError } from "./operations.ts";
import type { OperationOrigin, Operations } from "./operations.ts";
import type { PersistedDocuments } from "./persisted/persisted-documents.ts";
import { createSocket } from "./websocket.ts";

export interface WebSocketHandlerOptions {
  readonly guard: Guard;
  readonly gate: Gate;
  readonly documents: Documents;
  readonly persisted: PersistedDocuments;
  readonly operations: Operations;
  readonly fanOut: FanOut;
  readonly connections: ConnectionCount;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly isStopping: () => boolean;
}

export interface WebSocketHandler {
  /** Listener of the HTTP server's "upgrade". */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Closes every socket with 1001 once its queries in flight are answered, at most after `graceMs`; resolves when all are gone. */
  close(graceMs: number): Promise<void>;
}

/** What we keep of one connection; graphql-ws carries it as `extra`. */
interface Connection {
  readonly webSocket: WebSocket;
  /** Under the WebSocket. */
  readonly socket: Duplex;
  /** Who is there; unset before `connection_init`. Another only by another connection. */
  session?: Session;
  /** Set once they are not believed any more: nothing new is begun. */
  ended?: ApiError;
  /** Aborted when the socket is closed. */
  readonly signal: AbortSignal;
  readonly running: Map<string, Running>;
}

interface Running {
  readonly requestId: string;
  readonly startedMs: number;
  readonly isStream: boolean;
  readonly operationName: string | undefined;
  code?: string;
}

/** Handed through graphql-ws in the place of resolvers' context: `Operations` makes that. */
interface Carrier {
  readonly prepared: PreparedOperation;
  readonly origin: OperationOrigin;
  /** What gets the events of a stream where many get the same. */
  readonly receive: () => Reception;
}

/** GraphQL over WebSocket, subprotocol graphql-transport-ws: queries, mutations and subscriptions. */
export function createWebSocketHandler(options: WebSocketHandlerOptions): WebSocketHandler {
  const { guard, connections, metrics, limits, logger, clock, isStopping } = options;
  const server = new WebSocketServer({
    noServer: true,
    // 50 operations a socket need no more; compression costs 300 KB a socket and invites bombs.
    perMessageDeflate: false,
    maxPayload: limits.webSocketMessageBytes,
    autoPong: false,
    handleProtocols,
  });
  const heartbeat = createHeartbeat(clock);
  let onChange = (): void => {};
  const protocol = createProtocol(options, (connection) => {
    closeEnded(connection);
    onChange();
  });
  const open = new Map<WebSocket, Connection>();
  return { upgrade, close };

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", destroyOnError);
    const admission = guard.admit(request.headers);
    if (!admission.admitted) return refuseUpgrade(socket, 421, admission.message, "FORBIDDEN");
    if (request.url?.split("?")[0] !== "/graphql")
      return refuseUpgrade(socket, 404, "WebSockets are at /graphql.", "NOT_FOUND");
    if (isStopping()) return refuseUpgrade(socket, 503, createShutdownError().message, "SHUTTING_DOWN");
    const release = connections.open(request.socket.remoteAddress);
    if (release === undefined) return refuseUpgrade(socket, 429, "Too many streams are open.", "TOO_MANY_REQUESTS");
    socket.once("close", release);
    server.handleUpgrade(request, socket, head, (webSocket) => opened(webSocket, socket));
  }

  function opened(webSocket: WebSocket, raw: Duplex): void {
    const gone = createSharedAbort();
    const connection: Connection = { webSocket, socket: raw, signal: gone.signal, running: new Map() };
    open.set(webSocket, connection);
    const closed = metrics.connectionOpened("websocket");
    const { sendBufferBytes: maxBufferedBytes, messagesPerSecond } = limits;
    const socket = createSocket({ webSocket, clock, heartbeat, maxBufferedBytes, messagesPerSecond, onFailure });
    const leave = protocol.opened(socket, connection);
    webSocket.once("close", (code, reason) => {
      gone.abort(new Error("the client has gone"));
      open.delete(webSocket);
      onChange();
      closed();
      socket.dispose();
      leave(code, String(reason)).catch(onFailure);
    });

    function onFailure(error: unknown): void {
      // A frame too long, bad UTF-8, a broken pipe: ws has closed, or will close, the socket with the right code.
      if (webSocket.readyState !== webSocket.OPEN) return logger.debug("websocket failed", { error });
      logger.error("websocket handler failed", { error });
      webSocket.close(4500, "Internal server error");
    }
  }

  async function close(graceMs: number): Promise<void> {
    await until(() => ![...open.values()].some(isBusy), graceMs);
    // One turn, so that the last messages of what has ended are handed to their sockets before those are closed.
    await new Promise((resolve) => setImmediate(resolve));
    for (const webSocket of open.keys()) webSocket.close(1001, "The server is stopping");
    await until(() => open.size === 0, closeMs);
    for (const webSocket of open.keys()) webSocket.terminate();
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

/** How long a peer may take to answer our close frame, and operations to end where nobody is believed any more. */
const closeMs = 1000;

/** graphql-transport-ws: the connection is rejected. Clients that retry ask for their `connectionParams` again. */
const forbiddenCode = 4403;
/** RFC 6455's registry: try again later. */
const laterCode = 1013;

/** Closes the socket of somebody who is not believed any more, once the last message of what ran is on its way. */
function closeEnded({ ended, running, webSocket }: Connection): void {
  if (ended === undefined || running.size > 0) return;
  setImmediate(() => webSocket.close(forbiddenCode, toReason(ended)));
}

/** At most 123 bytes fit into a close frame; our messages are ASCII, and what is cut off is not needed by anybody. */
function toReason({ code, message }: ApiError): string {
  return `${code}: ${message}`.slice(0, 123);
}

/** What a client sends as `Authorization` in `connection_init`, by whatever case; taken out, since graphql-ws keeps the rest as long as the socket is open. */
function takeAuthorization(params: Record<string, unknown> | undefined): unknown {
  const name = Object.keys(params ?? {}).find((key) => key.toLowerCase() === "authorization");
  if (params === undefined || name === undefined) return undefined;
  const value = params[name];
  delete params[name];
  return value;
}

/** A message whose payload names its document, as graphql-ws expects it; anything else as it is. */
function withQuery(message: unknown): unknown {
  if (!isMapping(message) || !isMapping(message["payload"])) return message;
  const { payload } = message;
  const isNamed = !("query" in payload) && ("documentId" in payload || "extensions" in payload);
  return isNamed ? { ...message, payload: { query: "", ...payload } } : message;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether queries or mutations are under way; streams end by themselves. */
function isBusy({ running }: Connection): boolean {
  return [...running.values()].some(({ isStream }) => !isStream);
}

/** `onDone` is called when an operation is over and its last message is on its way. */
function createProtocol(options: WebSocketHandlerOptions, onDone: (connection: Connection) => void) {
  const { gate, documents, persisted, operations, fanOut, limits, logger, clock, createId, isStopping } = options;
  type ConnectionContext = Context<Record<string, unknown> | undefined, Connection>;
  return makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    // graphql-ws takes no `subscribe` without a text; who names the document may leave it out.
    jsonMessageReviver: (key, value: unknown) => (key === "" ? withQuery(value) : value),
    async onConnect({ connectionParams, extra }: ConnectionContext) {
      try {
        const authorization = takeAuthorization(connectionParams);
        welcome(extra, await gate.enter(authorization, extra.signal));
        return true;
      } catch (error) {
        // Whoever has left is told nothing.
        if (extra.signal.aborted) return false;
        if (!(error instanceof ApiError)) throw error;
        const isRefused = error.code === "UNAUTHENTICATED" || error.code === "TOKEN_EXPIRED";
        const [formatted] = operations.report([error], createId());
        logger.info("websocket refused", { code: formatted?.extensions.code });
        extra.webSocket.close(isRefused ? forbiddenCode : laterCode, toReason(error));
        return false;
      }
    },
    onSubscribe({ extra, subscriptions }: ConnectionContext, id, payload) {
      // A UUID is made of twenty pieces, which would stay as they are as long as the stream does: its bytes are one.
      const requestId = Buffer.from(createId()).toString("latin1");
      const startedMs = clock.monotonic();
      const { operationName } = payload;
      const checked = prepare({ ...payload });
      // graphql-ws keeps the message as long as the operation lives and reads this of it nowhere after us: thousands of equal texts.
      (payload as { query: string }).query = "";
      const isStream = checked.ok && checked.prepared.operation.operation === "subscription";
      const name = operationName ?? (checked.ok ? checked.prepared.operation.name?.value : undefined);
      extra.running.set(id, { requestId, startedMs, isStream, operationName: name });
      if (isStopping()) return [toGraphqlError(createShutdownError())];
      if (extra.ended !== undefined) return [toGraphqlError(extra.ended)];
      if (Object.keys(subscriptions).length > limits.operationsPerConnection) {
        const message = `More than ${limits.operationsPerConnection} operations are running on this connection.`;
        return [toGraphqlError(new ApiError("TOO_MANY_REQUESTS", message))];
      }
      if (!checked.ok) return checked.errors.map(toGraphqlError);
      const { prepared } = checked;
      const { session, signal } = extra;
      invariant(session !== undefined, "graphql-ws acknowledges nobody before onConnect does");
      const origin: OperationOrigin = { requestId, session, signal, transport: "websocket" };
      const { identity } = session;
      const receive = (): Reception => fanOut.receive(prepared, { ...extra, identity, id });
      const contextValue: Carrier = { prepared, origin, receive };
      return { document: prepared.document, operationName: prepared.operationName, contextValue } as ExecutionArgs;
    },
    execute: ({ contextValue }) => {
      const { prepared, origin } = contextValue as Carrier;
      return operations.execute(prepared, origin) as never;
    },
    subscribe: ({ contextValue }) => {
      const { prepared, origin, receive } = contextValue as Carrier;
      return operations.subscribe(prepared, origin, receive) as never;
    },
    // Already formatted; without this graphql-ws would call methods of GraphQLError on plain errors.
    onNext: ({ extra }, id, _payload, _args, result) => {
      const running = extra.running.get(id);
      const code = result.errors?.[0]?.extensions?.["code"];
      if (running !== undefined && typeof code === "string") running.code = code;
      return result as never;
    },
    onError({ extra }, id, _payload, errors) {
      const running = extra.running.get(id);
      const formatted = operations.report(errors, running?.requestId ?? createId());
      logDone(running, formatted[0]?.extensions.code);
      extra.running.delete(id);
      onDone(extra);
      return formatted;
    },
    onComplete({ extra }, id) {
      logDone(extra.running.get(id));
      extra.running.delete(id);
      onDone(extra);
    },
  });

  function prepare(payload: OperationParams & Readonly<Record<string, unknown>>): Prepared {
    try {
      return documents.prepare(persisted.resolve(payload));
    } catch (error) {
      if (error instanceof ApiError) return { ok: false, errors: [error] };
      throw error;
    }
  }

  /** From now on they are who they say, until they are not believed any more: then streams end by themselves, and the socket after them. */
  function welcome(connection: Connection, session: Session): void {
    connection.session = session;
    const unfollow = session.follow((error) => {
      connection.ended = error;
      closeEnded(connection);
      const cancel = clock.setTimer(() => connection.webSocket.close(forbiddenCode, toReason(error)), closeMs);
      connection.signal.addEventListener("abort", cancel, { once: true });
    });
    connection.signal.addEventListener("abort", unfollow, { once: true });
    if (connection.signal.aborted) unfollow();
  }

  function logDone(running: Running | undefined, code?: string): void {
    if (running === undefined) return;
    const { requestId, operationName, startedMs } = running;
    const durationMs = Math.round((clock.monotonic() - startedMs) * 10) / 10;
    logger.info("request", { requestId, route: "websocket", durationMs, operationName, code: code ?? running.code });
  }
}

function toGraphqlError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}

function refuseUpgrade(socket: Duplex, status: number, message: string, code: string): void {
  const body = JSON.stringify({
    errors: [{ message, extensions: { code, retryable: status !== 421 && status !== 404 } }],
  });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
