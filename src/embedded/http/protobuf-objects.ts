import { unsupportedMediaType } from "../unsupported.ts";
import { readEnvelope, readTypeMeta } from "./protobuf.ts";
import { readMessage } from "./protobuf-message.ts";
import type { Message } from "./protobuf-message.ts";

const metadata: Message = {
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  11: ["labels", "map"],
  12: ["annotations", "map"],
};
const policyRule: Message = {
  1: ["verbs", "texts"],
  2: ["apiGroups", "texts"],
  3: ["resources", "texts"],
  4: ["resourceNames", "texts"],
  5: ["nonResourceURLs", "texts"],
};
const requirement: Message = { 1: ["key", "text"], 2: ["operator", "text"], 3: ["values", "texts"] };
const labelSelector: Message = { 1: ["matchLabels", "map"], 2: ["matchExpressions", [requirement]] };
const subject: Message = {
  1: ["kind", "text"],
  2: ["apiGroup", "text"],
  3: ["name", "text"],
  4: ["namespace", "text"],
};
const roleRef: Message = { 1: ["apiGroup", "text"], 2: ["kind", "text"], 3: ["name", "text"] };
const role: Message = { 1: ["metadata", metadata], 2: ["rules", [policyRule]] };
const binding: Message = { 1: ["metadata", metadata], 2: ["subjects", [subject]], 3: ["roleRef", roleRef] };

/** What `kubectl create` makes without a file, with the field numbers of generated.proto in k8s.io/api core/v1, rbac/v1 and meta/v1. */
const kinds: Readonly<Record<string, Message>> = {
  ConfigMap: { 1: ["metadata", metadata], 2: ["data", "map"], 3: ["binaryData", "bytesMap"], 4: ["immutable", "flag"] },
  Namespace: {
    1: ["metadata", metadata],
    2: ["spec", { 1: ["finalizers", "texts"] }],
    3: ["status", { 1: ["phase", "text"] }],
  },
  Secret: {
    1: ["metadata", metadata],
    2: ["data", "bytesMap"],
    3: ["type", "text"],
    4: ["stringData", "map"],
    5: ["immutable", "flag"],
  },
  ServiceAccount: { 1: ["metadata", metadata], 4: ["automountServiceAccountToken", "flag"] },
  Role: role,
  RoleBinding: binding,
  ClusterRole: { ...role, 3: ["aggregationRule", { 1: ["clusterRoleSelectors", [labelSelector]] }] },
  ClusterRoleBinding: binding,
};

/**
 * A new object in protobuf, as JSON would have it. Throws 400 for a torn one, and 415 for any other kind and for a field that is not read here:
 * nothing is left out in silence.
 */
export function parseProtobufObject(kind: string, bytes: Uint8Array): Record<string, unknown> {
  const message = kinds[kind];
  const raw = readEnvelope(bytes);
  if (message === undefined || raw === undefined) throw unsupportedMediaType();
  const onUnknown = (): never => {
    throw unsupportedMediaType();
  };
  return { ...readTypeMeta(bytes), ...readMessage(raw, message, { onUnknown }) };
}
