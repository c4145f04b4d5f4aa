import { KubeError } from "../../kube/kube-error.ts";
import type { KubeErrorCause } from "../../kube/kube-error.ts";
import { toKubeErrorReason } from "../status-error.ts";
import type { StatusCause, StatusError } from "../status-error.ts";

/** The other manager of a conflict, as its message names it. */
function toCause({ field, reason, message }: StatusCause): KubeErrorCause {
  const manager =
    reason === "FieldManagerConflict" ? /conflict with ("(?:[^"\\]|\\.)*")/.exec(message)?.[1] : undefined;
  return { field, reason, message, ...(manager === undefined ? {} : { manager: JSON.parse(manager) as string }) };
}

/** What the server refused, as everything that talks to a cluster throws it. */
export function toKubeError(cluster: string, error: StatusError): KubeError {
  const reason = toKubeErrorReason(error);
  const seconds = error.details?.retryAfterSeconds;
  return new KubeError({
    reason,
    message: error.message,
    cluster,
    status: error.code,
    serverReason: reason === "Unknown" ? error.reason : undefined,
    causes: (error.details?.causes ?? []).map(toCause),
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
  });
}
