import { ApolloServer, HeaderMap } from "@apollo/server";
import type { ApolloServerPlugin, HTTPGraphQLResponse } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { IncomingMessage } from "node:http";
import { OperationTypeNode } from "graphql";
import type { GraphQLSchema } from "graphql";
import { ApiError } from "../kube/api-error.ts";
import type { Logger } from "../lib/logger.ts";
import type { Documents } from "./documents.ts";
import { formatError } from "./format-error.ts";
import type { FormattedError } from "./format-error.ts";
import type { Limits } from "./limits/limits.ts";
import type { FormattedResult, OperationOrigin, Operations } from "./operations.ts";
import { toResultType, toStatus } from "./respond.ts";
import type { RowWriter } from "./rows/row-writer.ts";

/** What came of a request, for the log line. */
export interface HttpOutcome {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  /** Text, or its bytes in pieces. */
  readonly body: string | readonly Buffer[];
  readonly operationName: string | undefined;
  readonly code: string | undefined;
  /** Set where an operation was answered as ever: the content type, which came of the Accept header alone, and is the only header. */
  readonly negotiated?: string | undefined;
}

/** Carried through Apollo Server's pipeline; resolvers get the context that `Operations` makes instead. */
interface Carried {
  /** Apollo copies what it carries, one level deep: hence this level. */
  readonly carrier: Carrier;
}

interface Carrier {
  readonly origin: OperationOrigin;
  readonly accept: string | undefined;
  operationName?: string;
  code?: string;
  /** Of what an operation gave. */
  status?: number;
  /** Apollo's own errors before its pipeline have no request id yet. */
  hasRun: boolean;
}

export interface ApolloHandlerOptions {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly operations: Operations;
  /** Writes what `operations` answers over HTTP. */
  readonly rows: Pick<RowWriter, "write">;
  readonly limits: Limits;
  readonly logger: Logger;
}

export interface ApolloHandler {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `body` is that of a POST. Answers every request, at once where it can; never throws or rejects but for a mistake of ours. */
  handle(
    request: Pick<IncomingMessage, "method" | "url" | "headers">,
    body: Readonly<Record<string, unknown>> | undefined,
    origin: OperationOrigin,
  ): HttpOutcome | Promise<HttpOutcome>;
}

/**
 * Queries and mutations over plain HTTP. Apollo Server does what GraphQL over HTTP and its clients ask for: parameters, CSRF
 * prevention, negotiation; execution and errors are ours, the same as over the other transports.
 */
export function createApolloHandler(options: ApolloHandlerOptions): ApolloHandler {
  const { schema, documents, operations, rows, limits, logger } = options;
  const server = new ApolloServer<Carried>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    // They are resolved before, for all doors alike.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    validationOptions: { maxErrors: limits.errors },
    logger: { debug() {}, info() {}, warn: (text) => logWarning(text), error: (text) => logWarning(text) },
    formatError: (_formatted, error) => formatError(error, ""),
    // Apollo hands on whatever this gives, untouched, as body: `fromAnswer` takes the pieces out again.
    stringifyResult: (result) => rows.write(result as FormattedResult, "\n") as string,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      createPlugin(documents, operations),
    ],
  });
  return { start: () => server.start(), stop: () => server.stop(), handle };

  function logWarning(text: unknown): void {
    logger.warn("Apollo Server complains", { text: String(text) });
  }

  async function handle(
    request: Pick<IncomingMessage, "method" | "url" | "headers">,
    body: Readonly<Record<string, unknown>> | undefined,
    origin: OperationOrigin,
  ): Promise<HttpOutcome> {
    const { accept } = request.headers;
    const search = toSearch(request.url);
    const source = body?.["query"] ?? new URLSearchParams(search).get("query");
    const excess = typeof source === "string" ? documents.checkSource(source) : undefined;
    if (excess !== undefined) return toOutcome({ errors: operations.report([excess], origin.requestId) }, accept);
    const carrier: Carrier = { origin, accept, hasRun: false };
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? "GET", headers: toHeaderMap(request.headers), search, body },
      context: () => Promise.resolve({ carrier }),
    });
    return fromAnswer(answer, carrier, operations);
  }
}

