import { createSourceEventStream, execute, OperationTypeNode } from "graphql";
import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from "graphql";
import { ApiError } from "../kube/api-error.ts";
import type { Identity } from "../kube/identity.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { isSharedStream } from "../lib/shared-stream.ts";
import { noTracer } from "../lib/tracer.ts";
import type { Tracer } from "../lib/tracer.ts";
import type { PreparedOperation } from "./documents.ts";
import type { EventStream } from "./event-stream.ts";
import type { Reception } from "./fan-out/fan-out.ts";
import { formatError, isMasked } from "./format-error.ts";
import type { FormattedError } from "./format-error.ts";
import type { Session } from "./gate.ts";
import type { Limits } from "./limits/limits.ts";
import type { Metrics, Transport } from "./metrics.ts";
import { createScope } from "./operation-scope.ts";
import type { Scope } from "./operation-scope.ts";
import { createReadAfterTokens } from "./read-after-tokens.ts";
import type { Execute } from "./rows/row-writer.ts";
import type { OperationRequest, ReadKinds } from "./server-options.ts";
import { Subscription } from "./subscription.ts";
import type { SubscriptionWork } from "./subscription.ts";

/** A result with nothing left of what was thrown: ready for JSON. */
export interface FormattedResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly FormattedError[];
  readonly extensions?: Record<string, unknown>;
}

/** From where an operation comes. */
export interface OperationOrigin {
  readonly requestId: string;
  readonly session: Session;
  readonly transport: Transport;
  /**
   * Aborted when the client has gone; of a stream, until it is open: after that it is for its reader to return it. It may be made when it is first asked
   * for, which costs more than most operations: where nobody waits, nobody asks.
   */
  readonly signal: AbortSignal;
  /** Of `signal`, where that is this operation's alone: aborted when its time is over as well. */
  readonly controller?: AbortController;
  /** The W3C header of who asked, as it came. */
  readonly traceparent?: string | undefined;
}

export interface Operations {
  /** A query or mutation; answers at once where nothing is waited for, and within `operationMs`, with an error if need be. Never throws or rejects. */
  execute(prepared: PreparedOperation, origin: OperationOrigin): FormattedResult | Promise<FormattedResult>;
  /**
   * A stream of results, or one result where there is to be none. Never rejects; the stream rejects with what ended it, not formatted. Where `receive` is
   * given, events may reach what it makes while a `next` is pending, and then `next` does not give them again.
   */
  subscribe(
    prepared: PreparedOperation,
    origin: OperationOrigin,
    receive?: () => Reception,
  ): Promise<FormattedResult | EventStream<FormattedResult>>;
  /** Formats, counts, and logs what the client will not see. */
  report(errors: readonly unknown[], requestId: string): readonly FormattedError[];
  /** From now on nothing new is subscribed; streams that are open end with SHUTTING_DOWN. */
  endStreams(): void;
}

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** Executes what comes over plain HTTP, whose answers may have lists in them that only a row writer writes; unset = as all else. */
  readonly executeHttp?: Execute;
  readonly createContext: (request: OperationRequest) => object | Promise<object>;
  readonly awaitReadAfter?: (tokens: readonly string[], context: object) => Promise<void>;
  readonly readKinds?: ReadKinds | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracer?: Tracer;
  readonly metrics: Metrics;
}

/** How long resolvers may still take to come back with a partial answer once their signal is aborted. */
const afterTimeoutMs = 250;

