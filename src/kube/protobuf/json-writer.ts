import { escapeOf, hexDigits, isPlain, runeLength } from "./json-escapes.ts";

const [quote, backslash, zero] = [0x22, 0x5c, 0x30];
/** The longest number or time in JSON, and then some. */
const shortBytes = 64;
/** Enough for most objects; and what is kept after a large one. */
const [firstBytes, mostKept] = [65_536, 1_048_576];

/** Text of ASCII, made to be written four bytes at a time: to copy single bytes costs most of what writing costs. */
export interface AsciiWords {
  readonly words: Uint32Array;
  readonly length: number;
}

export function toAsciiWords(text: string): AsciiWords {
  const bytes = Buffer.from(text.padEnd(4 * Math.ceil(text.length / 4)), "latin1");
  const words = Uint32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(4 * at));
  return { words, length: text.length };
}

/** Writes JSON as Go's encoding/json does, into one buffer that is used again and again. Numbers of bytes are reserved by who writes them. */
export class JsonWriter {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #view = toView(this.#bytes);
  #at = 0;
  #isAscii = true;

  /** How much has been written since `restart`. */
  get length(): number {
    return this.#at;
  }

  restart(): void {
    if (this.#bytes.length > mostKept) this.#renew(firstBytes, 0);
    this.#at = 0;
    this.#isAscii = true;
  }

  /** What has been written, but for so many bytes at both ends: cut off a text, they would be kept with it. */
  text(without = 0): string {
    return this.#bytes.toString(this.#isAscii ? "latin1" : "utf8", without, this.#at - without);
  }

  /** A copy of what has been written from `start` on, to be written again; undefined where some of the whole is not ASCII. */
  asciiFrom(start: number): AsciiWords | undefined {
    if (!this.#isAscii) return undefined;
    const length = this.#at - start;
    // The last word may reach beyond what is written.
    this.#reserve(4);
    const words = new Uint32Array(Math.ceil(length / 4));
    for (let at = 0; at < words.length; at++) words[at] = this.#view.getUint32(start + 4 * at, true);
    return { words, length };
  }

  /** Opens what was begun at `start` with `open`: there a comma stands, as before each member, or nothing yet. */
  wrap(start: number, open: number, close: number): void {
    this.#reserve(2);
    if (this.#at === start) this.#at++;
    this.#bytes[start] = open;
    this.#bytes[this.#at++] = close;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  /** Text of ASCII as it is. */
  ascii({ words, length }: AsciiWords): void {
    // What the last word has too much is written over.
    this.#reserve(length + 4);
    const view = this.#view;
    let at = this.#at;
    for (let word = 0; word < words.length; word++, at += 4) view.setUint32(at, words[word]!, true);
    this.#at += length;
  }

  /** Text of ASCII as it is. */
  raw(text: string): void {
    this.#reserve(text.length);
    this.#at += this.#bytes.write(text, this.#at, "latin1");
  }

  /** Text as it is. */
  utf8(text: string): void {
    this.#reserve(3 * text.length);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
    this.#isAscii = false;
  }

  /** A string of UTF-8, quoted and escaped; what is not UTF-8 becomes \ufffd. */
  string(source: Uint8Array, from: number, to: number): void {
    // A byte takes six at most.
    this.#reserve(6 * (to - from) + 2);
    const out = this.#bytes;
    let at = this.#at;
    out[at++] = quote;
    for (let next = from; next < to; next++) {
      const byte = source[next]!;
      if (isPlain[byte] === 1) {
        out[at++] = byte;
      } else {
        this.#at = at;
        next = this.#odd(source, next, to) - 1;
        at = this.#at;
      }
    }
    out[at++] = quote;
    this.#at = at;
  }

  /** Base64 of bytes, quoted. */
  base64(source: Buffer, from: number, to: number): void {
    this.raw(`"${source.toString("base64", from, to)}"`);
  }

  integer(value: number | bigint): void {
    if (typeof value === "bigint" || value > 0x7fff_ffff || value < 0) return this.raw(String(value));
    let count = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) count++;
    this.digits(value, count);
  }

  /** A number that is not negative, with zeros before it. */
  digits(value: number, count: number): void {
    this.#reserve(shortBytes);
    let rest = value;
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = zero + rest - 10 * tenth;
      rest = tenth;
    }
    this.#at += count;
  }

  /** One character that is not written as it stands, or more than a byte: at `from`. Gives where the next one is. */
  #odd(source: Uint8Array, from: number, to: number): number {
    const byte = source[from]!;
    if (byte < 0x80) {
      this.#escape(byte);
      return from + 1;
    }
    const length = runeLength(source, from, to);
    if (length === 0) {
      this.raw("\\ufffd");
      return from + 1;
    }
    // U+2028 and U+2029, which end a line in JavaScript.
    if (byte === 0xe2 && source[from + 1] === 0x80 && (source[from + 2]! & 0xfe) === 0xa8) {
      this.raw(source[from + 2] === 0xa8 ? "\\u2028" : "\\u2029");
      return from + 3;
    }
    this.#isAscii = false;
    for (let next = from; next < from + length; next++) this.#bytes[this.#at++] = source[next]!;
    return from + length;
  }

  #escape(byte: number): void {
    const out = this.#bytes;
    out[this.#at++] = backslash;
    const short = escapeOf[byte]!;
    if (short !== 0) {
      out[this.#at++] = short;
      return;
    }
    this.raw("u00");
    out[this.#at++] = hexDigits[byte >> 4]!;
    out[this.#at++] = hexDigits[byte & 15]!;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    this.#renew(2 * (this.#at + count), this.#at);
  }

  #renew(size: number, used: number): void {
    const bytes = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(bytes, 0, 0, used);
    this.#bytes = bytes;
    this.#view = toView(bytes);
  }
}

function toView({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
