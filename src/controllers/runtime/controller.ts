import { createWorkQueue } from "./work-queue.ts";
import type { Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Runnable } from "../../lib/runnable.ts";

/** What came of one look: nothing more to do, or look again after `afterMs`. */
export type Outcome = "settled" | { readonly again: true; readonly afterMs: number };

/** Thrown by a reconciler where trying again is of no use until the world changes. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}

export interface ControllerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How many names are worked on at a time; unset = 4. */
  readonly workers?: number;
  /** Begins to tell which names to look at, those of now first; returns the undo. */
  start(enqueue: (name: string) => void): () => void;
  /** Reads the world, and brings it one step nearer to what it should be. Idempotent. A throw is tried again, later each time. */
  reconcile(name: string, signal: AbortSignal): Promise<Outcome>;
}

/** Level-triggered: what happened does not matter, only what is. No name is lost, and none is worked on twice at a time. */
export function createController(options: ControllerOptions): Runnable {
  const { name, clock, random, logger, workers = 4 } = options;
  let becomeReady!: () => void;
  return {
    name,
    ready: new Promise((resolve) => (becomeReady = resolve)),
    async run(signal) {
      const queue = createWorkQueue({ clock, random });
      const work = async (): Promise<void> => {
        for (let key = await queue.take(signal); key !== undefined; key = await queue.take(signal)) {
          try {
            const outcome = await options.reconcile(key, signal);
            queue.forget(key);
            if (outcome !== "settled") queue.addAfter(key, outcome.afterMs);
          } catch (error) {
            if (signal.aborted) return;
            logger.warn("reconcile failed", { controller: name, key, error });
            if (!(error instanceof TerminalError)) queue.retry(key);
          } finally {
            queue.done(key);
          }
        }
      };
      const stop = options.start((key) => queue.add(key));
      becomeReady();
      try {
        await Promise.all(Array.from({ length: workers }, work));
      } finally {
        stop();
        queue.close();
      }
    },
  };
}
