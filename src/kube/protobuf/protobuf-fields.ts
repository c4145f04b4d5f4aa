import type { FieldType, MessageType, ValueKind } from "./message-types.ts";
import { createMessageTypes } from "./message-types.ts";
import { ProtobufRefusedError } from "./protobuf-bytes.ts";
import type { ProtobufBytes } from "./protobuf-bytes.ts";

/** Of the entries of a map: field 1, and field 2 in bytes or as a number. */
const [keyTag, bytesTag, varintTag] = [0x0a, 0x12, 0x10];

/** Types whose JSON is not that of their fields (k8s.io/apimachinery: intstr, resource, runtime). */
export const wrappedTypes = createMessageTypes(
  "IntOrString type:1:int32 intVal:2:int32 strVal:3:string\nWrapper text:1:*string?",
);

/** The field whose tag is next. */
export function fieldAt(source: ProtobufBytes, to: number, byTag: MessageType["byTag"], name: string): FieldType {
  const first = source.bytes[source.at]!;
  const tag = first < 0x80 ? first : source.small(to);
  if (first < 0x80) source.at++;
  const field = tag < byTag.length ? byTag[tag] : undefined;
  if (field === undefined) throw new ProtobufRefusedError(`${name} has a field that is not known: ${tag >> 3}`);
  return field;
}

/** Behind the last of the fields of one tag, the first of which is being read. */
export function endOfRun(source: ProtobufBytes, to: number, tag: number): number {
  for (;;) {
    if ((tag & 7) === 0) source.skipVarint(to);
    else source.at = source.span(to);
    const end = source.at;
    if (end >= to || source.small(to) !== tag) return end;
  }
}

export function toInt32(value: number | bigint): number {
  if (typeof value === "bigint" || value > 0x7fff_ffff || value < -0x8000_0000)
    throw new ProtobufRefusedError("a number has more than 32 bits");
  return value;
}

export function toBoolean(value: number | bigint): boolean {
  if (value !== 0 && value !== 1) throw new ProtobufRefusedError("neither true nor false");
  return value === 1;
}

/** One entry of a map: where its key begins and ends, and where its value ends, undefined where there is none: that is empty bytes. */
export type TakeEntry = (keyFrom: number, keyTo: number, valueTo: number | undefined) => void;

/** Gives each entry of a map, `source` being where its value begins. Go sorts the keys, in protobuf as in JSON: what comes in another order is refused. */
export function takeEntries(source: ProtobufBytes, to: number, value: ValueKind, take: TakeEntry): void {
  let [lastFrom, lastTo] = [0, 0];
  while (source.at < to) {
    source.small(to);
    const end = source.span(to);
    const keyTo = keyOf(source, end);
    const keyFrom = source.at;
    if (lastTo !== 0 && !isBefore(source.bytes, lastFrom, lastTo, keyFrom, keyTo))
      throw new ProtobufRefusedError("the keys of a map are not in order");
    [lastFrom, lastTo] = [keyFrom, keyTo];
    source.at = keyTo;
    take(keyFrom, keyTo, endOfValue(source, end, value));
    if (source.at !== end) throw new ProtobufRefusedError("an entry has more than a key and a value");
  }
}

/** Whether the first bytes sort before the second ones. */
function isBefore(bytes: Uint8Array, from: number, to: number, otherFrom: number, otherTo: number): boolean {
  const length = Math.min(to - from, otherTo - otherFrom);
  for (let at = 0; at < length; at++) {
    const difference = bytes[from + at]! - bytes[otherFrom + at]!;
    if (difference !== 0) return difference < 0;
  }
  return to - from < otherTo - otherFrom;
}

/** Where the key of a map's entry ends, which begins where `source` then is. */
function keyOf(source: ProtobufBytes, end: number): number {
  if (source.at >= end || source.bytes[source.at++] !== keyTag) throw new ProtobufRefusedError("an entry has no key");
  return source.span(end);
}

/** Where the value of an entry ends, which begins where `source` then is; undefined for bytes of length zero, which may be left out. */
function endOfValue(source: ProtobufBytes, end: number, value: ValueKind): number | undefined {
  if (source.at === end && value === "bytes") return undefined;
  const tag = source.at < end ? source.bytes[source.at++]! : 0;
  const isNumber = value === "int32" || value === "int64" || value === "bool";
  if (tag !== (isNumber ? varintTag : bytesTag)) throw new ProtobufRefusedError("an entry has no value");
  return isNumber ? end : source.span(end);
}
