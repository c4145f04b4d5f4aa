import { badRequest } from "../status-error.ts";

/**
 * metav1.DeleteOptions in Kubernetes' protobuf envelope, as JSON would have it: the one protobuf body that is read, because `kubectl drain` sends
 * its deletions in nothing else. Field numbers are those of k8s.io/apimachinery's generated.proto. Throws 400.
 */
export function parseProtobufDeleteOptions(bytes: Uint8Array): Record<string, unknown> {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw badRequest("not a protobuf envelope");
  // runtime.Unknown: 1 = TypeMeta, 2 = the object.
  const raw = readFields(bytes.subarray(magic.length)).find(({ number }) => number === 2)?.value;
  const options: Record<string, unknown> = {};
  if (!(raw instanceof Uint8Array)) return options;
  for (const { number, value } of readFields(raw)) {
    if (number === 1) options["gracePeriodSeconds"] = value;
    if (number === 2 && value instanceof Uint8Array) options["preconditions"] = toPreconditions(value);
    if (number === 3 && value === 1) options["propagationPolicy"] ??= "Orphan";
    if (number === 4 && value instanceof Uint8Array) options["propagationPolicy"] = toText(value);
    if (number === 5 && value instanceof Uint8Array) options["dryRun"] = [toText(value)];
  }
  return options;
}

const magic = [0x6b, 0x38, 0x73, 0x00];

interface Field {
  readonly number: number;
  /** A varint, or the bytes of a string or message. */
  readonly value: number | Uint8Array;
}

function toPreconditions(bytes: Uint8Array): Record<string, string> {
  const names: Readonly<Record<number, string>> = { 1: "uid", 2: "resourceVersion" };
  const known = readFields(bytes).flatMap(({ number, value }) => {
    const name = names[number];
    return name !== undefined && value instanceof Uint8Array ? [[name, toText(value)] as const] : [];
  });
  return Object.fromEntries(known);
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function readFields(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
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
    } else throw badRequest(`protobuf wire type ${type} is none of DeleteOptions`);
  }
  return fields;
}
