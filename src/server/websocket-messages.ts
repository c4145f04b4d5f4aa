import { CloseCode, MessageType, parseMessage } from "graphql-ws";
import type { ConnectionInitMessage, PingMessage, PongMessage, SubscribeMessage } from "graphql-ws";
import { isRecord } from "../kube/read-json.ts";
import { ApiError } from "../kube/api-error.ts";

/** What a client may send, by graphql-transport-ws. */
export type ClientMessage =
  | ConnectionInitMessage
  | PingMessage
  | PongMessage
  | SubscribeMessage
  | { readonly type: MessageType.Complete; readonly id: string };

/** The close codes of graphql-transport-ws, and one of RFC 6455's registry. */
export const closeCodes = {
  badMessage: CloseCode.BadRequest,
  unauthorized: CloseCode.Unauthorized,
  /** The connection is rejected. Clients that retry ask for their `connectionParams` again. */
  forbidden: CloseCode.Forbidden,
  otherProtocol: CloseCode.SubprotocolNotAcceptable,
  initTimeout: CloseCode.ConnectionInitialisationTimeout,
  idInUse: CloseCode.SubscriberAlreadyExists,
  secondInit: CloseCode.TooManyInitialisationRequests,
  failure: CloseCode.InternalServerError,
  /** Try again later. */
  later: 1013,
} as const;

/** Throws where it is no message that a client may send. A payload of `subscribe` has a `query`, empty where it names its document otherwise. */
export function parseClientMessage(text: string): ClientMessage {
  const message = parseMessage(withQuery(JSON.parse(text)));
  switch (message.type) {
    case MessageType.ConnectionInit:
    case MessageType.Ping:
    case MessageType.Pong:
    case MessageType.Subscribe:
    case MessageType.Complete:
      return message;
    default:
      throw new Error(`A client does not send ${message.type}.`);
  }
}

/** At most 123 bytes fit into a close frame; what is cut off is not needed by anybody. */
export function toReason(error: ApiError | string): string {
  const text = error instanceof ApiError ? `${error.code}: ${error.message}` : error;
  return text.replace(/[^ -~]/g, "?").slice(0, 123);
}

/** What a client sends as `Authorization` in `connection_init`, by whatever case. */
export function authorizationOf(params: unknown): unknown {
  if (!isRecord(params)) return undefined;
  const name = Object.keys(params).find((key) => key.toLowerCase() === "authorization");
  return name === undefined ? undefined : params[name];
}

/** The protocol takes no `subscribe` without a text; who names the document may leave it out. */
function withQuery(message: unknown): unknown {
  if (!isRecord(message) || !isRecord(message["payload"])) return message;
  const { payload } = message;
  const isNamed = !("query" in payload) && ("documentId" in payload || "extensions" in payload);
  return isNamed ? { ...message, payload: { query: "", ...payload } } : message;
}
