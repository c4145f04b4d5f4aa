import type { KubeErrorReason } from "../kube/kube-error.ts";

/** What a failure of the link means. */
export interface LinkFailure {
  readonly reason: KubeErrorReason;
  /** CamelCase, for the health of an endpoint; finer than `reason`. */
  readonly health: string;
  /** For people; without addresses and secrets. */
  readonly message: string;
}

const failed = (health: string, message: string): LinkFailure => ({ reason: "ConnectionFailed", health, message });
const untrusted = (health: string, message: string): LinkFailure => ({ reason: "CertificateInvalid", health, message });
const silent: LinkFailure = { reason: "Timeout", health: "Timeout", message: "no answer within the time allowed" };
const reset = failed("ConnectionReset", "the connection was closed before the answer was complete");
const noRoute = failed("NoRoute", "there is no route to the server");
const noName = failed("NameNotResolved", "the server's name cannot be resolved");
const unknownIssuer = untrusted("CertificateInvalid", "the server's certificate is not signed by a trusted authority");

/** By `code` of the error: Node.js' errno, OpenSSL's verify results, undici's own. */
const byCode: Readonly<Record<string, LinkFailure>> = {
  ECONNREFUSED: failed("ConnectionRefused", "the connection was refused"),
  ECONNRESET: reset,
  EPIPE: reset,
  UND_ERR_SOCKET: reset,
  UND_ERR_CLOSED: reset,
  UND_ERR_DESTROYED: reset,
  UND_ERR_ABORTED: reset,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: reset,
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EADDRNOTAVAIL: noRoute,
  ENOTFOUND: noName,
  EAI_AGAIN: noName,
  ETIMEDOUT: silent,
  UND_ERR_CONNECT_TIMEOUT: silent,
  UND_ERR_HEADERS_TIMEOUT: silent,
  UND_ERR_BODY_TIMEOUT: silent,
  CERT_HAS_EXPIRED: untrusted("CertificateExpired", "the server's certificate has expired"),
  CERT_NOT_YET_VALID: untrusted("CertificateNotYetValid", "the server's certificate is not valid yet"),
  CERT_REVOKED: untrusted("CertificateInvalid", "the server's certificate is revoked"),
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted(
    "CertificateNameMismatch",
    "the server's certificate is for another name; see tls-server-name",
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  CERT_SIGNATURE_FAILURE: unknownIssuer,
  CERT_UNTRUSTED: unknownIssuer,
  INVALID_CA: unknownIssuer,
};

/** Why a connection was closed by ourselves: the probe found its endpoint DOWN, for this reason of Health. */
export class EndpointDownError extends Error {
  override readonly name = "EndpointDownError";
  readonly failure: LinkFailure;

  constructor(health: string, message: string) {
    super(message);
    this.failure = { reason: reasonOf(health), health, message };
  }
}

function reasonOf(health: string): KubeErrorReason {
  if (health === "Timeout" || health === "CredentialsUnavailable" || health === "MalformedResponse") return health;
  if (health === "Unauthorized") return health;
  return health.startsWith("Certificate") ? "CertificateInvalid" : "ConnectionFailed";
}

/** The failure behind whatever a socket, TLS or the HTTP parser threw. */
export function toLinkFailure(error: unknown): LinkFailure {
  if (error instanceof EndpointDownError) return error.failure;
  const code = codeOf(error);
  const known = byCode[code];
  if (known !== undefined) return known;
  if (/^ERR_SSL_.*ALERT/u.test(code)) {
    // Go's server says "bad certificate" and the like where it checks client certificates in the handshake.
    return {
      reason: "Unauthorized",
      health: "Unauthorized",
      message: "the server refused our client certificate in the TLS handshake",
    };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    return failed("TlsFailed", "the server does not speak TLS as we do");
  }
  // undici gives its parser's errors no code where it has no name for them.
  const isParser = error instanceof Error && error.name === "HTTPParserError";
  if (isParser || code.startsWith("HPE_") || code === "UND_ERR_HEADERS_OVERFLOW") {
    return { reason: "MalformedResponse", health: "MalformedResponse", message: "the answer is not HTTP" };
  }
  return failed("ConnectionFailed", "the connection failed");
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  // Happy eyeballs: every address failed, for the same reason as a rule.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return "cause" in error ? codeOf(error.cause) : "";
}
