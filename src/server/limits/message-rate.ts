import type { Clock } from "../../lib/clock.ts";

/** Counts the messages of one sender. A class, and in whole numbers, since thousands of them are kept. */
export class MessageRate {
  readonly #perSecond: number;
  readonly #clock: Pick<Clock, "monotonic">;
  /** Thousandths of a message: a millisecond is as many of them as messages are let through in a second. */
  #left: number;
  #countedMs: number;

  constructor(perSecond: number, clock: Pick<Clock, "monotonic">) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#left = this.#burst;
    this.#countedMs = this.#nowMs();
  }

  /** Takes one message; false once there are more than `perSecond` on average, after a burst of twice as many (RELIABILITY T16). */
  take(): boolean {
    const nowMs = this.#nowMs();
    this.#left = Math.min(this.#burst, this.#left + (nowMs - this.#countedMs) * this.#perSecond) - 1_000;
    this.#countedMs = nowMs;
    return this.#left >= 0;
  }

  get #burst(): number {
    return 2_000 * this.#perSecond;
  }

  #nowMs(): number {
    return Math.floor(this.#clock.monotonic());
  }
}
