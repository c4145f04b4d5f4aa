import type { Clock } from "../lib/clock.ts";

export interface WithinOptions {
  readonly ms: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs `work` with a signal that is aborted after `ms` or with the outer one; nothing of it is left behind. */
export async function within<Value>(
  { ms, clock, signal }: WithinOptions,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const timeout = new AbortController();
  const cancel = clock.setTimer(() => timeout.abort(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await work(AbortSignal.any([signal, timeout.signal]));
  } finally {
    cancel();
  }
}
