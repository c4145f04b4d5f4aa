import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { ApiError } from "../kube/api-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { whenReady } from "../loaders/maybe-promise.ts";
import type { ApolloHandler } from "./apollo-handler.ts";
import { answerAnonymous } from "./anonymous-answer.ts";
import { toChallenge } from "./gate.ts";
import type { Gate, Session } from "./gate.ts";
import type { Guard } from "./guard.ts";
import { toHealthAnswer } from "./health-routes.ts";
import type { Limits } from "./limits/limits.ts";
import type { Metrics } from "./metrics.ts";
import { createShutdownError } from "./operations.ts";
import type { OperationOrigin, Operations } from "./operations.ts";
import type { PersistedDocuments, RequestParams } from "./persisted/persisted-documents.ts";
import type { Playground } from "./playground/playground.ts";
import { UnsupportedMediaTypeError, readJsonBody } from "./read-body.ts";
import { commonHeaders, send, sendErrors, sendPlain, toResultType, toStatus } from "./respond.ts";
import type { HealthSource, ServerOptions } from "./server-options.ts";
import type { SseHandler } from "./sse-handler.ts";

export interface HttpHandlerOptions {
  readonly guard: Guard;
  readonly gate: Gate;
  readonly apollo: ApolloHandler;
  readonly sse: SseHandler;
  readonly playground: Playground;
  readonly persisted: PersistedDocuments;
  readonly operations: Operations;
  readonly health: HealthSource;
  readonly metrics: Metrics;
  readonly mayReadMetrics?: ServerOptions["mayReadMetrics"];
  /** Whether /metrics are for who has no token, too. */
  readonly areMetricsOpen: boolean;
  readonly limits: Limits;
  readonly sdl: () => string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly createId: () => string;
  /** Whether the server has been told to stop: nothing new is begun. */
  readonly isStopping: () => boolean;
}

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly session: Session;
  /** Aborted when the client leaves before its answer is complete. */
  readonly signal: AbortSignal;
  /** Of `signal`. */
  readonly controller: AbortController;
  /** For the log line. */
  note(fields: { readonly operationName?: string; readonly code?: string }): void;
}

