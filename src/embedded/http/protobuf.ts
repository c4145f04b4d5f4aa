import { badRequest } from "../status-error.ts";

/** One field of a message: a varint, or the bytes of a string or message. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** How Kubernetes marks its protobuf envelope. */
const magic = [0x6b, 0x38, 0x73, 0x00];

/** The object in Kubernetes' envelope (runtime.Unknown: 1 = TypeMeta, 2 = the object); undefined where it is empty. Throws 400. */
export function readEnvelope(bytes: Uint8Array): Uint8Array | undefined {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw badRequest("not a protobuf envelope");
  const raw = readFields(bytes.subarray(magic.length)).find(({ number }) => number === 2)?.value;
  return raw instanceof Uint8Array ? raw : undefined;
}

/** apiVersion and kind, as the envelope says them: the object in it does not. Throws 400. */
export function readTypeMeta(bytes: Uint8Array): { readonly apiVersion: string; readonly kind: string } {
  const fields = readFields(bytes.subarray(magic.length));
  const type = fields.find(({ number }) => number === 1)?.value;
  const parts = type instanceof Uint8Array ? readFields(type) : [];
  const part = (number: number): string => {
    const value = parts.find((field) => field.number === number)?.value;
    return value instanceof Uint8Array ? toText(value) : "";
  };
  return { apiVersion: part(1), kind: part(2) };
}

export function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The fields of a message in their order. Throws 400 where it is torn. */
export function readFields(bytes: Uint8Array): readonly ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw badRequest("protobuf body is cut off");
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const [number, type] = [tag >> 3, tag & 7];
    if (type === 0) fields.push({ number, value: readVarint() });
    else if (type === 2) {
      const length = readVarint();
      if (length < 0 || at + length > bytes.length) throw badRequest("protobuf body is cut off");
      fields.push({ number, value: bytes.subarray(at, at + length) });
      at += length;
    } else throw badRequest(`protobuf wire type ${type} is none that is read here`);
  }
  return fields;
}
