import type { Clock } from "../lib/clock.ts";

/** How many failures a second are borne, after a burst. */
export interface FailureBudget {
  /** Whether another failure can be borne. */
  isLeft(): boolean;
  spend(): void;
}

export function createFailureBudget(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  clock: Pick<Clock, "monotonic">,
): FailureBudget {
  let left = burst;
  let countedMs = clock.monotonic();
  const refill = (): void => {
    const nowMs = clock.monotonic();
    left = Math.min(burst, left + ((nowMs - countedMs) / 1000) * perSecond);
    countedMs = nowMs;
  };
  return {
    isLeft() {
      refill();
      return left >= 1;
    },
    spend() {
      refill();
      left -= 1;
    },
  };
}
