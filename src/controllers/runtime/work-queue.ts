import { createDeferred } from "../../lib/deferred.ts";
import { createBackoff } from "../../lib/backoff.ts";
import type { Backoff, Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Deferred } from "../../lib/deferred.ts";

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** First and longest wait between failures of one name; unset = 0.5 s and 5 min. */
  readonly baseMs?: number;
  readonly maxMs?: number;
}

/**
 * A queue of names of things to look at, as client-go's: a name waits at most once however often it is added, is never worked on by two at a
 * time, and what is added while it is worked on is worked on once more after. Order is that of adding.
 */
export interface WorkQueue {
  /** Names that wait their turn, without those that wait for a time. */
  readonly size: number;
  add(name: string): void;
  /** Adds after `ms`; of several waits for a name the shortest counts. */
  addAfter(name: string, ms: number): void;
  /** Adds after a wait that grows with each call, until `forget`. */
  retry(name: string): void;
  /** The next failure of the name is its first again. */
  forget(name: string): void;
  /** The next name, which is then in work; undefined once the signal is aborted. */
  take(signal: AbortSignal): Promise<string | undefined>;
  /** The name is no longer in work. */
  done(name: string): void;
  /** Takes back every wait, so that no timer is left. */
  close(): void;
}

export function createWorkQueue({ clock, random, baseMs = 500, maxMs = 300_000 }: WorkQueueOptions): WorkQueue {
  const ready: string[] = [];
  /** What must be worked on: either in `ready`, or in work and wanted again. */
  const dirty = new Set<string>();
  const processing = new Set<string>();
  const delayed = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  const failures = new Map<string, Backoff>();
  /** Those who wait for a name; all are woken by one and look again. */
  let waiting: Deferred[] = [];

  const makeReady = (name: string): void => {
    ready.push(name);
    for (const { resolve } of waiting) resolve();
    waiting = [];
  };
  const queue: WorkQueue = {
    get size() {
      return ready.length;
    },
    add(name) {
      if (dirty.has(name)) return;
      dirty.add(name);
      if (!processing.has(name)) makeReady(name);
    },
    addAfter(name, ms) {
      const atMs = clock.monotonic() + ms;
      const before = delayed.get(name);
      if (before !== undefined && before.atMs <= atMs) return;
      before?.cancel();
      const cancel = clock.setTimer(() => {
        delayed.delete(name);
        queue.add(name);
      }, ms);
      delayed.set(name, { atMs, cancel });
    },
    retry(name) {
      const backoff = failures.get(name) ?? createBackoff({ baseMs, maxMs, random });
      failures.set(name, backoff);
      queue.addAfter(name, backoff.next());
    },
    forget(name) {
      failures.delete(name);
    },
    async take(signal) {
      while (!signal.aborted) {
        const name = ready.shift();
        if (name !== undefined) {
          processing.add(name);
          dirty.delete(name);
          return name;
        }
        const woken = createDeferred();
        waiting.push(woken);
        await untilAborted(woken.promise, signal);
      }
      return undefined;
    },
    done(name) {
      processing.delete(name);
      if (dirty.has(name)) makeReady(name);
    },
    close() {
      for (const { cancel } of delayed.values()) cancel();
      delayed.clear();
    },
  };
  return queue;
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = createDeferred();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
