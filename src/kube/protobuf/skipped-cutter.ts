import type { ProtobufBytes } from "./protobuf-bytes.ts";

/** Of an object's metadata: its first field, of all kinds. */
const metadataTag = 0x0a;

/** A part of bytes: empty where `to` is 0. */
export interface SkippedBytes {
  from: number;
  to: number;
}

/**
 * Copies objects without what ends their metadata and is no part of their JSON: managedFields, more than half of most objects, which would be kept until they are
 * packed. What was skipped elsewhere stays. Whoever reads the copy as the same type reads the same.
 */
export class SkippedCutter {
  #scratch = Buffer.allocUnsafeSlow(16_384);

  /** Of the object between the two, one byte a character. It has been read, and `skipped` is what was skipped last then; `source` is left anywhere. */
  toText(source: ProtobufBytes, from: number, to: number, skipped: Readonly<SkippedBytes>): string {
    const { bytes } = source;
    if (skipped.to === 0 || bytes[from] !== metadataTag) return bytes.toString("latin1", from, to);
    source.at = from + 1;
    const metadataTo = source.span(to);
    if (skipped.to !== metadataTo || skipped.from < source.at) return bytes.toString("latin1", from, to);
    if (to - from > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(2 * (to - from));
    const scratch = this.#scratch;
    scratch[0] = metadataTag;
    let used = 1;
    // The length of what is left, as a varint.
    let left = skipped.from - source.at;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) scratch[used++] = (left & 0x7f) | 0x80;
    scratch[used++] = left;
    used += bytes.copy(scratch, used, source.at, skipped.from);
    used += bytes.copy(scratch, used, metadataTo, to);
    return scratch.toString("latin1", 0, used);
  }
}
