import { GraphQLError, Kind } from "graphql";
import type { SourceLocation } from "graphql";
import { ApiError, errorCodes } from "../kube/api-error.ts";
import type { ErrorCode } from "../kube/api-error.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { KubeErrorCause } from "../kube/kube-error.ts";
import { toKubeErrorCode } from "./kube-error-code.ts";

/** An error as clients get it, over HTTP, SSE and WebSocket alike (DESIGN 6). */
export interface FormattedError {
  readonly message: string;
  readonly locations?: readonly SourceLocation[];
  readonly path?: readonly (string | number)[];
  readonly extensions: FormattedExtensions;
  // graphql-js wants its errors open.
  readonly [key: string]: unknown;
}

export interface FormattedExtensions {
  readonly code: ErrorCode;
  /** Whether the very same request may succeed later. */
  readonly retryable: boolean;
  readonly requestId: string;
  readonly cluster?: string;
  readonly retryAfterSeconds?: number;
  readonly limit?: { readonly name: string; readonly maximum: number; readonly found: number };
  /** Of a stream that ended: resume after it. */
  readonly cursor?: string | null;
  readonly kubernetes?: {
    /** metav1.StatusReason, or ours for what happens to a link: "Timeout", "CertificateInvalid". */
    readonly reason: string;
    /** HTTP status; null where the cluster did not answer. */
    readonly code: number | null;
    readonly causes: readonly KubeErrorCause[];
  };
  readonly [key: string]: unknown;
}

/** Codes whose cure is to repeat the same request. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "AUTHZ_UNAVAILABLE",
  "CLUSTER_TIMEOUT",
  "CLUSTER_UNAVAILABLE",
  "OUTCOME_UNKNOWN",
  "SHUTTING_DOWN",
  "STALE_READ_REFUSED",
  "TOO_MANY_REQUESTS",
]);

/**
 * The one table from whatever was thrown to what a client sees. Our own errors and those of a cluster speak for themselves; graphql-js' own
 * errors get their code; anything else is a mistake of ours: INTERNAL, its text kept back (log it with the same requestId).
 */
export function formatError(error: unknown, requestId: string): FormattedError {
  const thrown = toThrown(error);
  const body =
    thrown instanceof ApiError
      ? fromApiError(thrown)
      : thrown instanceof KubeError
        ? fromKubeError(thrown)
        : thrown instanceof GraphQLError
          ? fromGraphqlError(thrown)
          : masked;
  const { message, ...extensions } = body;
  return {
    message: toPrintable(message),
    ...toPlace(error),
    extensions: { retryable: retryableCodes.has(extensions.code), ...withoutUndefined(extensions), requestId },
  };
}

/** What a log should have in full, since the client gets none of it. */
export function isMasked(formatted: FormattedError): boolean {
  return formatted.extensions.code === "INTERNAL";
}

type Body = { readonly message: string; readonly code: ErrorCode } & Partial<
  Omit<FormattedExtensions, "code" | "requestId">
>;

const masked: Body = {
  code: "INTERNAL",
  message: "Something went wrong in fleetgraph; its log says what, under this request's id. Please report it.",
};

/**
 * What is to be told of: our error or a cluster's, however often graphql-js and Apollo Server wrapped it; else the outermost wrapper that
 * says what happened (a code, or which variable); else what was thrown first.
 */
function toThrown(error: unknown): unknown {
  let thrown = error;
  let telling: GraphQLError | undefined;
  while (thrown instanceof GraphQLError && thrown.originalError instanceof Error) {
    if (telling === undefined && (hasKnownCode(thrown) || isVariableError(thrown))) telling = thrown;
    thrown = thrown.originalError;
  }
  return thrown instanceof ApiError || thrown instanceof KubeError ? thrown : (telling ?? thrown);
}

function hasKnownCode({ extensions: { code } }: GraphQLError): boolean {
  return (isErrorCode(code) && code !== "INTERNAL") || (typeof code === "string" && apolloCodes[code] !== undefined);
}

function fromApiError({ code, message, extensions }: ApiError): Body {
  return { code, message, ...extensions };
}

function fromKubeError(error: KubeError): Body {
  const { code, retryable, isOurMistake } = toKubeErrorCode(error);
  return {
    ...(isOurMistake ? masked : { message: error.message }),
    code,
    retryable,
    cluster: error.cluster,
    retryAfterSeconds: error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1000),
    kubernetes: {
      reason: error.serverReason ?? error.reason,
      code: error.status ?? null,
      causes: isOurMistake ? [] : error.causes.map((cause) => ({ ...cause, message: toPrintable(cause.message) })),
    },
  };
}

/** Apollo Server's codes that are not ours, by cause. */
const apolloCodes: Readonly<Record<string, ErrorCode>> = {
  PERSISTED_QUERY_NOT_SUPPORTED: "PERSISTED_QUERY_NOT_FOUND",
  VALIDATION_FAILED: "GRAPHQL_VALIDATION_FAILED",
};

function fromGraphqlError(error: GraphQLError): Body {
  const { message } = error;
  const code = error.extensions["code"];
  if (isErrorCode(code) && code !== "INTERNAL")
    return { ...tokenLimit(message), message, code: tokenCode(message) ?? code };
  if (typeof code === "string" && apolloCodes[code] !== undefined) return { message, code: apolloCodes[code] };
  if (isVariableError(error)) return { message, code: "BAD_USER_INPUT" };
  // graphql-js checks an argument that is a variable only when its field is executed.
  if (error.path !== undefined && message.startsWith('Argument "')) return { message, code: "BAD_USER_INPUT" };
  if (message.startsWith("Syntax Error")) {
    return { ...tokenLimit(message), message, code: tokenCode(message) ?? "GRAPHQL_PARSE_FAILED" };
  }
  if (/^(Unknown operation named|Must provide (an operation|operation name))/.test(message)) {
    return { message, code: "OPERATION_RESOLUTION_FAILURE" };
  }
  if (isBadRequest(error.extensions["http"])) return { message, code: "BAD_REQUEST" };
  return masked;
}

/** graphql-js stops parsing at maxTokens and says so in this sentence only (graphql 16.15, language/parser). */
const tokenSentence = /Document contains more that (\d+) tokens/;

function tokenCode(message: string): ErrorCode | undefined {
  return tokenSentence.test(message) ? "LIMIT_EXCEEDED" : undefined;
}

function tokenLimit(message: string): Partial<Body> {
  const maximum = Number(tokenSentence.exec(message)?.[1]);
  return Number.isNaN(maximum) ? {} : { limit: { name: "tokens", maximum, found: maximum + 1 } };
}

function isVariableError(error: GraphQLError): boolean {
  return error.nodes?.length === 1 && error.nodes[0]?.kind === Kind.VARIABLE_DEFINITION;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return (errorCodes as readonly unknown[]).includes(code);
}

function isBadRequest(http: unknown): boolean {
  const status = typeof http === "object" && http !== null && "status" in http ? http.status : undefined;
  return typeof status === "number" && status >= 400 && status < 500;
}

function toPlace(error: unknown): Pick<FormattedError, "locations" | "path"> {
  if (!(error instanceof GraphQLError)) return {};
  const { locations, path } = error;
  return { ...(locations && { locations }), ...(path && { path }) };
}

/** Messages quote what the client sent, and what a cluster answered: neither may fill a terminal or a log. */
function toPrintable(message: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const printable = message.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
  return printable.length > 1000 ? `${printable.slice(0, 1000)}…` : printable;
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
