import { createHandler } from "graphql-sse";
import type { Response as SseResponse } from "graphql-sse";
import { ApiError } from "../kube/api-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Documents } from "./documents.ts";
import { toText } from "./http-handler.ts";
import type { Exchange, SentParams } from "./http-handler.ts";
import type { Metrics } from "./metrics.ts";
import type { FormattedResult, Operations } from "./operations.ts";
import { createReleasingStream } from "./releasing-stream.ts";
import { commonHeaders, sendErrors } from "./respond.ts";
import type { ConnectionCount } from "./connection-count.ts";

/** Operations whose answer is a stream of server-sent events. */
export interface SseHandler {
  /** Resolves when the stream is over; rejects with ApiError where none was begun. */
  handle(exchange: Exchange, sent: SentParams): Promise<void>;
}

export interface SseHandlerOptions {
  readonly documents: Documents;
  readonly operations: Operations;
  readonly connections: ConnectionCount;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** How long a receiver may take nothing of what is sent before its connection is cut: nothing else would ever free it. */
const stalledMs = 60_000;

/**
 * GraphQL over SSE, "distinct connections" mode: one stream for each operation, on the same URL, by GET or POST. Two rules besides the
 * protocol's: the next event is taken from the stream only when the one before has left for the network, and whatever ends it is the last
 * `next`, an object with `errors`, before `complete`.
 */
export function createSseHandler({
  documents,
  operations,
  connections,
  metrics,
  clock,
}: SseHandlerOptions): SseHandler {
  return {
    async handle(exchange, sent) {
      const { request, response } = exchange;
      const place = connections.open(request.socket.remoteAddress);
      if (place === undefined)
        throw new ApiError("TOO_MANY_REQUESTS", "Too many streams are open.", { retryAfterSeconds: 5 });
      metrics.connectionOpened("sse");
      try {
        await stream(exchange, sent);
      } finally {
        metrics.connectionClosed("sse");
        place.leave();
        if (!response.writableEnded && response.headersSent) response.end();
      }
    },
  };

  async function stream(exchange: Exchange, { url, body }: SentParams): Promise<void> {
    const { request, requestId, session, signal } = exchange;
    const written = createReleasingStream();
    const handler = createHandler<undefined, undefined>({
      // null: no reservations, each operation has its own connection.
      authenticate: () => null,
      // Done by `documents` before.
      validate: () => [],
      async onSubscribe(_request, { query, operationName, variables }) {
        const checked = documents.prepare({ query, operationName, variables });
        if (!checked.ok) return toFinal({ errors: operations.report(checked.errors, requestId) });
        const { prepared } = checked;
        const type = prepared.operation.operation;
        exchange.note({ operationName: operationName ?? prepared.operation.name?.value });
        if (type === "mutation" && request.method === "GET") {
          const error = new ApiError("BAD_REQUEST", "A mutation is not taken by GET. Send it by POST.");
          return toFinal({ errors: operations.report([error], requestId) });
        }
        const traceparent = toText(request.headers["traceparent"]);
        const origin = { requestId, session, signal, transport: "sse", traceparent } as const;
        const result =
          type === "subscription"
            ? await operations.subscribe(prepared, origin)
            : await operations.execute(prepared, origin);
        if (!("next" in result)) return toFinal(result);
        return written.wrap(result, (error) => ({ errors: operations.report([error], requestId) })) as never;
      },
    });
    const [events, init] = await handler({
      method: request.method ?? "GET",
      url,
      headers: {
        get: (name) => (name === "accept" ? "text/event-stream" : (request.headers[name] as string | undefined)),
      },
      body: (body ?? null) as never,
      raw: undefined,
      context: undefined,
    });
    if (events === null || typeof events === "string") return refuse(exchange, events, init);
    await write(exchange, events, written.release);
  }

  async function write({ response, signal }: Exchange, events: AsyncGenerator<string>, onWritten: () => void) {
    response.writeHead(200, {
      ...commonHeaders,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      // nginx keeps streams back otherwise.
      "x-accel-buffering": "no",
    });
    const stop = (): void => void events.return(undefined);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const text of events) {
        if (!(await writeOut(response, text))) break;
        // A comment keeps the connection alive; only an event makes room for the next.
        if (!text.startsWith(":")) onWritten();
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Resolves once the text has left for the network; false where that did not happen in time or the receiver has gone. */
  function writeOut(response: Exchange["response"], text: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (!response.writable || response.destroyed) return resolve(false);
      const done = (isOut: boolean): void => {
        cancel();
        response.off("close", onClose);
        resolve(isOut);
      };
      // Node.js drops what is written between the end of the socket and that of the response, and its callback with it.
      const onClose = (): void => done(false);
      const cancel = clock.setTimer(() => {
        done(false);
        response.destroy();
      }, stalledMs);
      response.once("close", onClose);
      response.write(text, (error) => done(!error));
    });
  }

  function refuse({ request, response, requestId }: Exchange, text: string | null, init: SseResponse[1]): void {
    const message = /"message":"([^"]*)"/.exec(text ?? "")?.[1] ?? init.statusText;
    const errors = operations.report([new ApiError("BAD_REQUEST", `${message}.`)], requestId);
    sendErrors(request, response, errors, init.status);
  }
}

/** graphql-sse takes for a result only what has `data` as a key. */
function toFinal(result: FormattedResult): never {
  return { data: undefined, ...result } as never;
}
