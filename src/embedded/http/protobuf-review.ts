import { readEnvelope } from "./protobuf.ts";
import { readMessage } from "./protobuf-message.ts";
import type { Message } from "./protobuf-message.ts";

/** What a field of a message is: a string, a list of strings, a number, or a message. */
const resourceAttributes: Message = {
  1: ["namespace", "text"],
  2: ["verb", "text"],
  3: ["group", "text"],
  4: ["version", "text"],
  5: ["resource", "text"],
  6: ["subresource", "text"],
  7: ["name", "text"],
};
const pathAttributes: Message = { 1: ["path", "text"], 2: ["verb", "text"] };
const attributes: Message = {
  1: ["resourceAttributes", resourceAttributes],
  2: ["nonResourceAttributes", pathAttributes],
};
const subject: Message = { ...attributes, 3: ["user", "text"], 4: ["groups", "texts"] };
const boundObject: Message = {
  1: ["kind", "text"],
  2: ["apiVersion", "text"],
  3: ["name", "text"],
  4: ["uid", "text"],
};

/** `spec` of each that has one, with the field numbers of generated.proto in k8s.io/api authorization/v1 and authentication/v1. */
const specs: Readonly<Record<string, Message>> = {
  SelfSubjectAccessReview: attributes,
  SubjectAccessReview: subject,
  LocalSubjectAccessReview: subject,
  SelfSubjectRulesReview: { 1: ["namespace", "text"] },
  TokenReview: { 1: ["token", "text"], 2: ["audiences", "texts"] },
  TokenRequest: { 1: ["audiences", "texts"], 3: ["boundObjectRef", boundObject], 4: ["expirationSeconds", "number"] },
};

/**
 * A review or a token request in protobuf, as JSON would have it: `kubectl auth can-i`, `auth whoami` and `create token` send theirs in nothing
 * else. Throws 400.
 */
export function parseProtobufReview(kind: string, bytes: Uint8Array): Record<string, unknown> {
  const raw = readEnvelope(bytes);
  const spec = specs[kind];
  if (raw === undefined || spec === undefined) return {};
  return readMessage(raw, { 2: ["spec", spec] });
}
