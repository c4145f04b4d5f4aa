import type { Clock } from "../lib/clock.ts";

/** A controller that is aborted with its parent, for one piece of work. */
export interface ChildAbort {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Leaves the parent: to be called when the work is over, or the parent keeps it. */
  release(): void;
}

/** AbortSignal.any is not used: on Node 20 it leaves something behind on a parent that lives as long as the process. */
export function createChildAbort(parent: AbortSignal): ChildAbort {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(parent.reason);
  if (parent.aborted) onAbort();
  else parent.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent.removeEventListener("abort", onAbort),
  };
}

/** Settles as `work` does, or rejects with the signal's reason as soon as that is aborted; then nobody waits for `work` any more. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort!);
    work.catch(() => {});
  }
}

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal: AbortSignal;
  /** What it rejects with when time is up. */
  readonly expired: () => Error;
}

/** Runs `work` with a signal that is aborted after `ms`; rejects at that moment, whether or not the work heeds it. */
export async function withDeadline<T>(
  { clock, ms, signal, expired }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const child = createChildAbort(signal);
  const cancel = clock.setTimer(() => child.abort(expired()), ms);
  try {
    return await untilAborted(work(child.signal), child.signal);
  } finally {
    cancel();
    child.release();
  }
}
