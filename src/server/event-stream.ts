import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Deferred } from "../lib/deferred.ts";

export interface EventStreamOptions<Event, Result> {
  /** What the schema's `subscribe` returned; taken over: it is returned exactly once, whatever happens. */
  readonly source: AsyncIterable<Event>;
  readonly clock: Clock;
  /** Makes the result of one event; `signal` is aborted when the stream ends meanwhile. A throw ends the stream with it. */
  readonly toResult: (event: Event, signal: AbortSignal) => Promise<Result>;
  /** Called once, when the stream has ended for whatever reason. */
  readonly onEnd: () => void;
}

/**
 * The results of one subscription, one event executed at a time and only when asked for: a receiver that does not ask holds the source
 * back, which merges or overflows by its own rule. Unlike an async generator it ends at once while an event is awaited: `return` and
 * `fail` settle the pending `next`, abort what runs, and return the source without waiting for it.
 */
export interface EventStream<Result> extends AsyncGenerator<Result, undefined, undefined> {
  /** Ends the stream: the next `next` rejects with `error`. Nothing where it has ended already. */
  fail(error: Error): void;
}

/**
 * How long one stream may go on without giving the others a turn. A source that always has a next event, and a reader that takes it as
 * fast, would never leave the microtask queue: no timer, no other client, no close.
 */
const sliceMs = 5;

export function createEventStream<Event, Result>({
  source,
  clock,
  toResult,
  onEnd,
}: EventStreamOptions<Event, Result>): EventStream<Result> {
  const iterator = source[Symbol.asyncIterator]();
  const finished: IteratorResult<Result, undefined> = { done: true, value: undefined };
  let pending: Deferred<IteratorResult<Result, undefined>> | undefined;
  let running: AbortController | undefined;
  let failure: Error | undefined;
  let hasEnded = false;
  let turnMs = clock.monotonic();

  const stream: EventStream<Result> = {
    next() {
      if (pending !== undefined) return Promise.reject(new Error("next was called while another is pending"));
      if (hasEnded) return takeFailure();
      const asked = createDeferred<IteratorResult<Result, undefined>>();
      pending = asked;
      advance().then(
        (result) => settle(asked, result),
        (error: unknown) => {
          end();
          if (pending === asked) pending = undefined;
          asked.reject(error);
        },
      );
      return asked.promise;
    },
    return() {
      end();
      if (pending !== undefined) settle(pending, finished);
      return Promise.resolve(finished);
    },
    throw(error: unknown) {
      end();
      if (pending !== undefined) settle(pending, finished);
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
    fail(error) {
      if (hasEnded) return;
      failure = error;
      end();
      const asked = pending;
      pending = undefined;
      if (asked === undefined) return;
      failure = undefined;
      asked.reject(error);
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;

  async function advance(): Promise<IteratorResult<Result, undefined>> {
    if (clock.monotonic() - turnMs > sliceMs) {
      await new Promise((resolve) => setImmediate(resolve));
      turnMs = clock.monotonic();
      if (hasEnded) return finished;
    }
    const next = await iterator.next();
    if (next.done === true || hasEnded) {
      end();
      return finished;
    }
    running = new AbortController();
    try {
      return { done: false, value: await toResult(next.value, running.signal) };
    } finally {
      running = undefined;
    }
  }

  function settle(asked: Deferred<IteratorResult<Result, undefined>>, result: IteratorResult<Result, undefined>): void {
    if (pending === asked) pending = undefined;
    asked.resolve(result);
  }

  function end(): void {
    if (hasEnded) return;
    hasEnded = true;
    running?.abort(new Error("the stream has ended"));
    // Not awaited: a generator that waits for its next event settles this only then.
    void Promise.resolve(iterator.return?.()).catch(() => {});
    onEnd();
  }

  function takeFailure(): Promise<IteratorResult<Result, undefined>> {
    const error = failure;
    failure = undefined;
    return error === undefined ? Promise.resolve(finished) : Promise.reject(error);
  }
}
