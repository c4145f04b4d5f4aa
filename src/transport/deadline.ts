import type { Clock } from "../lib/clock.ts";

/** A signal that ends with another one or after a time, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** It was the time. */
  readonly passed: boolean;
  readonly leftMs: number;
  /** The time does not count any more; the other signal still does. */
  lift(): void;
  /** Lets go of the other signal. Call it always: a signal that lives as long as a cluster must not collect listeners. */
  dispose(): void;
}

/** A reason of our own, so that it is never taken for the caller's. */
class DeadlineError extends Error {
  readonly code = "ETIMEDOUT";
}

export function createDeadline(clock: Clock, ms: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  const endMs = clock.monotonic() + ms;
  let passed = false;
  const cancel = clock.setTimer(() => {
    passed = true;
    controller.abort(new DeadlineError(`no answer within ${ms} ms`));
  }, ms);
  const onAbort = (): void => controller.abort(outer.reason);
  if (outer.aborted) onAbort();
  else outer.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    get leftMs() {
      return Math.max(0, endMs - clock.monotonic());
    },
    lift: cancel,
    dispose() {
      cancel();
      outer.removeEventListener("abort", onAbort);
    },
  };
}
