import { kubeTypes } from "../kube/protobuf/kube-types.ts";
import { MessageTranscoder } from "../kube/protobuf/message-transcoder.ts";
import { createMessageTypes } from "../kube/protobuf/message-types.ts";
import { openUnknown } from "../kube/protobuf/open-unknown.ts";
import type { Answer } from "./link.ts";
import { isProtobuf } from "./protobuf-lists.ts";

/** What a server said went wrong: a Status, or whatever else JSON says, or the text where it is none. Of protobuf, where it cannot be read, nothing. */
export function toFailureBody(bytes: Buffer, headers: Answer["headers"]): unknown {
  if (isProtobuf(headers)) return toStatus(bytes);
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Failures are told as lists were asked for. */
function toStatus(bytes: Buffer): unknown {
  try {
    const types = createMessageTypes(kubeTypes);
    const transcoder = new MessageTranscoder();
    const type = { apiVersion: "v1", kind: "Status" };
    const { source, end } = openUnknown(bytes, transcoder, types, type);
    const status = JSON.parse(transcoder.toJson(bytes, source.at, end, types.named("Status"))) as object;
    return { ...type, ...status };
  } catch {
    // Its code says enough.
    return undefined;
  }
}
