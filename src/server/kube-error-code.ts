import { toErrorCode } from "../loaders/error-code.ts";
import type { ErrorCode } from "../kube/api-error.ts";
import type { KubeError, KubeErrorReason } from "../kube/kube-error.ts";

export interface KubeErrorMeaning {
  readonly code: ErrorCode;
  /** Unset = as usual for the code. */
  readonly retryable?: boolean;
  /** fleetgraph asked for something no API server gives: the caller can do nothing about it. */
  readonly isOurMistake?: boolean;
}

/** What no caller can bring about or mend. */
const ourMistakes: ReadonlySet<KubeErrorReason> = new Set<KubeErrorReason>(["NotAcceptable", "UnsupportedMediaType"]);

/** What a refusal or failure of a cluster means to a client: one of the codes of the schema. */
export function toKubeErrorCode(error: KubeError): KubeErrorMeaning {
  if (error.outcomeUnknown) return { code: "OUTCOME_UNKNOWN" };
  return toRefusal(error) ?? toMissingKind(error) ?? byUnknownStatus(error) ?? byReason(error);
}

function byReason({ reason }: KubeError): KubeErrorMeaning {
  return { code: toErrorCode(reason), ...(ourMistakes.has(reason) && { isOurMistake: true }) };
}

/** Reasons under which admission plugins answer; the rest is never theirs. */
const admissionReasons: ReadonlySet<KubeErrorReason> = new Set<KubeErrorReason>([
  "BadRequest",
  "Conflict",
  "Forbidden",
  "InternalError",
  "Invalid",
  "Unknown",
]);

/**
 * Admission plugins answer with the reasons of authorization and validation; only their fixed sentences tell them apart (kube-apiserver
 * 1.34: resourcequota/controller.go, limitranger/admission.go, namespace/lifecycle/admission.go, webhook/errors/statuserror.go).
 */
function toRefusal({ reason, message, causes }: KubeError): KubeErrorMeaning | undefined {
  if (!admissionReasons.has(reason)) return undefined;
  const isTerminating = causes.some((cause) => cause.reason === "NamespaceTerminating");
  if (isTerminating || message.includes("because it is being terminated")) return { code: "NAMESPACE_TERMINATING" };
  if (/\bexceeded quota: |\bfailed quota: /.test(message)) return { code: "QUOTA_EXCEEDED" };
  if (/\b(maximum|minimum) \S+ usage per |\blimit to request ratio per /.test(message))
    return { code: "QUOTA_EXCEEDED" };
  // Two writers met at the quota's counter; nothing is wrong with this write.
  if (reason === "Conflict" && message.includes("resourcequotas")) return { code: "CONFLICT", retryable: true };
  if (/\badmission webhook "[^"]*" denied the request/.test(message)) return { code: "ADMISSION_DENIED" };
  if (message.includes("failed calling webhook")) return { code: "ADMISSION_DENIED", retryable: true };
  if (/\bValidatingAdmissionPolicy '[^']*' .*denied request/.test(message)) return { code: "ADMISSION_DENIED" };
  if (/\bviolates PodSecurity "/.test(message)) return { code: "ADMISSION_DENIED" };
  return undefined;
}

/** The 404 of a path that is not served, against that of an object: only the first has this sentence. */
function toMissingKind({ reason, message }: KubeError): KubeErrorMeaning | undefined {
  if (reason !== "NotFound" || !message.includes("could not find the requested resource")) return undefined;
  return { code: "CRD_NOT_INSTALLED" };
}

function byUnknownStatus({ reason, status = 0 }: KubeError): KubeErrorMeaning | undefined {
  return reason === "Unknown" && status >= 400 && status < 500 ? { code: "BAD_USER_INPUT" } : undefined;
}
