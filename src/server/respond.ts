import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ErrorCode } from "../kube/api-error.ts";
import type { FormattedError } from "./format-error.ts";
import type { FormattedResult } from "./operations.ts";

/** Of everything we answer: nothing is sniffed, framed, or told to other sites. */
export const commonHeaders: OutgoingHttpHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** HTTP status of an answer whose first error has this code and that has no data (GraphQL over HTTP, 6.4.2). */
const statuses: Partial<Record<ErrorCode, number>> = {
  AUTHZ_UNAVAILABLE: 503,
  CLUSTER_TIMEOUT: 504,
  CLUSTER_UNAVAILABLE: 503,
  FORBIDDEN: 403,
  INTERNAL: 500,
  NOT_FOUND: 404,
  OUTCOME_UNKNOWN: 504,
  PAYLOAD_TOO_LARGE: 413,
  SHUTTING_DOWN: 503,
  TOKEN_EXPIRED: 401,
  TOO_MANY_REQUESTS: 429,
  UNAUTHENTICATED: 401,
};

const graphqlJson = "application/graphql-response+json";

/** Errors of a well-formed request: a client that only knows application/json gets them with 200, as GraphQL over HTTP 6.4.1 has it. */
const documentCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BAD_USER_INPUT",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "LIMIT_EXCEEDED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
]);

export function acceptsGraphqlJson(accept: string | undefined): boolean {
  return accept?.includes(graphqlJson) ?? false;
}

/** The content type of a result by the client's Accept header. */
export function toResultType(accept: string | undefined): string {
  return `${acceptsGraphqlJson(accept) ? graphqlJson : "application/json"}; charset=utf-8`;
}

/** The HTTP status of a result: 200 once anything was executed, even where all of it is null. */
export function toStatus({ data, errors }: FormattedResult, accept: string | undefined): number {
  const code = errors?.[0]?.extensions.code;
  if (code === undefined || data !== undefined) return 200;
  if (documentCodes.has(code) && !acceptsGraphqlJson(accept)) return 200;
  return statuses[code] ?? 400;
}

/** Answers with a GraphQL error body. */
export function sendErrors(
  request: IncomingMessage,
  response: ServerResponse,
  errors: readonly FormattedError[],
  status: number,
  headers: OutgoingHttpHeaders = {},
): void {
  const wait = errors[0]?.extensions.retryAfterSeconds;
  send(request, response, status, toResultType(request.headers.accept), `${JSON.stringify({ errors })}\n`, {
    "cache-control": "no-store",
    ...(wait !== undefined && { "retry-after": String(wait) }),
    ...headers,
  });
}

/** Whether the body was read to its end, or there is none. Whoever begins to read one whose length is known has all of it, or lost their client. */
function isRead({ complete, headers, readableDidRead }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return complete || (length !== undefined && (readableDidRead || Number(length) === 0));
}

function lengthOf(body: string | Buffer | readonly Buffer[]): number {
  return isPieces(body) ? body.reduce((sum, piece) => sum + piece.length, 0) : Buffer.byteLength(body);
}

/** Writes in one go with what comes next, as soon as that ends or is uncorked; returns what is left to write. */
function writeAllButLast(response: ServerResponse, body: string | Buffer | readonly Buffer[]): string | Buffer {
  if (!isPieces(body)) return body;
  response.cork();
  for (const piece of body.slice(0, -1)) response.write(piece);
  return body.at(-1) ?? "";
}

function isPieces(body: string | Buffer | readonly Buffer[]): body is readonly Buffer[] {
  return Array.isArray(body);
}

/** Of an answer that says no more than every one does. */
export interface PlainAnswer {
  readonly status: number;
  readonly requestId: string;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Answers a request that was read to its end with text that nobody is to keep. No header was set before: those that are written all together cost a
 * third of what they cost one by one, which is much beside a small answer.
 */
export function sendPlain(response: ServerResponse, { status, requestId, contentType, body }: PlainAnswer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    ...commonHeaders,
    "x-request-id": requestId,
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  // `end` with a body makes two pieces of it, the second empty, which costs a gathering write; so it goes out whole before the end.
  const { socket } = response;
  socket?.cork();
  response.write(body);
  socket?.uncork();
  response.end();
}

/** How long the rest of a refused body is read and thrown away, so that its sender gets to read the answer instead of a reset. */
const lingerMs = 500;

/** Answers with a whole body; HEAD gets its headers. A request that was not read to its end closes its connection. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer | readonly Buffer[],
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.destroyed || response.headersSent) return;
  const isUnread = request.method === "POST" && !isRead(request);
  const close = isUnread ? { connection: "close" } : {};
  response.writeHead(status, {
    ...commonHeaders,
    "content-type": contentType,
    "content-length": lengthOf(body),
    ...headers,
    ...close,
  });
  const last = request.method === "HEAD" ? undefined : writeAllButLast(response, body);
  if (!isUnread) {
    response.end(last);
    return;
  }
  response.write(last);
  response.uncork();
  const timer = setTimeout(() => response.end(), lingerMs);
  request.once("close", () => {
    clearTimeout(timer);
    response.end();
  });
  request.resume();
}
