/** Protobuf that is not as expected, so that nothing may be believed of it: a field not known, another wire type, an end too early. */
export class ProtobufRefusedError extends Error {
  override readonly name = "ProtobufRefusedError";
}

/** Walks over varints and lengths. Throws ProtobufRefusedError where they do not end in time. */
export class ProtobufBytes {
  readonly bytes: Buffer;
  /** The same bytes, to look at four at a time. */
  readonly view: DataView;
  /** Where it is read next. */
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A number below 2^31, for tags and lengths: all that is larger is refused. */
  small(to: number): number {
    const { bytes } = this;
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28 && this.at < to; factor *= 128) {
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > 0x7fff_ffff) break;
        return value;
      }
    }
    throw new ProtobufRefusedError("a length does not end, or is too large");
  }

  /** Behind what a length at this place spans; `at` is then where that begins. */
  span(to: number): number {
    const length = this.bytes[this.at]! < 0x80 && this.at < to ? this.bytes[this.at++]! : this.small(to);
    if (length > to - this.at) throw new ProtobufRefusedError("a length goes beyond the end");
    return this.at + length;
  }

  skipVarint(to: number): void {
    const last = Math.min(to, this.at + 10);
    while (this.at < last) if (this.bytes[this.at++]! < 0x80) return;
    throw new ProtobufRefusedError("a number does not end");
  }

  /** A signed number of 64 bits: a bigint where a number cannot hold it. */
  signed(to: number): number | bigint {
    const from = this.at;
    let value = 0;
    // Seven times seven bits are exact; the factor grows instead of a shift, which knows 32 bits only.
    for (let factor = 1; factor <= 2 ** 42 && this.at < to; factor *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    this.at = from;
    return this.#long(to);
  }

  #long(to: number): number | bigint {
    const from = this.at;
    this.skipVarint(to);
    let value = 0n;
    for (let at = this.at - 1; at >= from; at--) value = (value << 7n) | BigInt(this.bytes[at]! & 0x7f);
    if (value >= 1n << 64n) throw new ProtobufRefusedError("a number has more than 64 bits");
    const signed = BigInt.asIntN(64, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }
}
