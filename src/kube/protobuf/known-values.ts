import type { ProtobufBytes } from "./protobuf-bytes.ts";

/** Of how many bytes values are looked for: what is shorter is read as fast, and what is longer is seldom the same twice. */
const [shortest, longest] = [16, 512];

export interface KnownValuesOptions {
  /** How many are kept at most: a power of two. */
  readonly places?: number;
  /** Of their bytes in all: as values they take some times as much. */
  readonly maxBytes?: number;
}

/**
 * Values read from bytes that came before, given again instead of being read again: the objects of a fleet come from few templates, and an object that has changed
 * is mostly what it was. Nobody may write into a value that was given here. It is kept once its bytes come twice in a row among those that share its place, so
 * that what never comes again costs next to nothing; and when the bytes of all go beyond their bound, all are forgotten.
 */
export class KnownValues {
  readonly #hashes: Int32Array;
  /** What the bytes were read as: as another type they are another value. undefined: nothing is kept here. */
  readonly #types: (object | undefined)[];
  readonly #values: (object | undefined)[];
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #kept: DataView;
  #used = 0;

  constructor({ places = 2_048, maxBytes = 131_072 }: KnownValuesOptions = {}) {
    this.#hashes = new Int32Array(places);
    this.#types = Array.from({ length: places });
    this.#values = Array.from({ length: places });
    this.#starts = new Int32Array(places);
    this.#lengths = new Int32Array(places);
    this.#kept = new DataView(new ArrayBuffer(maxBytes));
  }

  /** Of the bytes from where `source` is up to `to`, for `get` and `put`; 0: they are not to be looked for. */
  hash({ at, view }: ProtobufBytes, to: number): number {
    const length = to - at;
    if (length < shortest || length > longest) return 0;
    let hash = length;
    for (; at < to - 4; at += 4) hash = mixed(hash, view.getInt32(at));
    // The last four, some of them perhaps for the second time.
    return mixed(hash, view.getInt32(to - 4)) | 1;
  }

  /** What was read from the same bytes as the same type, if it is kept. */
  get(hash: number, { at, view }: ProtobufBytes, to: number, type: object): object | undefined {
    const place = this.#placeOf(hash);
    if (this.#hashes[place] !== hash || this.#types[place] !== type || this.#lengths[place] !== to - at)
      return undefined;
    const kept = this.#kept;
    const ahead = this.#starts[place]! - at;
    for (; at < to - 4; at += 4) if (kept.getInt32(at + ahead) !== view.getInt32(at)) return undefined;
    return kept.getInt32(to - 4 + ahead) === view.getInt32(to - 4) ? this.#values[place] : undefined;
  }

  /** Whether `put` would keep a value now: otherwise it looks at none. */
  isDue(hash: number): boolean {
    return this.#hashes[this.#placeOf(hash)] === hash;
  }

  /** Says what was read from the bytes from `from` up to `to`, of which `get` knew nothing. */
  put(hash: number, { view }: ProtobufBytes, from: number, to: number, type: object, value: object): void {
    const place = this.#placeOf(hash);
    if (this.#hashes[place] !== hash) {
      this.#hashes[place] = hash;
      this.#types[place] = this.#values[place] = undefined;
      return;
    }
    const length = to - from;
    if (this.#used + length > this.#kept.byteLength) this.#forget();
    const ahead = this.#used - from;
    for (let at = from; at < to - 4; at += 4) this.#kept.setInt32(at + ahead, view.getInt32(at));
    this.#kept.setInt32(to - 4 + ahead, view.getInt32(to - 4));
    this.#hashes[place] = hash;
    this.#starts[place] = this.#used;
    this.#lengths[place] = length;
    this.#types[place] = type;
    this.#values[place] = value;
    this.#used += length;
  }

  #placeOf(hash: number): number {
    // The last bit is the same in all.
    return (hash >>> 1) & (this.#hashes.length - 1);
  }

  #forget(): void {
    this.#hashes.fill(0);
    this.#types.fill(undefined);
    this.#values.fill(undefined);
    this.#used = 0;
  }
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e37_79b1);
  return product ^ (product >>> 15);
}
