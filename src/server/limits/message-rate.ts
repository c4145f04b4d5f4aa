import type { Clock } from "../../lib/clock.ts";

/**
 * Counts the messages of one sender: false once there are more than `perSecond` on average, after a burst of twice as many (RELIABILITY T16).
 */
export function createMessageRate(perSecond: number, clock: Pick<Clock, "monotonic">): () => boolean {
  const burst = 2 * perSecond;
  let left = burst;
  let countedMs = clock.monotonic();
  return () => {
    const nowMs = clock.monotonic();
    left = Math.min(burst, left + ((nowMs - countedMs) / 1000) * perSecond);
    countedMs = nowMs;
    left -= 1;
    return left >= 0;
  };
}
