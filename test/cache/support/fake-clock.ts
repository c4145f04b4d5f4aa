import type { Clock } from "../../../src/lib/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time turned by hand. */
export class FakeClock implements Clock {
  #monotonic = 0;
  #wall = 1_790_000_000_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(callback: () => void, ms: number): () => void {
    const timer = { at: this.#monotonic + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Only the wall clock. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets `ms` pass: timers in order, everything they set off settled before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    await settle();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers)
        if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer;
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#pass(Math.max(0, next.at - this.#monotonic));
      next.callback();
      await settle();
    }
    this.#pass(until - this.#monotonic);
  }

  #pass(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }
}

/** Everything that waits for nothing but promises and turns of the loop has happened. */
export async function settle(turns = 1): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
