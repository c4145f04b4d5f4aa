import { createDeferred } from "./deferred.ts";
import type { Deferred } from "./deferred.ts";

export interface PullStreamOptions<T> {
  /** The next value, or undefined where there is none now: `wake` is called when there may be one. A throw ends the stream with it. */
  readonly produce: () => T | undefined;
  /** Called exactly once, when the stream is over for whatever reason; releases what it held. */
  readonly onClose: () => void;
  /** Aborting it ends the stream without an error. */
  readonly signal: AbortSignal;
}

/**
 * An async iterator whose values are made only when they are asked for: the reader's pace is the pace. Unlike an async generator, `return`
 * ends it at once even while a `next` is waiting, so that nothing outlives a reader that has gone.
 */
export interface PullStream<T> extends AsyncIterableIterator<T> {
  /** Its reader has asked for a value and waits. */
  readonly isWaiting: boolean;
  /** There may be a value now. */
  wake(): void;
  /** Ends the stream: the next `next` throws `error`, once. */
  fail(error: unknown): void;
}

export function createPullStream<T>({ produce, onClose, signal }: PullStreamOptions<T>): PullStream<T> {
  let closed = false;
  let failure: { readonly error: unknown } | undefined;
  const waiting: Deferred<IteratorResult<T>>[] = [];
  const done: IteratorResult<T> = { done: true, value: undefined };

  const close = (): void => {
    if (closed) return;
    closed = true;
    signal.removeEventListener("abort", close);
    try {
      onClose();
    } finally {
      for (const { resolve } of waiting.splice(0)) resolve(done);
    }
  };
  const fail = (error: unknown): void => {
    if (closed) return;
    const first = waiting.shift();
    if (first === undefined) failure = { error };
    else first.reject(error);
    close();
  };
  const wake = (): void => {
    while (!closed && waiting.length > 0) {
      let value: T | undefined;
      try {
        value = produce();
      } catch (error) {
        return fail(error);
      }
      if (value === undefined) return;
      waiting.shift()?.resolve({ done: false, value });
    }
  };

  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });

  return {
    get isWaiting() {
      return waiting.length > 0;
    },
    wake,
    fail,
    next() {
      const entry = createDeferred<IteratorResult<T>>();
      if (failure !== undefined) {
        entry.reject(failure.error);
        failure = undefined;
      } else if (closed) {
        entry.resolve(done);
      } else {
        waiting.push(entry);
        wake();
      }
      return entry.promise;
    },
    return() {
      close();
      return Promise.resolve(done);
    },
    throw(error) {
      close();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
