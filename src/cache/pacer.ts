import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Deferred } from "../lib/deferred.ts";

/** How long to wait before the next attempt; "woken" = until something about the cluster changes. */
export type Pause = number | "woken";

/** The pauses of a loop, which may be cut short. A call of `wake` during the work between two pauses cuts the next one: nothing is missed. */
export class Pacer {
  readonly #clock: Clock;
  #current: { readonly over: Deferred<void>; readonly isOpenEnded: boolean } | undefined;
  #isWoken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a pause goes on that has no end of its own. */
  get isOpenEnded(): boolean {
    return this.#current?.isOpenEnded === true;
  }

  /** The work begins that the next pause comes after. */
  begin(): void {
    this.#isWoken = false;
  }

  wake(): void {
    this.#isWoken = true;
    this.#current?.over.resolve();
  }

  /** Resolves when the time is over, at `wake`, or when the signal is aborted. */
  async pause(pause: Pause, signal: AbortSignal): Promise<void> {
    if (pause === 0 || this.#isWoken || signal.aborted) return;
    const over = createDeferred();
    this.#current = { over, isOpenEnded: pause === "woken" };
    const end = (): void => over.resolve();
    signal.addEventListener("abort", end, { once: true });
    const cancel = pause === "woken" ? () => {} : this.#clock.setTimer(end, pause);
    await over.promise;
    cancel();
    signal.removeEventListener("abort", end);
    this.#current = undefined;
  }
}
