import type { Clock } from "../lib/clock.ts";
import { within as withinSignals } from "../lib/within.ts";

export interface WithinOptions {
  readonly ms: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs `work` with a signal that is aborted after `ms` or with the outer one; nothing of it is left behind. */
export function within<Value>(
  { ms, clock, signal }: WithinOptions,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  return withinSignals({ clock, ms, signals: [signal] }, work);
}
