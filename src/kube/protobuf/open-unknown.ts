import type { MessageTranscoder } from "./message-transcoder.ts";
import type { MessageTypes } from "./message-types.ts";
import { ProtobufBytes, ProtobufRefusedError } from "./protobuf-bytes.ts";

/** Before each object of protobuf (k8s.io/apimachinery, runtime/serializer/protobuf). */
const magic = Buffer.from("k8s\0");
/** Of runtime.Unknown: what it is, and the object. */
const [typeTag, objectTag] = [0x0a, 0x12];

/** What is in kube-apiserver's wrapping. */
export interface OpenUnknown {
  /** Where the object begins. */
  readonly source: ProtobufBytes;
  /** Behind it: perhaps beyond what has come. */
  readonly end: number;
}

/** Opens an object of this type. Throws ProtobufRefusedError where it is another, or too little of it is there to tell. */
export function openUnknown(
  bytes: Buffer,
  transcoder: MessageTranscoder,
  types: MessageTypes,
  expected: { readonly apiVersion: string; readonly kind: string },
): OpenUnknown {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new ProtobufRefusedError("it does not begin as Kubernetes' protobuf does");
  const source = new ProtobufBytes(bytes);
  source.at = magic.length;
  const typeEnd = spanOf(source, typeTag, bytes.length);
  const { apiVersion, kind } = expected;
  const said = transcoder.toJson(bytes, source.at, typeEnd, types.named("TypeMeta"));
  if (said !== JSON.stringify({ apiVersion, kind }))
    throw new ProtobufRefusedError(`it is no ${kind} of ${apiVersion}: ${said}`);
  source.at = typeEnd;
  if (source.bytes[source.at++] !== objectTag) throw new ProtobufRefusedError("there is no object");
  const length = source.small(bytes.length);
  return { source, end: source.at + length };
}

/** Behind what this tag, which comes next, is before; `source` is then where that begins. */
export function spanOf(source: ProtobufBytes, tag: number, to: number): number {
  if (source.at >= to || source.bytes[source.at++] !== tag)
    throw new ProtobufRefusedError("another field was expected");
  return source.span(to);
}
