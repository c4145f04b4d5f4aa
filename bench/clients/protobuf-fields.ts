import { ProtobufBytes } from "../../src/kube/protobuf/protobuf-bytes.ts";

/** A field of a message of protobuf, by where it lies in it. */
export interface ProtobufField {
  readonly within: Buffer;
  readonly afterTag: number;
  /** Of its content, behind its length if it has one. */
  readonly from: number;
  readonly to: number;
}

/** The first field at the path from outside in. Throws where there is none, or one before it is neither a varint nor has a length. */
export function findField(message: Buffer, [field, ...rest]: readonly number[]): ProtobufField {
  const source = new ProtobufBytes(message);
  const end = message.length;
  while (source.at < end) {
    const tag = source.small(end);
    const afterTag = source.at;
    const type = tag & 7;
    if (type !== 0 && type !== 2) throw new Error(`field ${tag >>> 3} has wire type ${type}`);
    const to = type === 0 ? undefined : source.span(end);
    const from = source.at;
    if (to === undefined) source.skipVarint(end);
    else source.at = to;
    if (tag >>> 3 !== field) continue;
    if (rest.length > 0) return findField(message.subarray(from, source.at), rest);
    return { within: message, afterTag, from, to: source.at };
  }
  throw new Error(`there is no field ${field} in a message`);
}

/** The number that a field without length holds. */
export function numberOf({ within, from, to }: ProtobufField): number | bigint {
  return new ProtobufBytes(within, from).signed(to);
}

export function toVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** A field with a length. */
export function toField(field: number, content: Buffer): Buffer {
  return Buffer.concat([toVarint(field * 8 + 2), toVarint(content.length), content]);
}
