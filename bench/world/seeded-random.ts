/** Numbers from 0 to 1 that are the same for the same seed, so that every run measures the same world (mulberry32). */
export interface SeededRandom {
  next(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** Never undefined: `items` must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** That many characters of the alphabet Kubernetes makes names from. */
  suffix(length: number): string;
}

/** Without vowels and look-alikes, as the API server's own name generator. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    suffix: (length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(""),
  };
}
