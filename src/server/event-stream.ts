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

export function createEventStream<Event, Result>(options: EventStreamOptions<Event, Result>): EventStream<Result> {
  return new SourceStream(options);
}

/** A class, since thousands of them are open: what all have in common is not kept for each. */
class SourceStream<Event, Result> implements EventStream<Result> {
  readonly #options: EventStreamOptions<Event, Result>;
  readonly #iterator: AsyncIterator<Event>;
  #pending: Deferred<IteratorResult<Result, undefined>> | undefined;
  #running: AbortController | undefined;
  #failure: Error | undefined;
  #hasEnded = false;
  #turnMs: number;

  constructor(options: EventStreamOptions<Event, Result>) {
    this.#options = options;
    this.#iterator = options.source[Symbol.asyncIterator]();
    this.#turnMs = options.clock.monotonic();
  }

  next(): Promise<IteratorResult<Result, undefined>> {
    if (this.#pending !== undefined) return Promise.reject(new Error("next was called while another is pending"));
    if (this.#hasEnded) return this.#takeFailure();
    const asked = createDeferred<IteratorResult<Result, undefined>>();
    this.#pending = asked;
    void this.#advance(asked);
    return asked.promise;
  }

  return(): Promise<IteratorResult<Result, undefined>> {
    this.#end();
    if (this.#pending !== undefined) this.#settle(this.#pending, finished);
    return Promise.resolve(finished);
  }

  throw(error: unknown): Promise<IteratorResult<Result, undefined>> {
    this.#end();
    if (this.#pending !== undefined) this.#settle(this.#pending, finished);
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  fail(error: Error): void {
    if (this.#hasEnded) return;
    this.#failure = error;
    this.#end();
    const asked = this.#pending;
    this.#pending = undefined;
    if (asked === undefined) return;
    this.#failure = undefined;
    asked.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Settles what was asked for; never rejects. */
  async #advance(asked: Deferred<IteratorResult<Result, undefined>>): Promise<void> {
    try {
      this.#settle(asked, await this.#take());
    } catch (error) {
      this.#end();
      if (this.#pending === asked) this.#pending = undefined;
      asked.reject(error);
    }
  }

  async #take(): Promise<IteratorResult<Result, undefined>> {
    const { clock, toResult } = this.#options;
    if (clock.monotonic() - this.#turnMs > sliceMs) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#turnMs = clock.monotonic();
      if (this.#hasEnded) return finished;
    }
    const next = await this.#iterator.next();
    if (next.done === true || this.#hasEnded) {
      this.#end();
      return finished;
    }
    this.#running = new AbortController();
    try {
      return { done: false, value: await toResult(next.value, this.#running.signal) };
    } finally {
      this.#running = undefined;
    }
  }

  #settle(asked: Deferred<IteratorResult<Result, undefined>>, result: IteratorResult<Result, undefined>): void {
    if (this.#pending === asked) this.#pending = undefined;
    asked.resolve(result);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#running?.abort(new Error("the stream has ended"));
    // Not awaited: a generator that waits for its next event settles this only then.
    void Promise.resolve(this.#iterator.return?.()).catch(() => {});
    this.#options.onEnd();
  }

  #takeFailure(): Promise<IteratorResult<Result, undefined>> {
    const error = this.#failure;
    this.#failure = undefined;
    return error === undefined ? Promise.resolve(finished) : Promise.reject(error);
  }
}

const finished: IteratorResult<never, undefined> = { done: true, value: undefined };
