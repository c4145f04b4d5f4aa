import { performance } from "node:perf_hooks";
import type { Clock } from "./clock.ts";

/** How much of its time the event loop works. */
export interface LoopLoad {
  /** Whether it has worked most of the time lately. To be asked before each slice of work that nobody waits for. */
  isBusy(): boolean;
}

/** Long enough that one slice of work does not pass for load. */
const windowMs = 50;
/** Part of the time. Above it, who asks next is likely to wait. */
const busyFrom = 0.5;

/** For what has no event loop of its own to look at. */
export const noLoad: LoopLoad = { isBusy: () => false };

/** Of this process's event loop, looked at whenever somebody asks: over the time since the look before, of at least `windowMs`. */
export function createLoopLoad(clock: Pick<Clock, "monotonic">): LoopLoad {
  let from = performance.eventLoopUtilization();
  let fromMs = clock.monotonic();
  let isBusy = false;
  return {
    isBusy() {
      const nowMs = clock.monotonic();
      if (nowMs - fromMs < windowMs) return isBusy;
      const now = performance.eventLoopUtilization();
      isBusy = performance.eventLoopUtilization(now, from).utilization > busyFrom;
      from = now;
      fromMs = nowMs;
      return isBusy;
    },
  };
}
