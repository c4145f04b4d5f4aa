/** A WebSocket text frame with a `next` message of graphql-transport-ws in it, whole but for the id. */
export interface NextFrame {
  readonly bytes: Buffer;
  readonly idOffset: number;
}

const beforeId = '{"id":"';

/** `idLength`: bytes of the id as it stands between quotes in JSON; `payload` is JSON. From a server frames go unmasked (RFC 6455 5.1). */
export function createNextFrame(idLength: number, payload: string): NextFrame {
  const afterId = `","type":"next","payload":${payload}}`;
  const length = beforeId.length + idLength + Buffer.byteLength(afterId);
  const head = createTextHead(length);
  const bytes = Buffer.allocUnsafe(head.length + length);
  head.copy(bytes);
  bytes.write(beforeId, head.length, "latin1");
  const idOffset = head.length + beforeId.length;
  bytes.write(afterId, idOffset + idLength, "utf8");
  return { bytes, idOffset };
}

/** A copy with this id in it, to be written at once and never written to again. */
export function withId({ bytes, idOffset }: NextFrame, id: string): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length);
  bytes.copy(copy);
  copy.write(id, idOffset, "utf8");
  return copy;
}

/** FIN and opcode 1, then the length in 7, 16 or 64 bits (RFC 6455 5.2). */
function createTextHead(length: number): Buffer {
  if (length <= 125) return Buffer.from([0x81, length]);
  if (length <= 0xffff) {
    const head = Buffer.from([0x81, 126, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  // Messages stay far below 2^48 bytes.
  head.writeUIntBE(length, 4, 6);
  return head;
}
