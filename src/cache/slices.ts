import type { Clock } from "../lib/clock.ts";

/** Work in slices, so that the event loop is never held for long. */
export interface Slices {
  /** Begins a slice; the returned function says when it has had its time. */
  begin(): () => boolean;
  /** Lets everything else run first. */
  pause(): Promise<void>;
}

/** Slices of `sliceMs`; `pause` goes once round the event loop. */
export function createSlices(clock: Clock, sliceMs: number): Slices {
  return {
    begin() {
      const startedAt = clock.monotonic();
      return () => clock.monotonic() - startedAt >= sliceMs;
    },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
