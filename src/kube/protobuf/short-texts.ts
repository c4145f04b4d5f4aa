/** Up to so many bytes a text is looked for: longer ones are seldom the same, and to compare them costs as much as to make them. */
const longest = 24;
/** How many are kept: a power of two. */
const places = 4_096;

/** Texts made of few bytes, the latest of which are given again instead of being made again: an object holds dozens that others hold too. */
export class ShortTexts {
  readonly #make: (bytes: Buffer, from: number, to: number) => string;
  readonly #texts: (string | undefined)[] = Array.from({ length: places });
  /** Of each its length and its bytes. */
  readonly #bytes = new Uint8Array(places * (longest + 1));

  constructor(make: (bytes: Buffer, from: number, to: number) => string) {
    this.#make = make;
  }

  get(bytes: Buffer, from: number, to: number): string {
    const length = to - from;
    if (length > longest) return this.#make(bytes, from, to);
    let hash = length;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const place = (hash ^ (hash >>> 12)) & (places - 1);
    const known = this.#bytes;
    const start = place * (longest + 1);
    const held = this.#texts[place];
    if (held !== undefined && known[start] === length) {
      let at = 0;
      while (at < length && known[start + 1 + at] === bytes[from + at]) at++;
      if (at === length) return held;
    }
    const text = this.#make(bytes, from, to);
    known[start] = length;
    for (let at = 0; at < length; at++) known[start + 1 + at] = bytes[from + at]!;
    this.#texts[place] = text;
    return text;
  }
}
