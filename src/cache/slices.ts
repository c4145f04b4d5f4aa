import type { Clock } from "../lib/clock.ts";

/** Work in slices, so that the event loop is never held for long. Whoever shares one of these takes turns. */
export interface Slices {
  /** Begins a slice; the returned function says when it has had its time. */
  begin(): () => boolean;
  /** Lets everything else run first, and whoever has waited longer. To be awaited before a slice. */
  turn(): Promise<void>;
}

/** Slices of `sliceMs`; once round the event loop, new ones begin for no longer than that. */
export function createSlices(clock: Clock, sliceMs: number): Slices {
  const waiting: (() => void)[] = [];
  /** clock.monotonic() of the first slice this time round the loop. */
  let firstAt: number | undefined;
  // As many of these are queued as wait: what it lets go on runs before the next of them.
  const next = (): void => {
    if (firstAt === undefined) {
      firstAt = clock.monotonic();
      setImmediate(() => (firstAt = undefined));
    }
    if (clock.monotonic() - firstAt >= sliceMs) setImmediate(next);
    else waiting.shift()?.();
  };
  return {
    begin() {
      const startedAt = clock.monotonic();
      return () => clock.monotonic() - startedAt >= sliceMs;
    },
    turn: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        setImmediate(next);
      }),
  };
}
