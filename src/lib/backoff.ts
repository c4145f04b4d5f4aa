/** Random numbers in [0, 1) as a parameter. */
export type Random = () => number;

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  readonly random: Random;
}

/** Delays that grow by doubling with full jitter, so that many clients do not come back together. */
export interface Backoff {
  /** The next delay in milliseconds: uniform in (0, min(maxMs, baseMs * 2^n)]; never 0. */
  next(): number;
  /** Starts over after a success. */
  reset(): void;
}

export function createBackoff({ baseMs, maxMs, random }: BackoffOptions): Backoff {
  let attempt = 0;
  return {
    next() {
      const ceilingMs = Math.min(maxMs, baseMs * 2 ** attempt);
      // 2^30 x any base is over any ceiling: stop counting there.
      attempt = Math.min(attempt + 1, 30);
      return Math.max(1, Math.round((1 - random()) * ceilingMs));
    },
    reset() {
      attempt = 0;
    },
  };
}