/** What came with a request. */
export interface SentParams {
  /** With the parameters of a GET. */
  readonly url: string;
  /** That of a POST. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Before it is known who asks. */
type Knock = Omit<Exchange, "session" | "signal">;

/** Closed set of labels for metrics; the path itself is the client's. */
type Route = "graphql" | "playground" | "schema" | "livez" | "readyz" | "metrics" | "other";

/** Every HTTP request that is no upgrade. */
export function createHttpHandler(
  options: HttpHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { guard, gate, operations, health, metrics, logger, clock, isStopping } = options;
  return (request, response) => {
    const startedMs = clock.monotonic();
    const requestId = toRequestId(request.headers["x-request-id"]) ?? options.createId();
    const noted: { operationName?: string; code?: string } = {};
    const gone = new AbortController();
    let hasLeft = false;
    const route = toRoute(toPath(request));
    response.once("close", () => {
      if (!response.writableFinished) {
        hasLeft = true;
        gone.abort(new Error("the client has gone"));
      }
      const { statusCode: status } = response;
      const durationMs = Math.round((clock.monotonic() - startedMs) * 10) / 10;
      metrics.requestDone({ route, method: toKnownMethod(request.method), status });
      const fields = { requestId, method: request.method, route, status, durationMs, ...noted };
      if (route === "graphql" || status >= 400) logger.info("request", fields);
      else logger.debug("request", fields);
    });
    // A response that fails while it is written has lost its client: "close" follows.
    response.on("error", () => {});
    const exchange = {
      request,
      response,
      requestId,
      controller: gone,
      note: (fields: typeof noted) => void Object.assign(noted, fields),
    };
    answer(exchange, route).catch((error: unknown) => {
      if (hasLeft) return;
      refuse(exchange, error);
    });
  };

  async function answer(exchange: Knock, route: Route): Promise<void> {
    const { request, response } = exchange;
    const isProbe = route === "livez" || route === "readyz";
    const isVerbose = isProbe && new URLSearchParams(toSearch(request)).has("verbose");
    const admission = guard.admit(request.headers);
    // Probes come by address, from a kubelet, and learn no more than ok or not.
    if (!admission.admitted && (!isProbe || isVerbose)) {
      return refuse(exchange, new ApiError("FORBIDDEN", admission.message), 421);
    }
    if (route === "graphql") return answerGraphql(exchange);
    setRequestId(exchange);
    if (request.method !== "GET" && request.method !== "HEAD") return refuseMethod(exchange, "GET, HEAD");
    const isForAll = !isVerbose && (route !== "metrics" || options.areMetricsOpen) && route !== "schema";
    const identity = isForAll ? undefined : (await enter(exchange)).identity;
    switch (route) {
      case "livez":
      case "readyz": {
        const parts =
          route === "livez"
            ? health.live()
            : [...health.ready(), { name: "server", ok: !isStopping(), reason: "stopping" }];
        const { status, text } = toHealthAnswer(route, parts, isVerbose);
        return send(request, response, status, "text/plain; charset=utf-8", text, { "cache-control": "no-store" });
      }
      case "metrics": {
        if (
          !gate.isOpen &&
          identity !== undefined &&
          (await options.mayReadMetrics?.(identity, exchange.controller.signal)) !== true
        )
          throw new ApiError("FORBIDDEN", metricsRule);
        const { contentType, text } = await metrics.print();
        return send(request, response, 200, contentType, text, { "cache-control": "no-store" });
      }
      case "schema":
        // text/plain, so that a browser shows it; codegen tools do not look.
        return send(request, response, 200, "text/plain; charset=utf-8", options.sdl(), {
          "cache-control": "no-cache",
          ...toCors(request),
        });
      case "playground":
        return options.playground.sendAsset(request, response);
      default: {
        const hint =
          "The API is at /graphql, its schema at /schema.graphql, probes at /livez and /readyz, figures at /metrics.";
        return refuse(exchange, new ApiError("NOT_FOUND", `There is nothing at this path. ${hint}`), 404);
      }
    }
  }

  /** Rejects where nobody is known by the token, or there is none. */
  function enter({ request, controller }: Knock): Session | Promise<Session> {
    return gate.enter(request.headers.authorization, controller);
  }

  /** Waits only for what is not there: between the last byte of most queries and their answer there is no other turn. */
  async function answerGraphql(knock: Knock): Promise<void> {
    const { request, response, requestId, controller } = knock;
    const cors = toCors(request);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value as string);
    const { method } = request;
    const { accept = "" } = request.headers;
    const isStream = accept.includes("text/event-stream");
    const mayBePlain = method === "POST" && request.headers.origin === undefined && !isStream;
    if (!mayBePlain) setRequestId(knock);
    if (method === "OPTIONS") {
      response.writeHead(204, { ...commonHeaders, ...preflightHeaders }).end();
      return;
    }
    if (method !== "GET" && method !== "POST" && method !== "HEAD") return refuseMethod(knock, "GET, POST");
    if (method !== "POST" && accept.includes("text/html")) return options.playground.sendPage(request, response);
    if (isStopping()) return refuse(knock, createShutdownError());
    if (!gate.isOpen && request.headers.authorization === undefined && (await answerUnknown(knock))) return;
    // By then the body is parsed as well, where it came together with the head.
    await Promise.resolve();
    const entering = enter(knock);
    const session = entering instanceof Promise ? await entering : entering;
    const reading = readParams(request);
    const { url, body } = reading instanceof Promise ? await reading : reading;
    if (isStream) return options.sse.handle({ ...knock, session, signal: controller.signal }, { url, body });
    const origin = new HttpOrigin({ requestId, session, controller, traceparent: toText(request.headers["traceparent"]) }); // prettier-ignore
    const handling = options.apollo.handle({ method, headers: request.headers, url }, body, origin);
    const outcome = handling instanceof Promise ? await handling : handling;
    knock.note({ operationName: outcome.operationName, code: outcome.code });
    const { status, body: answered, negotiated } = outcome;
    if (mayBePlain && negotiated !== undefined && typeof answered === "string")
      return sendPlain(response, { status, requestId, contentType: negotiated, body: answered });
    setRequestId(knock);
    let contentType = "application/json";
    let headers = notStored;
    for (const [name, value] of outcome.headers) {
      if (name === "content-type") contentType = value;
      // Its length is counted again: `send` does so for every body.
      else if (name !== "content-length") headers = { ...headers, [name]: value };
    }
    send(request, response, status, contentType, answered, headers);
  }

  /** What is asked, in the URL of a GET or the body of a POST, its document spelled out where it was only named. */
  function readParams(request: IncomingMessage): SentParams | Promise<SentParams> {
    const { url = "/" } = request;
    if (request.method === "POST") {
      const read = readJsonBody(request, options.limits.bodyBytes);
      return whenReady(read, (body) => ({ url, body: options.persisted.resolve(body) }));
    }
    const params = toParams(request);
    const resolved = options.persisted.resolve<RequestParams>(params);
    return { url: resolved === params ? url : `${toPath(request)}?${toQuery(resolved)}`, body: undefined };
  }

