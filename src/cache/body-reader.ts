import type { Clock } from "../lib/clock.ts";
import type { Restored } from "./restore.ts";
import type { Slices } from "./slices.ts";
import type { CacheTimings } from "./timings.ts";

export interface BodyReaderOptions {
  readonly restored: Pick<Restored, "bodies" | "close">;
  readonly clock: Clock;
  /** Short ones: nobody waits for what is read. */
  readonly slices: Slices;
  readonly timings: Pick<CacheTimings, "bodiesDelayMs">;
}

/**
 * Reads the bodies of a start from disk once those who waited for rows have been answered: from then on nothing depends on the disk, and what is damaged
 * on it is known. A body that is asked for before is read then.
 */
export class BodyReader {
  readonly #options: BodyReaderOptions;
  #cancelTimer: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: BodyReaderOptions) {
    this.#options = options;
    const { clock, timings, restored } = options;
    const read = (): void => {
      this.#cancelTimer = undefined;
      this.#reading = this.#read();
    };
    if (restored.bodies.length === 0) read();
    else this.#cancelTimer = clock.setTimer(read, timings.bodiesDelayMs);
  }

  /** Reads no more; resolves when nothing is open. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#reading;
    await this.#options.restored.close();
  }

  async #read(): Promise<void> {
    const { restored, slices } = this.#options;
    for (const bodies of restored.bodies) {
      await slices.turn();
      if (this.#isStopped) return;
      await bodies.load();
    }
    await restored.close();
  }
}
