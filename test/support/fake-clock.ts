import type { Clock } from "../../src/lib/clock.ts";

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves time on, firing due timers in order, and lets promise jobs run between them. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as NTP or a sleep does. */
  jump(ms: number): void;
  /** Timers that are set. */
  readonly pending: number;
}

export function createFakeClock(startMs = Date.UTC(2026, 10, 21)): FakeClock {
  let monotonicMs = 0;
  let offsetMs = startMs;
  let order = 0;
  const timers = new Map<number, { readonly atMs: number; readonly callback: () => void }>();
  const jobs = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => offsetMs + monotonicMs,
    monotonic: () => monotonicMs,
    setTimer(callback, ms) {
      const id = order++;
      timers.set(id, { atMs: monotonicMs + Math.max(0, ms), callback });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const untilMs = monotonicMs + ms;
      await jobs();
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.atMs <= untilMs)
          .sort(([a, x], [b, y]) => x.atMs - y.atMs || a - b)[0];
        if (due === undefined) break;
        monotonicMs = Math.max(monotonicMs, due[1].atMs);
        timers.delete(due[0]);
        due[1].callback();
        await jobs();
      }
      monotonicMs = untilMs;
      await jobs();
    },
    jump(ms) {
      offsetMs += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}
