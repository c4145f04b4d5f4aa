/** Finds in what came, together with what was left over before, the names of what is whole. */
export type ReadNames = (text: string) => { readonly names: readonly string[]; readonly rest: string };

const longestMs = 120_000;

/**
 * When what came: whatever comes is noted with its moment, and read only when somebody asks. To read what came over one connection takes longer than what is measured, and
 * the next connection would wait for it.
 */
export class Sightings {
  readonly #read: ReadNames;
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Map<string, (at: number) => void>();
  #unread: { readonly at: number; readonly data: Buffer }[] = [];
  #rest = "";

  constructor(read: ReadNames) {
    this.#read = read;
  }

  /** Something came just now. */
  note(data: Buffer): void {
    this.#unread.push({ at: performance.now(), data });
    if (this.#waiting.size > 0) this.#readAll();
  }

  /** performance.now() when what is called so came, come or to come. Rejects where it does not come. */
  at(name: string): Promise<number> {
    this.#readAll();
    const at = this.#seen.get(name);
    if (at !== undefined) return Promise.resolve(at);
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => reject(new Error(`${name} did not come within ${longestMs} ms`)), longestMs);
      this.#waiting.set(name, (seenAt) => {
        clearTimeout(giveUp);
        resolve(seenAt);
      });
    });
  }

  #readAll(): void {
    const unread = this.#unread;
    this.#unread = [];
    for (const { at, data } of unread) {
      const { names, rest } = this.#read(this.#rest + data.toString("latin1"));
      this.#rest = rest;
      for (const name of names) {
        this.#seen.set(name, at);
        this.#waiting.get(name)?.(at);
        this.#waiting.delete(name);
      }
    }
  }
}
