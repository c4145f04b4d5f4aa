import { createBackoff } from "../../lib/backoff.ts";
import type { Random } from "../../lib/backoff.ts";
import { sleep } from "../../lib/clock.ts";
import type { Clock } from "../../lib/clock.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import type { Logger } from "../../lib/logger.ts";

export interface ControlLoopOptions {
  readonly name: string;
  /** Brings the world nearer to what the key wants; repeatable. A Conflict or NotFound means: look again later. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Keys that want a look, each once however often it was added; one worker. */
export interface ControlLoop {
  add(key: string): void;
  /** Adds it after `ms`, or when it was to be added anyway, whichever comes first. */
  addAfter(key: string, ms: number): void;
  run(signal: AbortSignal): Promise<void>;
}

export function createControlLoop({ name, reconcile, clock, random, logger }: ControlLoopOptions): ControlLoop {
  const dirty = new Set<string>();
  const timers = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  let wake = (): void => {};

  const loop: ControlLoop = {
    add(key) {
      dirty.add(key);
      wake();
    },
    addAfter(key, ms) {
      const atMs = clock.monotonic() + ms;
      const waiting = timers.get(key);
      if (waiting !== undefined && waiting.atMs <= atMs) return;
      waiting?.cancel();
      const cancel = clock.setTimer(() => {
        timers.delete(key);
        loop.add(key);
      }, ms);
      timers.set(key, { atMs, cancel });
    },
    async run(signal) {
      const backoff = createBackoff({ baseMs: 20, maxMs: 2_000, random });
      const onAbort = (): void => wake();
      signal.addEventListener("abort", onAbort, { once: true });
      while (!signal.aborted) {
        const [key] = dirty;
        if (key === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        dirty.delete(key);
        try {
          await reconcile(key, signal);
          backoff.reset();
        } catch (error) {
          if (signal.aborted) break;
          // Outrun by another writer, or gone meanwhile: the next look sees it.
          if (!isKubeError(error, "Conflict", "NotFound", "AlreadyExists"))
            logger.warn("controller failed", { controller: name, key, error });
          dirty.add(key);
          await sleep(clock, backoff.next(), signal).catch(() => {});
        }
      }
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
    },
  };
  return loop;
}
