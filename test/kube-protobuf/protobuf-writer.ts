/** Bytes of protobuf, put together by hand: nothing here knows what the product knows of the kinds. */
export function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const more = rest > 127n;
    bytes.push(Number(rest & 127n) | (more ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** A field of bytes, text or a message: `parts` one behind the other. */
export function field(number: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  return Buffer.concat([varint(8 * number + 2), varint(content.length), content]);
}

export function numberField(number: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(8 * number), varint(value)]);
}

/** As kube-apiserver wraps what it answers. */
export function unknownObject(apiVersion: string, kind: string, ...raw: readonly Uint8Array[]): Buffer {
  const object = Buffer.concat(raw);
  const type = field(1, field(1, apiVersion), field(2, kind));
  return Buffer.concat([Buffer.from("k8s\0"), type, field(2, object), field(3), field(4)]);
}

/** A list of the version "7" with these items. */
export function listOf(apiVersion: string, kind: string, ...items: readonly Uint8Array[]): Buffer {
  const meta = field(1, field(1), field(2, "7"), field(3));
  return unknownObject(apiVersion, `${kind}List`, meta, ...items.map((item) => field(2, item)));
}
