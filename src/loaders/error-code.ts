import type { ErrorCode } from "../kube/api-error.ts";
import type { KubeErrorReason } from "../kube/kube-error.ts";

/** The code of an error or read state behind which a cluster's answer or its link stands. */
const codes: Readonly<Record<KubeErrorReason, ErrorCode>> = {
  BadRequest: "BAD_USER_INPUT",
  // The cluster refuses our credentials, not the caller's.
  Unauthorized: "CLUSTER_UNAVAILABLE",
  Forbidden: "FORBIDDEN",
  NotFound: "NOT_FOUND",
  MethodNotAllowed: "BAD_USER_INPUT",
  NotAcceptable: "INTERNAL",
  AlreadyExists: "ALREADY_EXISTS",
  Conflict: "CONFLICT",
  // A page or version aged away while it was read.
  Expired: "CLUSTER_UNAVAILABLE",
  Invalid: "BAD_USER_INPUT",
  TooManyRequests: "TOO_MANY_REQUESTS",
  RequestEntityTooLarge: "PAYLOAD_TOO_LARGE",
  UnsupportedMediaType: "INTERNAL",
  ServerTimeout: "CLUSTER_TIMEOUT",
  InternalError: "CLUSTER_UNAVAILABLE",
  ServiceUnavailable: "CLUSTER_UNAVAILABLE",
  Unknown: "CLUSTER_UNAVAILABLE",
  ConnectionFailed: "CLUSTER_UNAVAILABLE",
  Timeout: "CLUSTER_TIMEOUT",
  CertificateInvalid: "CLUSTER_UNAVAILABLE",
  CredentialsUnavailable: "CLUSTER_UNAVAILABLE",
  MalformedResponse: "CLUSTER_UNAVAILABLE",
  Unavailable: "CLUSTER_UNAVAILABLE",
  IdentityChanged: "IDENTITY_CHANGED",
  ReadOnly: "FORBIDDEN",
  // The operation was over before the cluster answered.
  Aborted: "CLUSTER_TIMEOUT",
};

export function toErrorCode(reason: KubeErrorReason): ErrorCode {
  return codes[reason];
}
