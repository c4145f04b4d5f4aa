import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Deferred } from "../lib/deferred.ts";
import { isPollable } from "../lib/pull-stream.ts";
import type { Waiter } from "../lib/pull-stream.ts";

/** Who is given the results of a stream one by one. */
export interface EventSink<Result> {
  /** Takes a result; the next event is taken from the source when it resolves. Never rejects. */
  take(result: Result): Promise<void>;
  /** Called once, after the last `take` has resolved: with what ended the stream, or undefined where it simply ended or was returned. */
  onOver(error: unknown): void;
}

/**
 * The results of one subscription, one event executed at a time and only when asked for: a receiver that does not ask holds the source
 * back, which merges or overflows by its own rule. Unlike an async generator it ends at once while an event is awaited: `return` and
 * `fail` settle the pending `next`, abort what runs, and return the source without waiting for it.
 */
export interface EventStream<Result> extends AsyncGenerator<Result, undefined, undefined> {
  /** Ends the stream: the next `next` rejects with `error`. Nothing where it has ended already. */
  fail(error: Error): void;
  /** Gives everything to `sink`, which is the one reader then: while there is nothing to give, nothing is kept for it but itself. */
  pipe(sink: EventSink<Result>): void;
}

/**
 * How long one stream may go on without giving the others a turn. A source that always has a next event, and a reader that takes it as
 * fast, would never leave the microtask queue: no timer, no other client, no close.
 */
const sliceMs = 5;

/** A class, since thousands of them are open: what all have in common is not kept for each. */
export abstract class SourceStream<Event, Result> implements EventStream<Result>, Waiter {
  readonly #clock: Clock;
  readonly #iterator: AsyncIterator<Event>;
  #pending: Deferred<IteratorResult<Result, undefined>> | undefined;
  #running: AbortController | undefined;
  #failure: { readonly error: unknown } | undefined;
  #sink: EventSink<Result> | undefined;
  #phase: "idle" | "making" | "giving" = "idle";
  #hasEnded = false;
  #turnMs = 0;

  /** `source`: what the schema's `subscribe` returned; taken over: it is returned exactly once, whatever happens. */
  protected constructor(source: AsyncIterable<Event>, clock: Clock) {
    this.#clock = clock;
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Makes the result of one event; `signal` is aborted when the stream ends meanwhile. A throw ends the stream with it. */
  protected abstract toResult(event: Event, signal: AbortSignal): Promise<Result>;
  /** Called once, when the stream has ended for whatever reason. */
  protected abstract onEnd(): void;

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
    const asked = this.#pending;
    if (asked === undefined) this.#failure = { error };
    this.#pending = undefined;
    this.#end();
    asked?.reject(error);
  }

  pipe(sink: EventSink<Result>): void {
    this.#sink = sink;
    if (this.#hasEnded) this.#tellOver();
    else this.wake();
  }

  /** The source may have something for the sink. */
  wake(): void {
    if (this.#phase === "idle" && this.#sink !== undefined) void this.#pump(this.#sink);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Gives what there is; never rejects. */
  async #pump(sink: EventSink<Result>): Promise<void> {
    this.#phase = "making";
    this.#beginTurn();
    try {
      while (!this.#hasEnded) {
        if (this.#isOverdue()) {
          await this.#giveTurn();
          continue;
        }
        const next = isPollable(this.#iterator) ? this.#iterator.poll(this) : await this.#iterator.next();
        // Nothing now: the source wakes us.
        if (next === undefined) return;
        const result = await this.#execute(next);
        if (result.done === true || this.#hasEnded) break;
        this.#phase = "giving";
        await sink.take(result.value);
        this.#phase = "making";
      }
    } catch (error) {
      if (!this.#hasEnded) this.#failure = { error };
    } finally {
      this.#phase = "idle";
    }
    this.#end();
    this.#tellOver();
  }

  #tellOver(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.onOver(this.#failure?.error);
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
    if (this.#isOverdue()) {
      await this.#giveTurn();
      if (this.#hasEnded) return finished;
    }
    return this.#execute(await this.#iterator.next());
  }

  async #giveTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#beginTurn();
  }

  /** In whole milliseconds, which take no memory of their own. */
  #beginTurn(): void {
    this.#turnMs = Math.ceil(this.#clock.monotonic());
  }

  #isOverdue(): boolean {
    return this.#clock.monotonic() - this.#turnMs > sliceMs;
  }

  async #execute(next: IteratorResult<Event>): Promise<IteratorResult<Result, undefined>> {
    if (next.done === true || this.#hasEnded) {
      this.#end();
      return finished;
    }
    this.#running = new AbortController();
    try {
      return { done: false, value: await this.toResult(next.value, this.#running.signal) };
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
    this.onEnd();
    // What is being given is given to its end; a result that is being made is not waited for.
    if (this.#phase !== "giving") this.#tellOver();
  }

  #takeFailure(): Promise<IteratorResult<Result, undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? Promise.resolve(finished) : Promise.reject(failure.error as Error);
  }
}

const finished: IteratorResult<never, undefined> = { done: true, value: undefined };