  /** Whether somebody without a token had a question that anybody may ask; what they sent besides is not looked at. */
  async function answerUnknown(knock: Knock): Promise<boolean> {
    const { request, response } = knock;
    const { method, headers } = request;
    const sent = method === "POST" ? await readAnonymous(request) : toParams(request);
    const data =
      sent === undefined || headers.accept?.includes("text/event-stream") ? undefined : answerAnonymous(sent);
    if (data === undefined) return false;
    const text = `${JSON.stringify({ data })}\n`;
    setRequestId(knock);
    send(request, response, 200, toResultType(headers.accept), text, { "cache-control": "no-store" });
    return true;
  }

  async function readAnonymous(request: IncomingMessage): Promise<SentParams["body"]> {
    try {
      return await readJsonBody(request, anonymousBytes);
    } catch {
      return undefined;
    }
  }

  function refuseMethod(exchange: Knock, allow: string): void {
    const method = toKnownMethod(exchange.request.method);
    refuse(exchange, new ApiError("BAD_REQUEST", `${method} is not taken here, but ${allow}.`), 405, { allow });
  }

  function refuse(exchange: Knock, error: unknown, status?: number, headers?: OutgoingHttpHeaders): void {
    const { request, response, requestId } = exchange;
    const errors = operations.report([error], requestId);
    setRequestId(exchange);
    exchange.note({ code: errors[0]?.extensions.code });
    const challenge =
      toStatus({ errors }, undefined) === 401 ? { "www-authenticate": toChallenge(request.headers.authorization) } : {};
    const usual = error instanceof UnsupportedMediaTypeError ? 415 : toStatus({ errors }, request.headers.accept);
    sendErrors(request, response, errors, status ?? usual, { ...challenge, ...headers });
  }
}

/** Where headers are set one by one, which is wherever an answer has others than the usual ones. */
function setRequestId({ response, requestId }: Pick<Knock, "response" | "requestId">): void {
  if (!response.headersSent) response.setHeader("x-request-id", requestId);
}

interface HttpOriginParts extends Omit<OperationOrigin, "signal" | "transport"> {
  readonly controller: AbortController;
}

/** The operation of one request: it has the request's signal to itself. */
class HttpOrigin implements OperationOrigin {
  readonly requestId: string;
  readonly session: Session;
  readonly transport = "http";
  readonly controller: AbortController;
  readonly traceparent: string | undefined;

  constructor({ requestId, session, controller, traceparent }: HttpOriginParts) {
    this.requestId = requestId;
    this.session = session;
    this.controller = controller;
    this.traceparent = traceparent;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }
}

function toPath({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

/** Parameters of a GET; who repeats one means the last. */
function toParams(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(toSearch(request)));
}

/** The parameters as a URL has them: anything but text is JSON (GraphQL over HTTP, 5.3). */
function toQuery(params: RequestParams): string {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(texts as [string, string][]).toString();
}

function toSearch({ url = "/" }: IncomingMessage): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start + 1);
}

function toRoute(path: string): Route {
  if (path === "/graphql") return "graphql";
  if (path.startsWith("/graphql/assets/")) return "playground";
  if (path === "/schema.graphql") return "schema";
  if (path === "/livez") return "livez";
  if (path === "/readyz") return "readyz";
  if (path === "/metrics") return "metrics";
  return "other";
}

const notStored: OutgoingHttpHeaders = { "cache-control": "no-store" };

/** Of a body, while it is not known whose it is. */
const anonymousBytes = 1_024;

const metricsRule =
  "These figures tell of all clusters: who reads them needs the right to get nodes/metrics in the home cluster.";

const knownMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]);

function toKnownMethod(method = ""): string {
  return knownMethods.has(method) ? method : "OTHER";
}

/** A header that came once. */
export function toText(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}

/** A proxy's id is kept where it is one; anything else could forge log lines. */
function toRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" && /^[\w.:-]{1,64}$/.test(header) ? header : undefined;
}

/** Only what the guard has let in comes here: its origin is known, and may read what it asked for. No cookies are ever meant. */
function toCors({ headers: { origin } }: IncomingMessage): OutgoingHttpHeaders {
  if (origin === undefined) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "x-request-id, retry-after, www-authenticate",
    "cross-origin-resource-policy": "cross-origin",
    vary: "origin",
  };
}

const preflightHeaders: OutgoingHttpHeaders = {
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers":
    "content-type, accept, authorization, x-request-id, apollo-require-preflight, x-apollo-operation-name",
  "access-control-max-age": "600",
};
