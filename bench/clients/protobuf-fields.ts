/** A field of a message of protobuf, by where it lies in it. */
export interface ProtobufField {
  readonly field: number;
  readonly afterTag: number;
  /** Of its content, behind its length if it has one. */
  readonly from: number;
  readonly to: number;
}

/** The fields of a message, which are varints or have a length. Throws where one is neither. */
export function* readFields(message: Buffer): Generator<ProtobufField> {
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = readVarint(message, at);
    const [length, behind] = readVarint(message, afterTag);
    const isVarint = (tag & 7) === 0;
    if (!isVarint && (tag & 7) !== 2) throw new Error(`field ${tag >>> 3} has wire type ${tag & 7}`);
    const from = isVarint ? afterTag : behind;
    const to = isVarint ? behind : behind + length;
    yield { field: tag >>> 3, afterTag, from, to };
    at = to;
  }
}

/** The first field at the path from outside in. Throws where there is none. */
export function findField(message: Buffer, path: readonly number[]): { readonly within: Buffer } & ProtobufField {
  const [field, ...rest] = path;
  for (const found of readFields(message)) {
    if (found.field !== field) continue;
    return rest.length === 0 ? { ...found, within: message } : findField(message.subarray(found.from, found.to), rest);
  }
  throw new Error(`there is no field ${path.join(".")} in a message`);
}

/** The number, and where it ends; exact up to 2^53. */
export function readVarint(bytes: Buffer, at: number): readonly [number, number] {
  let value = 0;
  let scale = 1;
  for (let next = at; ;) {
    const byte = bytes[next++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, next];
    scale *= 128;
  }
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
