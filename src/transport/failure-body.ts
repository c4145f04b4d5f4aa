import type { ProtobufKinds } from "../kube/protobuf/protobuf-kinds.ts";
import type { Answer } from "./link.ts";
import { isProtobuf } from "./protobuf-lists.ts";

/**
 * What a server said went wrong: a Status, or whatever else JSON says, or the text where it is none. Failures are told as lists were asked for: of protobuf,
 * where it cannot be read, nothing.
 */
export function toFailureBody(
  bytes: Buffer,
  headers: Answer["headers"],
  protobuf: Pick<ProtobufKinds, "readStatus">,
): unknown {
  const isStatus = isProtobuf(headers);
  const text = isStatus ? undefined : bytes.toString("utf8");
  try {
    return text === undefined ? protobuf.readStatus(bytes) : (JSON.parse(text) as unknown);
  } catch {
    // Of protobuf its code says enough.
    return text;
  }
}
