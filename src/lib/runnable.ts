import { aborted } from "./aborted.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** A long-lived part of the process. */
export interface Runnable {
  /** For logs. */
  readonly name: string;
  /** Resolves once it is of use; rejects where it never will be. What depends on it starts after that. */
  readonly ready: Promise<void>;
  /** Works until the signal is aborted; resolves when everything it held is released. A rejection stops the process. Called once. */
  run(signal: AbortSignal): Promise<void>;
}

export interface RunInOrderOptions {
  readonly signal: AbortSignal;
  /** How long all groups together may take to stop; after that they are left to themselves. */
  readonly graceMs: number;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/**
 * Starts the groups one after another, each when the one before is ready, and stops them in reverse order once the signal is
 * aborted or one of them fails. Rejects with the first failure after all have stopped.
 */
export async function runInOrder(
  groups: readonly (readonly Runnable[])[],
  { signal, graceMs, logger, clock = systemClock }: RunInOrderOptions,
): Promise<void> {
  const started: {
    readonly group: readonly Runnable[];
    readonly stop: AbortController;
    readonly done: Promise<unknown>;
  }[] = [];
  const failed = new AbortController();
  const stopping = AbortSignal.any([signal, failed.signal]);
  let failure: { readonly error: unknown } | undefined;
  const fail = (runnable: Runnable, error: unknown): void => {
    if (stopping.aborted && failure === undefined && signal.aborted) {
      logger.error("part failed while stopping", { part: runnable.name, error });
      return;
    }
    failure ??= { error };
    failed.abort(error);
  };
  for (const group of groups) {
    if (stopping.aborted) break;
    const stop = new AbortController();
    const done = Promise.all(
      group.map((runnable) => runnable.run(stop.signal).catch((error: unknown) => fail(runnable, error))),
    );
    started.push({ group, stop, done });
    await Promise.race([
      aborted(stopping),
      Promise.all(group.map((runnable) => runnable.ready.catch((error: unknown) => fail(runnable, error)))),
    ]);
  }
  await aborted(stopping);
  const deadline = clock.monotonic() + graceMs;
  for (const { group, stop, done } of started.toReversed()) {
    stop.abort(new Error("stopping"));
    const leftMs = Math.max(0, deadline - clock.monotonic());
    const finished = await finishedWithin(clock, done, leftMs);
    if (!finished) logger.warn("part did not stop within its grace", { parts: group.map(({ name }) => name), graceMs });
  }
  if (failure !== undefined) throw failure.error;
}

function finishedWithin(clock: Clock, done: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(() => resolve(false), ms);
    void done.then(() => {
      cancel();
      resolve(true);
    });
  });
}
