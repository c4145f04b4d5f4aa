import type { Duplex } from "node:stream";
import { MessageType } from "graphql-ws";
import type { SubscribeMessage } from "graphql-ws";
import { ApiError } from "../kube/api-error.ts";
import type { Identity } from "../kube/identity.ts";
import type { Clock } from "../lib/clock.ts";
import { invariant } from "../lib/invariant.ts";
import type { Logger } from "../lib/logger.ts";
import type { ClientSocket, SocketClient } from "./client-socket.ts";
import type { ConnectionPlace } from "./connection-count.ts";
import type { Documents } from "./documents.ts";
import type { FanOut } from "./fan-out/fan-out.ts";
import type { Gate, Session } from "./gate.ts";
import type { Limits } from "./limits/limits.ts";
import { createShutdownError } from "./operations.ts";
import type { Operations } from "./operations.ts";
import type { PersistedDocuments } from "./persisted/persisted-documents.ts";
import { SocketOperation } from "./socket-operation.ts";
import { authorizationOf, closeCodes, parseClientMessage, toReason } from "./websocket-messages.ts";
import type { ClientMessage } from "./websocket-messages.ts";

/** What all connections have in common. */
export interface ConnectionSettings {
  readonly gate: Gate;
  readonly documents: Documents;
  readonly persisted: PersistedDocuments;
  readonly operations: Operations;
  readonly fanOut: FanOut;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly isStopping: () => boolean;
  /** An operation of the connection is over, its last message on its way; or the connection is. */
  readonly onChange: (connection: SocketConnection) => void;
}

/** How long operations may take to end where nobody is believed any more. */
const endMs = 1_000;

/**
 * One client's side of graphql-transport-ws, on a socket that is open. Written out rather than taken from graphql-ws, whose server keeps a function that
 * waits, and the closures of it, for each idle subscription. Sockets of somebody who is not believed any more are closed with 4403 once their streams
 * have been told why. To its operations it is the session: it tells them when that ends.
 */
export class SocketConnection implements SocketClient, Session {
  readonly webSocket: ClientSocket;
  /** Under the WebSocket. */
  readonly socket: Duplex;
  readonly settings: ConnectionSettings;
  /** To be left when it is closed. */
  readonly place: ConnectionPlace;
  #identity: Identity | undefined;
  #entering: AbortController | undefined;
  #hasInit = false;
  #isClosed = false;
  #ended: ApiError | undefined;
  #operations: readonly SocketOperation[] = none;
  /** Of the time for `connection_init`; later, of that for ending. */
  #cancelTimer: (() => void) | undefined;
  #unfollow: (() => void) | undefined;

  constructor(webSocket: ClientSocket, socket: Duplex, place: ConnectionPlace, settings: ConnectionSettings) {
    this.webSocket = webSocket;
    this.socket = socket;
    this.place = place;
    this.settings = settings;
    const onLate = (): void => webSocket.close(closeCodes.initTimeout, "Connection initialisation timeout");
    this.#cancelTimer = settings.clock.setTimer(onLate, settings.limits.connectionInitMs);
  }