export function createOperations({
  schema,
  executeHttp = execute,
  createContext,
  awaitReadAfter,
  readKinds,
  limits,
  clock,
  logger,
  tracer = noTracer,
  metrics,
}: OperationsOptions): Operations {
  const streams = new Set<Subscription>();
  const readAfterTokens = createReadAfterTokens();
  const subscriptionWork: SubscriptionWork = {
    async toResult(event, prepared, origin, signal) {
      metrics.eventSent(origin.transport);
      const args = await createArgs(prepared, origin, signal);
      return toFormatted(await execute({ ...args, rootValue: event }), origin.requestId);
    },
    onEnd(stream, { transport }) {
      metrics.subscriptionEnded(transport);
      streams.delete(stream);
    },
  };
  let running = 0;
  let isStopping = false;
  return {
    execute: (prepared, origin) => traced(prepared, origin, () => executeOperation(prepared, origin)),
    // The span is of the opening: a stream lives for days.
    subscribe: async (prepared, origin, receive) =>
      traced(prepared, origin, () => subscribe(prepared, origin, receive)),
    report,
    endStreams() {
      isStopping = true;
      for (const stream of streams) stream.fail(createShutdownError());
    },
  };

  function traced<Result extends FormattedResult | EventStream<FormattedResult>>(
    { operation, operationName }: PreparedOperation,
    { requestId, transport, traceparent }: OperationOrigin,
    run: () => Result | Promise<Result>,
  ): Result | Promise<Result> {
    if (tracer === noTracer) return run();
    const name = operationName ?? operation.name?.value;
    const attributes = {
      "graphql.operation.type": operation.operation,
      ...(name === undefined ? {} : { "graphql.operation.name": name }),
      "fleetgraph.transport": transport,
      "fleetgraph.request_id": requestId,
    };
    return tracer.inSpan(
      { name: operation.operation, kind: "server", attributes, parent: traceparent },
      async (fail) => {
        const result = await run();
        const [error] = "errors" in result ? (result.errors ?? []) : [];
        if (error !== undefined) fail(error.extensions.code);
        return result;
      },
    );
  }

  function report(errors: readonly unknown[], requestId: string): readonly FormattedError[] {
    let isLogged = false;
    return errors.map((error) => {
      const formatted = formatError(error, requestId);
      metrics.errorSent(formatted.extensions.code);
      // One line for a list of a thousand rows that fail alike.
      if (isMasked(formatted) && !isLogged) {
        isLogged = true;
        logger.error("operation failed by a mistake of ours", { requestId, path: formatted.path?.join("."), error });
      }
      return formatted;
    });
  }

  function toFormatted({ data, errors, extensions }: ExecutionResult, requestId: string): FormattedResult {
    if (errors === undefined && extensions === undefined && data !== undefined) return { data };
    return {
      ...(errors !== undefined && { errors: report(errors, requestId) }),
      ...(data !== undefined && { data }),
      ...(extensions !== undefined && { extensions }),
    };
  }

  function toArgs(prepared: PreparedOperation, contextValue: object): ExecutionArgs {
    return {
      schema,
      document: prepared.document,
      operationName: prepared.operationName,
      variableValues: prepared.variables,
      contextValue,
      options: { maxCoercionErrors: limits.errors },
    };
  }

  function contextOf(
    prepared: PreparedOperation,
    origin: OperationOrigin,
    scope: Pick<Scope, "signal">,
  ): object | Promise<object> {
    return createContext(new StartedRequest(origin, scope, { nowMs: clock.now(), kinds: readKinds?.(prepared) }));
  }

  async function createArgs(
    prepared: PreparedOperation,
    origin: OperationOrigin,
    signal: AbortSignal,
  ): Promise<ExecutionArgs> {
    return toArgs(prepared, await contextOf(prepared, origin, { signal }));
  }

  function executeOperation(
    prepared: PreparedOperation,
    origin: OperationOrigin,
  ): FormattedResult | Promise<FormattedResult> {
    const { requestId, transport } = origin;
    const type = prepared.operation.operation;
    if (running >= limits.requests) return { errors: report([createBusyError(limits.requests)], requestId) };
    running += 1;
    const startedMs = clock.monotonic();
    const scope = createScope(origin);
    const close = (): void => {
      running -= 1;
      scope.close();
      const seconds = (clock.monotonic() - startedMs) / 1000;
      // Nobody's answer waits for being counted.
      queueMicrotask(() => metrics.operationDone({ type, transport, seconds }));
    };
    const succeed = (result: ExecutionResult): FormattedResult => {
      close();
      return toFormatted(result, requestId);
    };
    const fail = (error: unknown): FormattedResult => {
      close();
      return { errors: report([error], requestId) };
    };
    let executed: ExecutionResult | Promise<ExecutionResult>;
    try {
      const context = contextOf(prepared, origin, scope);
      const run = transport === "http" ? executeHttp : execute;
      executed =
        context instanceof Promise
          ? context.then((made) => executeAfter(prepared, made, run))
          : executeAfter(prepared, context, run);
    } catch (error) {
      return fail(error);
    }
    // What is there at once is in time.
    if (!(executed instanceof Promise)) return succeed(executed);
    return withinTime(executed, scope, type === OperationTypeNode.MUTATION).then(succeed, fail);
  }

  /** Waits for what the query wants to see, then executes it: all of it reads one state. */
  function executeAfter(
    prepared: PreparedOperation,
    context: object,
    run: Execute,
  ): ExecutionResult | Promise<ExecutionResult> {
    const args = toArgs(prepared, context);
    const tokens = awaitReadAfter === undefined ? [] : readAfterTokens(prepared);
    if (awaitReadAfter === undefined || tokens.length === 0) return run(args);
    return awaitReadAfter(tokens, context).then(() => run(args));
  }

  function withinTime<T>(work: Promise<T>, scope: Scope, isMutation: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      let cancel = clock.setTimer(() => {
        const error = createTimeoutError(limits.operationMs, isMutation);
        scope.abort(error);
        cancel = clock.setTimer(() => reject(error), afterTimeoutMs);
      }, limits.operationMs);
      work.then(
        (result) => {
          cancel();
          resolve(result);
        },
        (error: unknown) => {
          cancel();
          reject(error);
        },
      );
    });
  }

  async function subscribe(prepared: PreparedOperation, origin: OperationOrigin, receive?: () => Reception) {
    const { requestId, transport } = origin;
    if (isStopping) return { errors: report([createShutdownError()], requestId) };
    const { signal } = origin;
    const startedMs = clock.monotonic();
    try {
      const opened = createArgs(prepared, origin, signal).then(createSourceEventStream);
      const source = await unlessAborted(opened, signal);
      if (!isAsyncIterable(source)) {
        return toFormatted(source, requestId);
      }
      const reception = isSharedStream(source) ? receive?.() : undefined;
      if (reception !== undefined && isSharedStream(source)) source.attach(reception);
      const stream = new Subscription({ work: subscriptionWork, prepared, origin, reception, source, clock });
      metrics.subscriptionStarted(transport);
      streams.add(stream);
      stream.follow(origin.session);
      // Told to stop, or left, while the stream was being opened.
      if (isStopping) stream.fail(createShutdownError());
      if (signal.aborted) await stream.return();
      return stream;
    } catch (error) {
      // Nobody is there to read it, and that they left is no mistake.
      return signal.aborted ? {} : { errors: report([error], requestId) };
    } finally {
      metrics.operationDone({ type: "subscription", transport, seconds: (clock.monotonic() - startedMs) / 1000 });
    }
  }
}

