/**
 * What a caller did wrong or may not do, or what fleetgraph cannot do for it now, where no cluster said so. `code` is a value of the schema's
 * ErrorCode; the message says what, where and what to do next, and may be shown to the caller as it is.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly extensions: ApiErrorExtensions;

  constructor(code: ErrorCode, message: string, extensions: ApiErrorExtensions = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.extensions = extensions;
  }
}

export interface ApiErrorExtensions {
  readonly cluster?: string;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
  readonly limit?: { readonly name: string; readonly maximum: number; readonly found: number };
  /** Of a stream that ended: the last position sent. */
  readonly cursor?: string | null;
}

/** The values of the schema's `enum ErrorCode`, where each has its cause and cure. */
export const errorCodes = [
  "ADMISSION_DENIED",
  "ALREADY_EXISTS",
  "AUTHZ_UNAVAILABLE",
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "CLUSTER_TIMEOUT",
  "CLUSTER_UNAVAILABLE",
  "CONFLICT",
  "CRD_NOT_INSTALLED",
  "CURSOR_INVALID",
  "FORBIDDEN",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "IDENTITY_CHANGED",
  "INTERNAL",
  "LIMIT_EXCEEDED",
  "NAMESPACE_TERMINATING",
  "NOT_FOUND",
  "OPERATION_NOT_PERSISTED",
  "OPERATION_RESOLUTION_FAILURE",
  "OUTCOME_UNKNOWN",
  "PAYLOAD_TOO_LARGE",
  "PERSISTED_QUERY_NOT_FOUND",
  "QUOTA_EXCEEDED",
  "SHUTTING_DOWN",
  "STALE_READ_REFUSED",
  "SUBSCRIPTION_OVERFLOW",
  "TOKEN_EXPIRED",
  "TOO_MANY_REQUESTS",
  "UNAUTHENTICATED",
] as const;

export type ErrorCode = (typeof errorCodes)[number];
