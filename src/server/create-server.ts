import { randomUUID } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { execute } from "graphql";
import { aborted } from "../lib/aborted.ts";
import { createDeferred } from "../lib/deferred.ts";
import { invariant } from "../lib/invariant.ts";
import type { Runnable } from "../lib/runnable.ts";
import { createApolloHandler } from "./apollo-handler.ts";
import { createConnectionCount } from "./connection-count.ts";
import { withFastLane } from "./fast-lane.ts";
import { createFanOut } from "./fan-out/fan-out.ts";
import { createDocuments } from "./documents.ts";
import { createTokenGate, openGate } from "./gate.ts";
import { createLocalGuard, createTokenGuard } from "./guard.ts";
import { createHttpHandler } from "./http-handler.ts";
import { defaultLimits } from "./limits/limits.ts";
import { createMetrics } from "./metrics.ts";
import { createOperations } from "./operations.ts";
import { createPersistedDocuments } from "./persisted/persisted-documents.ts";
import type { PersistedDocumentsOptions } from "./persisted/persisted-documents.ts";
import { createPlayground } from "./playground/playground.ts";
import { withRowWriter } from "./rows/row-writer.ts";
import type { ServerOptions } from "./server-options.ts";
import { createSseHandler } from "./sse-handler.ts";
import { createWebSocketHandler } from "./websocket-handler.ts";

export interface Server extends Runnable {
  /** "http://127.0.0.1:4000", without a path; known once `ready`, throws before. */
  readonly url: string;
}

const defaultGraceMs = 8000;
const automaticOnly: PersistedDocumentsOptions = { manifest: () => noDocuments, enforce: false, automatic: true };
const noDocuments: ReadonlyMap<string, string> = new Map();

/**
 * The public door: GraphQL over HTTP, SSE and WebSocket at /graphql, with its playground; /schema.graphql, /livez, /readyz, /metrics.
 * `ready` rejects where the address cannot be had. On abort of `run`'s signal: no new connection or operation, streams end with
 * SHUTTING_DOWN (WebSockets close with 1001), queries in flight get `graceMs`, then what is left is cut.
 */
export function createServer(options: ServerOptions): Server {
  const { schema, config, logger, clock, createId = randomUUID } = options;
  const limits = { ...defaultLimits, ...config.limits };
  const ready = createDeferred();
  let isStopping = false;
  let url: string | undefined;
  return {
    name: "server",
    ready: ready.promise,
    get url() {
      invariant(url !== undefined, "the server's url is asked for before it listens");
      return url;
    },
    async run(signal) {
      const metrics = createMetrics(options.registry, options.metricSources ?? []);
      const { authenticator } = options;
      const guard = authenticator === undefined ? createLocalGuard(config) : createTokenGuard(config);
      const gate = authenticator === undefined ? openGate : createTokenGate(authenticator);
      const documents = createDocuments(schema, limits);
      const persisted = createPersistedDocuments(options.persistedDocuments ?? automaticOnly);
      const rows = withRowWriter(execute, schema, { clock });
      const operations = createOperations({ ...options, limits, metrics, executeHttp: rows.execute });
      const connections = createConnectionCount(limits);
      const behind = createApolloHandler({ schema, documents, operations, rows, limits, logger });
      const apollo = withFastLane(behind, { documents, operations, rows });
      const shared = { documents, operations, connections, metrics, clock };
      const fanOut = createFanOut({ ...options, metrics, clock, createId, maxCoercionErrors: limits.errors });
      const sse = createSseHandler(shared);
      const playground = createPlayground({ folder: options.playgroundAssets, starterQueries: options.starterQueries });
      const answer = createHttpHandler({
        ...options,
        guard,
        gate,
        areMetricsOpen: config.openMetrics === true,
        apollo,
        sse,
        playground,
        persisted,
        operations,
        metrics,
        limits,
        createId,
        isStopping: () => isStopping,
      });
      const http = createHttpServer(timeouts, answer);
      http.on("clientError", answerBadRequest);
      const webSockets = createWebSocketHandler({
        ...shared,
        fanOut,
        guard,
        gate,
        persisted,
        limits,
        logger,
        createId,
        isStopping: () => isStopping,
      });
      http.on("upgrade", webSockets.upgrade);
      // A socket on which nothing at all moves: a reader that stopped reading, a peer that is gone. Streams send comments meanwhile.
      http.setTimeout(60_000, (socket: Socket) => socket.destroy());
      try {
        await apollo.start();
        url = await listen(http, config);
        ready.resolve();
        logger.info("server listens", { url });
        await aborted(signal);
        isStopping = true;
        await stop(http, () => {
          operations.endStreams();
          return webSockets.close(config.graceMs ?? defaultGraceMs);
        });
      } catch (error) {
        ready.reject(error);
        throw error;
      } finally {
        await apollo.stop().catch(() => {});
        metrics.dispose();
      }
    },
  };

  /** Idle connections go at once, busy ones when their answer is out, the rest when the grace is over. */
  async function stop(http: HttpServer, endStreams: () => Promise<void>): Promise<void> {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    const cancel = clock.setTimer(() => http.closeAllConnections(), config.graceMs ?? defaultGraceMs);
    await endStreams();
    // A connection becomes idle when its answer is out; nothing tells us when that is.
    let isClosed = false;
    const done = closed.then(() => (isClosed = true));
    while (!isClosed) {
      http.closeIdleConnections();
      await Promise.race([done, new Promise<void>((resolve) => clock.setTimer(resolve, 10))]);
    }
    cancel();
  }
}

/** RELIABILITY 3.5 F60 and T18: slow headers, slow bodies and idle connections are cut. */
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5000,
};

async function listen(
  http: HttpServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(explainListenError(error, host, port));
    http.once("error", onError);
    http.listen({ host, port }, () => {
      http.off("error", onError);
      resolve();
    });
  });
  const address = http.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}

/** Bytes that are no HTTP request, or one whose head is too long or too slow: Node.js has parsed nothing that could be answered otherwise. */
function answerBadRequest(
  error: NodeJS.ErrnoException,
  socket: NodeJS.WritableStream & { destroy(): void; writable: boolean },
): void {
  if (error.code === "ECONNRESET" || !socket.writable) return socket.destroy();
  const isLong = error.code === "HPE_HEADER_OVERFLOW";
  const status = isLong ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const message = isLong
    ? "The URL and headers are over 16 KiB. Send the query by POST."
    : "This is not an HTTP request.";
  const body = JSON.stringify({ errors: [{ message, extensions: { code: "BAD_REQUEST", retryable: false } }] });
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** What an operator can do about an address that cannot be had. */
function explainListenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "something else listens there: stop it, or choose another port (--port, server.port)",
    EACCES: "ports below 1024 need more rights: choose another port (--port, server.port)",
    EADDRNOTAVAIL: "this machine has no such address: choose another host (--host, server.host)",
  };
  return new Error(`cannot listen on ${host}:${port}: ${reasons[cause.code ?? ""] ?? cause.message}`, { cause });
}
