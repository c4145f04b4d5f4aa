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
  const headLength = length <= 125 ? 2 : length <= 0xffff ? 4 : 10;
  const bytes = Buffer.allocUnsafe(headLength + length);
  writeTextHead(bytes, length);
  bytes.write(beforeId, headLength, "latin1");
  const idOffset = headLength + beforeId.length;
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
function writeTextHead(bytes: Buffer, length: number): void {
  bytes[0] = 0x81;
  if (length <= 125) {
    bytes[1] = length;
  } else if (length <= 0xffff) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    // Messages stay far below 2^48 bytes.
    bytes.writeUInt16BE(0, 2);
    bytes.writeUIntBE(length, 4, 6);
  }
}