  /** Who is there. Another only by another connection. */
  get identity(): Identity {
    invariant(this.#identity !== undefined, "nobody has operations before they said who they are");
    return this.#identity;
  }

  /** Why they are not believed any more: nothing new is begun. */
  get ended(): ApiError | undefined {
    return this.#ended;
  }

  /** Whether queries or mutations are under way; streams end by themselves. */
  get isBusy(): boolean {
    return this.#operations.some(({ isStream }) => !isStream);
  }

  /** Its operations are ended by itself. */
  follow(): () => void {
    return notFollowed;
  }

  onText(text: string): void {
    let message: ClientMessage;
    try {
      message = parseClientMessage(text);
    } catch {
      return this.webSocket.close(closeCodes.badMessage, "Invalid message received");
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        return void this.#enter(message.payload);
      case MessageType.Ping:
        return void this.webSocket.sendText(JSON.stringify({ type: "pong", payload: message.payload ?? undefined }));
      case MessageType.Subscribe:
        return this.#subscribe(message);
      case MessageType.Complete:
        return this.#find(message.id)?.leave();
      case MessageType.Pong:
    }
  }

  /** A frame too long, bad UTF-8, a broken pipe: ws has closed, or will close, the socket with the right code. Anything else is a mistake of ours. */
  onFailure(error: unknown): void {
    const { webSocket, settings } = this;
    if (webSocket.readyState !== webSocket.OPEN) return settings.logger.debug("websocket failed", { error });
    settings.logger.error("websocket handler failed", { error });
    webSocket.close(closeCodes.failure, "Internal server error");
  }

  onClosed(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#entering?.abort(new Error("the client has gone"));
    this.#unfollow?.();
    for (const operation of this.#operations) operation.abandon();
    this.settings.onChange(this);
  }

  onDone(operation: SocketOperation): void {
    const left = this.#operations.filter((other) => other !== operation);
    this.#operations = left.length === 0 ? none : left;
    this.#closeIfEnded();
    this.settings.onChange(this);
  }

  async #enter(params: unknown): Promise<void> {
    if (this.#hasInit) return this.webSocket.close(closeCodes.secondInit, "Too many initialisation requests");
    this.#hasInit = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const entering = new AbortController();
    this.#entering = entering;
    try {
      const session = await this.settings.gate.enter(authorizationOf(params), entering);
      if (this.#isClosed) return;
      this.#identity = session.identity;
      this.#unfollow = session.follow((error) => this.#end(error));
      void this.webSocket.sendText('{"type":"connection_ack"}');
    } catch (error) {
      // Whoever has left is told nothing.
      if (!this.#isClosed) this.#refuse(error);
    } finally {
      this.#entering = undefined;
    }
  }

  #refuse(error: unknown): void {
    if (!(error instanceof ApiError)) return this.onFailure(error);
    const isRefused = error.code === "UNAUTHENTICATED" || error.code === "TOKEN_EXPIRED";
    const { operations, createId, logger } = this.settings;
    const [formatted] = operations.report([error], createId());
    logger.info("websocket refused", { code: formatted?.extensions.code });
    this.webSocket.close(isRefused ? closeCodes.forbidden : closeCodes.later, toReason(error));
  }

  #subscribe({ id, payload }: SubscribeMessage): void {
    const { webSocket } = this;
    if (this.#identity === undefined) return webSocket.close(closeCodes.unauthorized, "Unauthorized");
    if (this.#find(id) !== undefined) {
      return webSocket.close(closeCodes.idInUse, toReason(`Subscriber for ${id} already exists`));
    }
    const operation = new SocketOperation(this, id);
    this.#operations = [...this.#operations, operation];
    void operation.run(payload, this.#refusal());
  }

  /** Why nothing new is begun just now. */
  #refusal(): ApiError | undefined {
    const { limits, isStopping } = this.settings;
    if (isStopping()) return createShutdownError();
    if (this.#ended !== undefined) return this.#ended;
    const running = this.#operations.filter(({ isLeft }) => !isLeft).length;
    if (running <= limits.operationsPerConnection) return undefined;
    const message = `More than ${limits.operationsPerConnection} operations are running on this connection.`;
    return new ApiError("TOO_MANY_REQUESTS", message);
  }

  #find(id: string): SocketOperation | undefined {
    return this.#operations.find((operation) => operation.id === id && !operation.isLeft);
  }

  /** They are not believed any more: streams end, and the socket after them. */
  #end(error: ApiError): void {
    this.#ended = error;
    for (const operation of this.#operations) operation.fail(error);
    this.#closeIfEnded();
    this.#cancelTimer = this.settings.clock.setTimer(() => this.#closeEnded(error), endMs);
  }

  /** Once the last message of what ran is on its way. */
  #closeIfEnded(): void {
    const error = this.#ended;
    if (error !== undefined && this.#operations.length === 0) setImmediate(() => this.#closeEnded(error));
  }

  #closeEnded(error: ApiError): void {
    this.webSocket.close(closeCodes.forbidden, toReason(error));
  }
}

const none: readonly SocketOperation[] = [];
const notFollowed = (): void => {};
