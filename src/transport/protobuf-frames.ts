import type { WatchEvent } from "../kube/client.ts";
import { ProtobufBytes, ProtobufRefusedError } from "../kube/protobuf/protobuf-bytes.ts";
import type { ProtobufKinds } from "../kube/protobuf/protobuf-kinds.ts";
import type { ProtobufList } from "../kube/protobuf/protobuf-list.ts";
import { spanOf } from "../kube/protobuf/open-unknown.ts";

/** Of metav1.WatchEvent: what happened, and the object; of the runtime.RawExtension around that: the object. */
const [typeTag, objectTag, rawTag] = [0x0a, 0x12, 0x0a];

/** What reads a watch in protobuf. */
export interface WatchProtobuf {
  readonly list: ProtobufList;
  readonly readStatus: ProtobufKinds["readStatus"];
  /** The watch held what is not known: it is to be asked for as JSON. */
  readonly onRefused: (error: ProtobufRefusedError) => void;
}

/** A frame of a watch as it stands there: `object` is what JSON would say, but for an ERROR the Status. */
export interface WatchFrame {
  readonly type: string;
  readonly object: unknown;
  /** Set for what is neither a bookmark nor an error. */
  readonly json?: Extract<WatchEvent, { readonly object: unknown }>["json"];
}

/** Reads a frame of a watch, without its length. Throws ProtobufRefusedError where it holds anything that is not known. */
export function readProtobufFrame(frame: Buffer, { list, readStatus }: WatchProtobuf): WatchFrame {
  const source = new ProtobufBytes(frame);
  const typeEnd = spanOf(source, typeTag, frame.length);
  const type = frame.toString("latin1", source.at, typeEnd);
  source.at = typeEnd;
  const extensionEnd = spanOf(source, objectTag, frame.length);
  const rawEnd = spanOf(source, rawTag, extensionEnd);
  if (rawEnd !== frame.length) throw new ProtobufRefusedError("a frame holds more than an object");
  if (type === "ERROR") return { type, object: readStatus(frame.subarray(source.at)) };
  const { value, json } = list.readObject(source);
  return { type, object: value, json };
}
