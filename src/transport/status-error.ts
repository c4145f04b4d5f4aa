import { KubeError } from "../kube/kube-error.ts";
import type { KubeErrorCause, KubeErrorReason } from "../kube/kube-error.ts";

/** metav1.StatusReason to ours; what is missing here goes by its HTTP status. */
const byReason: Readonly<Record<string, KubeErrorReason>> = {
  AlreadyExists: "AlreadyExists",
  BadRequest: "BadRequest",
  Conflict: "Conflict",
  Expired: "Expired",
  Forbidden: "Forbidden",
  Gone: "Expired",
  InternalError: "InternalError",
  Invalid: "Invalid",
  MethodNotAllowed: "MethodNotAllowed",
  NotAcceptable: "NotAcceptable",
  NotFound: "NotFound",
  RequestEntityTooLarge: "RequestEntityTooLarge",
  ServerTimeout: "ServerTimeout",
  ServiceUnavailable: "ServiceUnavailable",
  Timeout: "ServerTimeout",
  TooManyRequests: "TooManyRequests",
  Unauthorized: "Unauthorized",
  UnsupportedMediaType: "UnsupportedMediaType",
};

const byStatus: Readonly<Record<number, KubeErrorReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  502: "ServiceUnavailable",
  503: "ServiceUnavailable",
  504: "ServerTimeout",
};

/** An answer that is not a success. */
export interface FailedAnswer {
  readonly cluster: string;
  /** HTTP status; of an ERROR event of a watch, the Status's own code. */
  readonly status: number;
  /** Value of the Retry-After header. */
  readonly retryAfter?: string | undefined;
  /** Parsed JSON, or the text where it was none. */
  readonly body: unknown;
  /** Milliseconds since the epoch, for a Retry-After that is a date. */
  readonly nowMs: number;
  /** The request was a write. */
  readonly isWrite?: boolean;
}

/** The one table from what an API server (or a proxy before it) answers to a KubeError. */
export function toStatusError({ cluster, status, retryAfter, body, nowMs, isWrite = false }: FailedAnswer): KubeError {
  const answer = isStatus(body) ? body : undefined;
  const known = answer?.reason === undefined ? undefined : byReason[answer.reason];
  const reason = known ?? byStatus[status] ?? "Unknown";
  const retryAfterMs = toRetryAfterMs(retryAfter, nowMs) ?? toSeconds(answer?.details?.retryAfterSeconds);
  return new KubeError({
    reason,
    message: answer?.message ?? `the server answered ${status}${toExcerpt(body)}`,
    cluster,
    status,
    ...(answer?.reason !== undefined && answer.reason !== reason ? { serverReason: answer.reason } : {}),
    causes: toCauses(answer?.details?.causes),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    outcomeUnknown: isWrite && isOutcomeUnknown(status, answer !== undefined),
  });
}

/**
 * A timeout or an internal error may come after etcd took the write. The API server's own 503 is said before it tries; one without a
 * Status comes from a proxy that may have passed the request on.
 */
function isOutcomeUnknown(status: number, isFromServer: boolean): boolean {
  if (status < 500 || status === 501) return false;
  return !(status === 503 && isFromServer);
}

interface StatusAnswer {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: unknown; readonly retryAfterSeconds?: unknown };
}

/** Whether it is a metav1.Status; its parts are checked where they are read. */
export function isStatus(body: unknown): body is StatusAnswer & { readonly status?: string; readonly code?: number } {
  return typeof body === "object" && body !== null && "kind" in body && body.kind === "Status";
}

function toCauses(causes: unknown): KubeErrorCause[] {
  if (!Array.isArray(causes)) return [];
  return (causes as readonly Record<string, unknown>[]).map(({ field, reason, message }) => {
    const text = typeof message === "string" ? message : "";
    const manager = reason === "FieldManagerConflict" ? toManager(text) : undefined;
    return {
      ...(typeof field === "string" ? { field } : {}),
      ...(typeof reason === "string" ? { reason } : {}),
      message: text,
      ...(manager === undefined ? {} : { manager }),
    };
  });
}

/** `conflict with "kubectl" with subresource "scale" using apps/v1`: the name is quoted as Go quotes (structured-merge-diff, %q). */
function toManager(message: string): string | undefined {
  const quoted = /^conflicts? with ("(?:[^"\\]|\\.)*")/u.exec(message)?.[1];
  if (quoted === undefined) return undefined;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // Go escapes that JSON does not know (\x07): better as they stand than not at all.
    return quoted.slice(1, -1);
  }
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); undefined where it is neither. */
export function toRetryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/u.test(value.trim())) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function toSeconds(seconds: unknown): number | undefined {
  return typeof seconds === "number" && seconds > 0 ? seconds * 1_000 : undefined;
}

/** The first words of an answer that is no Status, so that a proxy's page can be recognised. */
function toExcerpt(body: unknown): string {
  const text = typeof body === "string" ? body.replaceAll(/\s+/gu, " ").trim() : "";
  return text === "" ? "" : `: ${text.slice(0, 200)}`;
}