function createPlugin(documents: Documents, operations: Operations): ApolloServerPlugin<Carried> {
  return {
    requestDidStart: ({ contextValue: { carrier } }) => {
      carrier.hasRun = true;
      return Promise.resolve({
        async responseForOperation({ document, source, operation, operationName, request, response }) {
          // Apollo answers by itself where no operation is meant.
          if (!operation) return null;
          documents.confirm(source);
          const { variables } = request;
          // One document for all doors: what is known of it is known by it.
          const prepared = documents.recall({ query: source, operationName: request.operationName, variables }) ?? {
            document,
            operation,
            operationName: operationName ?? undefined,
            variables: variables ?? {},
          };
          carrier.operationName = operationName ?? undefined;
          const refused =
            operation.operation === OperationTypeNode.SUBSCRIPTION
              ? createSubscriptionError()
              : documents.checkOperation(prepared);
          const { requestId } = carrier.origin;
          const result: FormattedResult =
            refused === undefined
              ? await operations.execute(prepared, carrier.origin)
              : { errors: operations.report([refused], requestId) };
          carrier.code = result.errors?.[0]?.extensions.code;
          carrier.status = toStatus(result, carrier.accept);
          response.http.status = carrier.status;
          return { http: response.http, body: { kind: "single", singleResult: { ...result } } };
        },
        willSendResponse({ errors, response }) {
          // Syntax, validation, persisted queries: Apollo's formatter knows no request id.
          if (errors !== undefined && response.body.kind === "single") {
            const formatted = operations.report(errors, carrier.origin.requestId);
            carrier.code = formatted[0]?.extensions.code;
            response.body.singleResult = { ...response.body.singleResult, errors: formatted };
            if (response.http.status !== 405) {
              response.http.status = toStatus({ errors: formatted }, carrier.accept);
            }
          }
          return Promise.resolve();
        },
      });
    },
  };
}

function fromAnswer(answer: HTTPGraphQLResponse, carrier: Carrier, operations: Operations): HttpOutcome {
  const { operationName, code } = carrier;
  const status = answer.status ?? 200;
  const body: string | readonly Buffer[] = answer.body.kind === "complete" ? answer.body.string : "";
  if (carrier.hasRun || typeof body !== "string") {
    const negotiated = carrier.status === status ? onlyContentType(answer.headers) : undefined;
    return { status, headers: answer.headers, body, operationName, code, negotiated };
  }
  // A request that is none: few and small, so they may be read again to be stamped.
  const { errors } = JSON.parse(body) as { readonly errors: readonly FormattedError[] };
  const stamped = errors.map((error) => new ApiError(error.extensions.code, error.message));
  const formatted = operations.report(stamped, carrier.origin.requestId);
  return {
    status,
    headers: answer.headers,
    body: `${JSON.stringify({ errors: formatted })}\n`,
    operationName,
    code: formatted[0]?.extensions.code,
  };
}

/** The content type; undefined where there is any other header but the length. */
function onlyContentType(headers: HTTPGraphQLResponse["headers"]): string | undefined {
  for (const [name] of headers) if (name !== "content-type" && name !== "content-length") return undefined;
  return headers.get("content-type");
}

function toOutcome(result: FormattedResult, accept: string | undefined): HttpOutcome {
  return {
    status: toStatus(result, accept),
    headers: [["content-type", toResultType(accept)]],
    body: `${JSON.stringify(result)}\n`,
    operationName: undefined,
    code: result.errors?.[0]?.extensions.code,
  };
}

function createSubscriptionError(): ApiError {
  return new ApiError(
    "BAD_REQUEST",
    'A subscription is a stream: send "Accept: text/event-stream", or use a WebSocket with subprotocol graphql-transport-ws.',
  );
}

function toSearch(url = ""): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start);
}

function toHeaderMap(headers: IncomingMessage["headers"]): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return map;
}
