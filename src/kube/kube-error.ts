/**
 * Why a call to a cluster failed: a closed set. The first group is what an API server answers, in the spelling of metav1.StatusReason
 * where it has one; the second is what happens to the link before any answer.
 */
export type KubeErrorReason =
  // Answered by the API server
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "AlreadyExists"
  | "Conflict"
  /** 410: the resourceVersion or continue token is too old. */
  | "Expired"
  | "Invalid"
  | "TooManyRequests"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  /** 504 by the server itself. */
  | "ServerTimeout"
  | "InternalError"
  | "ServiceUnavailable"
  | "Unknown"
  // The link
  /** Refused, reset, no route, name not found: nothing was answered. */
  | "ConnectionFailed"
  /** No answer within the time allowed. */
  | "Timeout"
  /** TLS: the certificate is not trusted, expired, or of another name. */
  | "CertificateInvalid"
  /** Our own credentials cannot be had: token file missing, exec plugin failed. */
  | "CredentialsUnavailable"
  /** What came is not what the API promises: not JSON, torn, wrong shape. */
  | "MalformedResponse"
  /** Not tried: the breaker is open or no endpoint is healthy. */
  | "Unavailable"
  /** Another cluster answers under this name. */
  | "IdentityChanged"
  /** The cluster is configured without `write: true`. */
  | "ReadOnly"
  /** The caller's signal. */
  | "Aborted";

/** One entry of `status.details.causes`. */
export interface KubeErrorCause {
  readonly field?: string;
  readonly reason?: string;
  readonly message: string;
  /** Of a conflict of server-side apply: the other field manager. */
  readonly manager?: string;
}

export interface KubeErrorFields {
  readonly reason: KubeErrorReason;
  readonly message: string;
  readonly cluster?: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** `status.reason` as the server wrote it, where it is none of ours. */
  readonly serverReason?: string;
  readonly causes?: readonly KubeErrorCause[];
  /** The wait the server asked for (Retry-After). */
  readonly retryAfterMs?: number;
  /** A write was sent and its outcome is not known. */
  readonly outcomeUnknown?: boolean;
  readonly cause?: unknown;
}

/** The one error of everything that talks to a cluster. Messages carry no secrets and no tokens. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly reason: KubeErrorReason;
  readonly cluster: string | undefined;
  readonly status: number | undefined;
  readonly serverReason: string | undefined;
  readonly causes: readonly KubeErrorCause[];
  readonly retryAfterMs: number | undefined;
  readonly outcomeUnknown: boolean;

  constructor(fields: KubeErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.reason = fields.reason;
    this.cluster = fields.cluster;
    this.status = fields.status;
    this.serverReason = fields.serverReason;
    this.causes = fields.causes ?? [];
    this.retryAfterMs = fields.retryAfterMs;
    this.outcomeUnknown = fields.outcomeUnknown ?? false;
  }
}

export function isKubeError(error: unknown, ...reasons: readonly KubeErrorReason[]): error is KubeError {
  return error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
}

const linkReasons: ReadonlySet<KubeErrorReason> = new Set<KubeErrorReason>([
  "ConnectionFailed",
  "Timeout",
  "CertificateInvalid",
  "CredentialsUnavailable",
  "MalformedResponse",
  "Unavailable",
]);

/** Whether the failure says something about the link to the cluster rather than about the request. */
export function isLinkFailure(error: unknown): error is KubeError {
  return error instanceof KubeError && linkReasons.has(error.reason);
}
