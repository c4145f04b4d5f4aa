import { createEnum } from "./create-enum.ts";

export const ErrorCode = createEnum(
  "ErrorCode",
  "Value of extensions.code of every error, for HTTP and streams alike. Each says cause, then cure. extensions also has cluster, retryable, retryAfterSeconds, requestId, limit {name maximum found} and kubernetes {reason code causes[{field message manager}]}, where they apply. A closed list that grows in minor releases: treat an unknown one by retryable.",
  {
    ADMISSION_DENIED:
      "A webhook or admission policy of the cluster refused the write. Change the object as the message says.",
    ALREADY_EXISTS: "An object of this name is there. Choose another name, or apply to the one that is.",
    AUTHZ_UNAVAILABLE:
      "It cannot be found out who the caller is or what they may do: the cluster does not answer and what is known is too old. Retry.",
    BAD_REQUEST:
      "The HTTP request is not one: no query, malformed JSON, missing preflight header. Send application/json with a query.",
    BAD_USER_INPUT: "An argument breaks a rule; the message names argument and rule. Mend it.",
    CLUSTER_TIMEOUT: "The cluster did not answer within its time. Retry; for a mutation see OUTCOME_UNKNOWN.",
    CLUSTER_UNAVAILABLE:
      "The cluster cannot be reached, or its certificate or our credentials are refused; reason says which. Nothing was written. Retry, or read health.",
    CONFLICT:
      "The object changed since it was read, a precondition does not hold, or another field manager owns a field (kubernetes.causes names it). Read again and repeat, or force.",
    CRD_NOT_INSTALLED: "The cluster does not serve this apiVersion and kind. See Cluster.apiResources.",
    CURSOR_INVALID:
      "The cursor is unreadable, of another where, orderBy or stream, or older than a stream without snapshot can replay. Start without it.",
    FORBIDDEN:
      "The caller may not do this there, or the cluster is read-only (write: true missing in its configuration); the message says which. Ask for the right, or set the key.",
    GRAPHQL_PARSE_FAILED: "The document is not GraphQL. Mend its syntax.",
    GRAPHQL_VALIDATION_FAILED: "The document does not fit the schema. Mend it.",
    IDENTITY_CHANGED:
      "Another cluster answers under this name: its kube-system uid differs from the pinned one. Nothing is served or written until an operator confirms.",
    INTERNAL: "A mistake of fleetgraph. Report it with requestId.",
    LIMIT_EXCEEDED:
      "The operation is over a limit; extensions.limit names it with its maximum and what was found. Ask for less.",
    NAMESPACE_TERMINATING: "The namespace is being deleted and takes nothing new. Wait, or use another.",
    NOT_FOUND: "The object to change is not there, or the caller may not know of it. Reads give null instead.",
    OPERATION_NOT_PERSISTED: "Only persisted documents are taken and this is none. Register it.",
    OPERATION_RESOLUTION_FAILURE:
      "The document has no operation of that name, or several and none was named. Send operationName.",
    OUTCOME_UNKNOWN:
      "The connection broke after a write was sent: it may have happened. Read the object; repeat with the same input, which is safe.",
    PAYLOAD_TOO_LARGE: "The request body is over the limit. Send less.",
    PERSISTED_QUERY_NOT_FOUND:
      "The hash of an automatic persisted query is not known here. Send hash and document together.",
    QUOTA_EXCEEDED: "A ResourceQuota or LimitRange of the namespace refuses it. Ask for less, or raise it.",
    SHUTTING_DOWN: "This replica is stopping. Repeat at once: another takes it; streams resume by cursor.",
    STALE_READ_REFUSED: "All there is is older than maxStaleness allows. Retry, or allow more.",
    SUBSCRIPTION_OVERFLOW:
      "The receiver was too slow and its queue is full; extensions.cursor is the last one sent. Resume after it.",
    TOKEN_EXPIRED:
      "The bearer token has expired, maybe while the stream was open. Get a new one; a stream resumes by cursor.",
    TOO_MANY_REQUESTS: "Too many requests or streams at once, here or at the cluster. Wait retryAfterSeconds.",
    UNAUTHENTICATED: "No credentials, or none that anybody vouches for. Send a valid bearer token.",
  },
);
export type ErrorCode = keyof typeof ErrorCode;
