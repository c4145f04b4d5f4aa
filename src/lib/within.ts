import type { Clock } from "./clock.ts";

export interface WithinOptions {
  readonly clock: Clock;
  readonly ms: number;
  /** Any of them ends the work, too; they may live as long as the process. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Runs `work` with a signal that is aborted after `ms` or with the first of the outer ones, and waits for it. Nothing is left behind: on Node 20
 * AbortSignal.any leaves some 90 bytes on each of its parents, every time.
 */
export async function within<Value>(
  { clock, ms, signals }: WithinOptions,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const child = new AbortController();
  const cancel = clock.setTimer(() => child.abort(new Error(`no answer within ${ms} ms`)), ms);
  const follow = signals.map((outer) => {
    const onAbort = (): void => child.abort(outer.reason);
    if (outer.aborted) onAbort();
    else outer.addEventListener("abort", onAbort, { once: true });
    return () => outer.removeEventListener("abort", onAbort);
  });
  try {
    return await work(child.signal);
  } finally {
    cancel();
    for (const leave of follow) leave();
  }
}
