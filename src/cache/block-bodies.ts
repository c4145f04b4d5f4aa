import type { BodyDictionary } from "../kube/body-dictionary.ts";
import type { StoredBodies } from "../kube/json-body.ts";
import type { StoredBytes } from "./snapshot-store.ts";

export interface BlockBodiesOptions {
  /** The bodies one behind the other. */
  readonly bytes: StoredBytes;
  readonly sizes: readonly number[];
  /** What each is packed with; undefined = it is JSON. */
  readonly dictionaries: readonly (BodyDictionary | undefined)[];
  /** Told when they could not be read after all. */
  readonly onLost: (error: unknown) => void;
}

/** The bodies of a block of rows: all are read together, when somebody asks for one or when it is quiet. */
export class BlockBodies implements StoredBodies {
  readonly #bytes: StoredBytes;
  readonly #dictionaries: readonly (BodyDictionary | undefined)[];
  /** Where each begins, and where the last one ends. */
  readonly #ends: Uint32Array;
  readonly #onLost: (error: unknown) => void;
  #held: Buffer | undefined;

  /** Throws where sizes and bytes do not fit. */
  constructor({ bytes, sizes, dictionaries, onLost }: BlockBodiesOptions) {
    this.#bytes = bytes;
    this.#onLost = onLost;
    this.#dictionaries = dictionaries;
    this.#ends = new Uint32Array(sizes.length + 1);
    let end = 0;
    for (const [index, size] of sizes.entries()) this.#ends[index + 1] = end += size;
    if (end !== bytes.length) throw new Error("the bodies are not whole");
  }

  sizeOf(index: number): number {
    return (this.#ends[index + 1] ?? 0) - (this.#ends[index] ?? 0);
  }

  dictionaryOf(index: number): BodyDictionary | undefined {
    return this.#dictionaries[index];
  }

  read(index: number): string {
    if (this.#held === undefined) {
      try {
        this.#held = this.#bytes.readNow();
      } catch (error) {
        this.#onLost(error);
        throw error;
      }
    }
    const encoding = this.#dictionaries[index] === undefined ? "utf8" : "latin1";
    return this.#held.toString(encoding, this.#ends[index], this.#ends[index + 1]);
  }

  /** Reads them, where that has not been done. Never rejects. */
  async load(): Promise<void> {
    if (this.#held !== undefined) return;
    try {
      this.#held = await this.#bytes.read();
    } catch (error) {
      this.#onLost(error);
    }
  }
}
