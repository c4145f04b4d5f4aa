import type { Duplex } from "node:stream";
import { OperationTypeNode } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { ApiError } from "../kube/api-error.ts";
import type { Identity } from "../kube/identity.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Prepared, PreparedOperation } from "./documents.ts";
import type { EventSink, EventStream } from "./event-stream.ts";
import type { SocketTarget } from "./fan-out/fan-out.ts";
import type { Session } from "./gate.ts";
import type { FormattedResult, OperationOrigin } from "./operations.ts";
import type { SocketConnection } from "./socket-connection.ts";

/**
 * One operation of one socket, from `subscribe` to its last message. A class that is all things to those it meets, since thousands of them are open
 * and idle: a stream that has nothing to say keeps nothing but this and itself.
 */
export class SocketOperation implements OperationOrigin, SocketTarget, EventSink<FormattedResult> {
  /** The client's. */
  readonly id: string;
  readonly requestId: string;
  readonly #connection: SocketConnection;
  readonly #startedMs: number;
  /** Until its stream is open, or its answer there. */
  #opening: AbortController | undefined = new AbortController();
  #stream: EventStream<FormattedResult> | undefined;
  #isStream = false;
  #isLeft = false;
  #operationName: string | undefined;
  #code: string | undefined;

  constructor(connection: SocketConnection, id: string) {
    const { createId, clock } = connection.settings;
    this.#connection = connection;
    this.id = id;
    // A UUID is made of twenty pieces, which would stay as they are as long as the stream does: its bytes are one.
    this.requestId = Buffer.from(createId()).toString("latin1");
    this.#startedMs = Math.floor(clock.monotonic());
  }

  get transport(): "websocket" {
    return "websocket";
  }

  get session(): Session {
    return this.#connection;
  }

  get identity(): Identity {
    return this.#connection.identity;
  }

  get webSocket(): ClientSocket {
    return this.#connection.webSocket;
  }

  get socket(): Duplex {
    return this.#connection.socket;
  }

  get signal(): AbortSignal {
    return (this.#opening ??= new AbortController()).signal;
  }

  get isStream(): boolean {
    return this.#isStream;
  }

  /** The client is not told of it any more, and may use the id again. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Prepares and begins it; never rejects. `refusal`: it is not to begin. */
  async run(payload: SubscribePayload, refusal: ApiError | undefined): Promise<void> {
    try {
      const checked = this.#prepare(payload);
      this.#note(payload.operationName, checked);
      if (refusal !== undefined) this.#fail([refusal]);
      else if (!checked.ok) this.#fail(checked.errors);
      else if (this.#isStream) await this.#subscribe(checked.prepared);
      else await this.#answer(await this.#connection.settings.operations.execute(checked.prepared, this));
    } catch (error) {
      this.#connection.onFailure(error);
    }
  }

  /** The client does not want it any more. What is no stream goes on to its end. */
  leave(): void {
    this.#isLeft = true;
    if (this.#isStream) this.#opening?.abort(new Error("the client has left the operation"));
    void this.#stream?.return(undefined);
  }

  /** The client has gone. */
  abandon(): void {
    this.#isLeft = true;
    this.#opening?.abort(new Error("the client has gone"));
    void this.#stream?.return(undefined);
  }

  /** Ends a stream with an error; what is no stream is still answered. */
  fail(error: ApiError): void {
    this.#stream?.fail(error);
  }

  take(result: FormattedResult): Promise<void> {
    this.#code = result.errors?.[0]?.extensions.code ?? this.#code;
    return this.webSocket.sendText(JSON.stringify({ id: this.id, type: "next", payload: result }));
  }

  onOver(error: unknown): void {
    if (error !== undefined) this.#fail([error]);
    else this.#complete();
  }

  #prepare(payload: SubscribePayload): Prepared {
    const { documents, persisted } = this.#connection.settings;
    try {
      return documents.prepare(persisted.resolve({ ...payload }));
    } catch (error) {
      if (error instanceof ApiError) return { ok: false, errors: [error] };
      throw error;
    }
  }

  #note(operationName: string | null | undefined, checked: Prepared): void {
    const operation = checked.ok ? checked.prepared.operation : undefined;
    this.#isStream = operation?.operation === OperationTypeNode.SUBSCRIPTION;
    this.#operationName = operationName ?? operation?.name?.value;
  }

  async #subscribe(prepared: PreparedOperation): Promise<void> {
    const { operations, fanOut } = this.#connection.settings;
    const opened = await operations.subscribe(prepared, this, () => fanOut.receive(prepared, this));
    this.#opening = undefined;
    if (!("next" in opened)) return this.#answer(opened);
    this.#stream = opened;
    // Who left, or is not believed any more, since it was asked for.
    if (this.#isLeft) void opened.return(undefined);
    else if (this.#connection.ended !== undefined) opened.fail(this.#connection.ended);
    opened.pipe(this);
  }

  async #answer(result: FormattedResult): Promise<void> {
    this.#opening = undefined;
    if (!this.#isLeft) await this.take(result);
    this.#complete();
  }

  #fail(errors: readonly unknown[]): void {
    const formatted = this.#connection.settings.operations.report(errors, this.requestId);
    this.#code = formatted[0]?.extensions.code;
    this.#finish({ id: this.id, type: "error", payload: formatted });
  }

  #complete(): void {
    this.#finish({ id: this.id, type: "complete" });
  }

  #finish(last: object): void {
    const { logger, clock } = this.#connection.settings;
    const durationMs = Math.round((clock.monotonic() - this.#startedMs) * 10) / 10;
    const { requestId } = this;
    logger.info("request", { requestId, route: "websocket", durationMs, operationName: this.#operationName, code: this.#code }); // prettier-ignore
    if (!this.#isLeft) void this.webSocket.sendText(JSON.stringify(last));
    this.#connection.onDone(this);
  }
}
