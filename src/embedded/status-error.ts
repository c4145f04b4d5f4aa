import type { KubeErrorReason } from "../kube/kube-error.ts";

/** One entry of `details.causes` of a metav1.Status. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** `details` of a metav1.Status. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural of the resource, or the kind for Invalid. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusErrorFields {
  readonly code: number;
  /** metav1.StatusReason; unset where the server gives none. */
  readonly reason?: string;
  readonly message: string;
  readonly details?: StatusDetails;
  /** `metadata.continue` of an expired page: where an inconsistent list may go on. */
  readonly continueToken?: string;
}

/** Why the embedded server refuses a request: exactly what becomes its metav1.Status. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: number;
  readonly reason: string | undefined;
  readonly details: StatusDetails | undefined;
  readonly continueToken: string | undefined;

  constructor(fields: StatusErrorFields) {
    super(fields.message);
    this.code = fields.code;
    this.reason = fields.reason;
    this.details = fields.details;
    this.continueToken = fields.continueToken;
  }

  /** The body of the answer. */
  toStatus(): Record<string, unknown> {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: "Failure",
      message: this.message,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** What an error says an object or resource is: "deployments.apps". */
export interface Subject {
  readonly group: string;
  readonly plural: string;
}

function subjectName({ group, plural }: Subject): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function subjectDetails({ group, plural }: Subject, name: string): StatusDetails {
  return { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: plural };
}

export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: "BadRequest", message });
}

export function notFound(subject: Subject, name: string): StatusError {
  const message = `${subjectName(subject)} "${name}" not found`;
  return new StatusError({ code: 404, reason: "NotFound", message, details: subjectDetails(subject, name) });
}

/** No such resource in a group version that exists. */
export function unknownResource(): StatusError {
  const message = "the server could not find the requested resource";
  return new StatusError({ code: 404, reason: "NotFound", message, details: {} });
}

export function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

export function alreadyExists(subject: Subject, name: string): StatusError {
  const message = `${subjectName(subject)} "${name}" already exists`;
  return new StatusError({ code: 409, reason: "AlreadyExists", message, details: subjectDetails(subject, name) });
}

export function conflict(subject: Subject, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${subjectName(subject)} "${name}": ${why}`;
  return new StatusError({ code: 409, reason: "Conflict", message, details: subjectDetails(subject, name) });
}

/** The words of a lost optimistic lock. */
export const modifiedSince =
  "the object has been modified; please apply your changes to the latest version and try again";

export function forbidden(subject: Subject, name: string, why: string, causes?: readonly StatusCause[]): StatusError {
  const message = `${subjectName(subject)} "${name}" is forbidden: ${why}`;
  const details = { ...subjectDetails(subject, name), ...(causes === undefined ? {} : { causes }) };
  return new StatusError({ code: 403, reason: "Forbidden", message, details });
}

/** 422 with every cause at once; the message names them as the real server does. */
export function invalid(
  of: { group: string; kind: string },
  name: string,
  causes: readonly StatusCause[],
): StatusError {
  const parts = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const list = parts.length === 1 ? parts[0]! : `[${parts.join(", ")}]`;
  const shownKind = of.group === "" ? of.kind : `${of.kind}.${of.group}`;
  return new StatusError({
    code: 422,
    reason: "Invalid",
    message: `${shownKind} "${name}" is invalid: ${list}`,
    details: {
      ...(name === "" ? {} : { name }),
      ...(of.group === "" ? {} : { group: of.group }),
      ...(of.kind === "" ? {} : { kind: of.kind }),
      causes,
    },
  });
}

export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError({ code: 410, reason: "Expired", message, continueToken });
}

/** Reasons of metav1.Status that KubeError has a name for, by which the in-process client translates. */
export function toKubeErrorReason(error: StatusError): KubeErrorReason {
  const known: Readonly<Record<string, KubeErrorReason>> = {
    BadRequest: "BadRequest",
    Unauthorized: "Unauthorized",
    Forbidden: "Forbidden",
    NotFound: "NotFound",
    MethodNotAllowed: "MethodNotAllowed",
    NotAcceptable: "NotAcceptable",
    AlreadyExists: "AlreadyExists",
    Conflict: "Conflict",
    Expired: "Expired",
    Gone: "Expired",
    Invalid: "Invalid",
    TooManyRequests: "TooManyRequests",
    RequestEntityTooLarge: "RequestEntityTooLarge",
    UnsupportedMediaType: "UnsupportedMediaType",
    Timeout: "ServerTimeout",
    ServerTimeout: "ServerTimeout",
    InternalError: "InternalError",
    ServiceUnavailable: "ServiceUnavailable",
  };
  return known[error.reason ?? ""] ?? "Unknown";
}
