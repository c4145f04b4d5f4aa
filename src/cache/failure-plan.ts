import { KubeError } from "../kube/kube-error.ts";
import type { KubeErrorReason } from "../kube/kube-error.ts";

/** What a reflector does after an attempt that failed. */
export interface FailurePlan {
  /** CamelCase, for the status. */
  readonly reason: string;
  readonly error: KubeErrorReason | null;
  /** What may be shown meanwhile: what is held, or nothing, and under which state. */
  readonly show: "held" | "forbidden" | "nothing";
  /** Whether the version to resume from is worth nothing any more. */
  readonly relist: boolean;
  /** `backoff`: doubling with jitter; `slow`: waiting does not help soon. */
  readonly pace: "backoff" | "slow";
  /** The server's own wish, at least. */
  readonly retryAfterMs: number;
}

/** A stream that the server ended in good order, but too soon. */
export const streamClosed: FailurePlan = {
  reason: "StreamClosed",
  error: null,
  show: "held",
  relist: false,
  pace: "backoff",
  retryAfterMs: 0,
};

/**
 * The one table of failures of lists and watches.
 * - 410 and a version from the future make a relist; 429 and everything that merely broke do not: the stream is resumed where it was.
 * - 403 hides the rows: our right to read them is gone. 401 does not: credentials are renewed, and nobody said that the objects are not ours to see.
 * - Another cluster under the name hides them and is asked again slowly: only the operator ends that.
 */
export function planAfter(error: unknown): FailurePlan {
  if (!(error instanceof KubeError)) {
    return { reason: "Internal", error: null, show: "held", relist: true, pace: "backoff", retryAfterMs: 0 };
  }
  const { reason, retryAfterMs = 0 } = error;
  const plan = { reason, error: reason, show: "held", relist: false, pace: "backoff", retryAfterMs } as const;
  switch (reason) {
    case "Expired":
      return { ...plan, relist: true };
    case "Forbidden":
      return { ...plan, show: "forbidden", relist: true, pace: "slow" };
    case "IdentityChanged":
      return { ...plan, show: "nothing", relist: true, pace: "slow" };
    case "NotFound":
      return { ...plan, relist: true };
    case "MethodNotAllowed":
      // Can be listed but not watched: listed anew now and then.
      return { ...plan, relist: true, pace: "slow" };
    case "BadRequest":
    case "Invalid":
      // The server does not understand our version or query: begin anew with none.
      return { ...plan, relist: true };
    default:
      return isTooLargeVersion(error) ? { ...plan, relist: true } : plan;
  }
}

/** The server is behind the version we ask from, and gave up waiting (a timeout with this cause, KEP-2340). */
export function isTooLargeVersion(error: KubeError): boolean {
  return (
    error.causes.some(({ reason }) => reason === "ResourceVersionTooLarge") ||
    /too large resource version/i.test(error.message)
  );
}
