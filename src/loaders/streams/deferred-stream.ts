import type { PullStream } from "../../lib/pull-stream.ts";
import type { SharedStream } from "../../lib/shared-stream.ts";

/**
 * A stream that must wait for something before it can begin. `start` is called at once and told to stop by its signal; ending the stream while it
 * waits leaves nothing behind.
 */
export function createDeferredStream<T>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => Promise<PullStream<T> & SharedStream<T>>,
): AsyncIterableIterator<T> & SharedStream<T> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const started = start(either);
  started.catch(() => {});
  const ended = new Promise<undefined>((resolve) => {
    if (either.aborted) resolve(undefined);
    else either.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const done: IteratorResult<T> = { done: true, value: undefined };
  return {
    async next() {
      const stream = await Promise.race([started, ended]);
      return stream === undefined ? done : stream.next();
    },
    return() {
      stop.abort();
      return Promise.resolve(done);
    },
    attach(receiver) {
      started.then(
        (stream) => stream.attach(receiver),
        () => {},
      );
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