class StartedRequest implements OperationRequest {
  readonly requestId: string;
  readonly identity: Identity;
  readonly nowMs: number;
  readonly kinds: OperationRequest["kinds"];
  readonly #scope: Pick<Scope, "signal">;

  constructor(
    { requestId, session }: OperationOrigin,
    scope: Pick<Scope, "signal">,
    { nowMs, kinds }: Pick<OperationRequest, "nowMs" | "kinds">,
  ) {
    this.requestId = requestId;
    this.identity = session.identity;
    this.nowMs = nowMs;
    this.kinds = kinds;
    this.#scope = scope;
  }

  get signal(): AbortSignal {
    return this.#scope.signal;
  }
}

/** Does not wait for a `subscribe` that hangs once its client has gone; what it opens later is returned at once (CO-38). */
function unlessAborted(
  opened: Promise<AsyncIterable<unknown> | ExecutionResult>,
  signal: AbortSignal,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  return new Promise((resolve, reject) => {
    let isLeft = false;
    const onAbort = (): void => {
      isLeft = true;
      reject(signal.reason);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    void opened.then(
      (source) => {
        signal.removeEventListener("abort", onAbort);
        if (!isLeft) return resolve(source);
        if (isAsyncIterable(source)) void Promise.resolve(source[Symbol.asyncIterator]().return?.()).catch(() => {});
      },
      (error: unknown) => {
        signal.removeEventListener("abort", onAbort);
        reject(error);
      },
    );
  });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

export function createShutdownError(): ApiError {
  return new ApiError(
    "SHUTTING_DOWN",
    "This server is stopping. Repeat at once: another one takes it; streams resume by cursor.",
  );
}

function createBusyError(maximum: number): ApiError {
  const message = `More than ${maximum} queries and mutations are under way (limit "requests"). Repeat in a second.`;
  const limit = { name: "requests", maximum, found: maximum + 1 };
  return new ApiError("TOO_MANY_REQUESTS", message, { limit, retryAfterSeconds: 1 });
}

function createTimeoutError(operationMs: number, isMutation: boolean): ApiError {
  const within = `The operation was not done within ${operationMs} ms`;
  if (isMutation)
    return new ApiError("OUTCOME_UNKNOWN", `${within}: the write may have happened. Read the object, then repeat.`);
  const limit = { name: "operationMs", maximum: operationMs, found: operationMs };
  return new ApiError("LIMIT_EXCEEDED", `${within} (limit "operationMs"). Ask for less, or for fewer clusters.`, {
    limit,
  });
}
