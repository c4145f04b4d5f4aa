import { createBackoff } from "../../lib/backoff.ts";
import type { Backoff, Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import type { KubeErrorReason } from "../../kube/kube-error.ts";
import type { Logger } from "../../lib/logger.ts";

export interface ControlLoopOptions {
  readonly name: string;
  /** Brings the world nearer to what the key wants; repeatable. What it throws is tried again later. */
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

/** Outrun by another writer, gone meanwhile, or refused for what a user wrote: nothing is wrong with the controller. */
const expected: readonly KubeErrorReason[] = ["Conflict", "NotFound", "AlreadyExists", "Forbidden", "Invalid"];

export function createControlLoop({ name, reconcile, clock, random, logger }: ControlLoopOptions): ControlLoop {
  const dirty = new Set<string>();
  const timers = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  /** Of keys that failed last time; the others wait for none of them. */
  const backoffs = new Map<string, Backoff>();
  let wake = (): void => {};

  const fail = (key: string, error: unknown): void => {
    if (!isKubeError(error, ...expected)) logger.warn("controller failed", { controller: name, key, error });
    const backoff = backoffs.get(key) ?? createBackoff({ baseMs: 20, maxMs: 30_000, random });
    backoffs.set(key, backoff);
    loop.addAfter(key, backoff.next());
  };
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
      signal.addEventListener("abort", () => wake(), { once: true });
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
          backoffs.delete(key);
        } catch (error) {
          if (signal.aborted) break;
          fail(key, error);
        }
      }
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
    },
  };
  return loop;
}
