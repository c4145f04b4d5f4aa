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

/** Who waits for a value without a promise: thousands of readers that wait need no more than themselves. */
export interface Waiter {
  /** There may be a value now, or the end: to be polled again. */
  wake(): void;
}

/** A stream that may be read without promises. */
export interface PollableStream<T> {
  /**
   * The next value, at once. undefined: there is none now, and `waiter` is woken, at most once, when there may be one. Throws what the stream failed
   * with, once. Not to be called while a `next` is pending.
   */
  poll(waiter: Waiter): IteratorResult<T, undefined> | undefined;
}

export function isPollable<T>(stream: AsyncIterator<T>): stream is AsyncIterator<T> & PollableStream<T> {
  return "poll" in stream && typeof stream.poll === "function";
}

/**
 * An async iterator whose values are made only when they are asked for: the reader's pace is the pace. Unlike an async generator, `return`
 * ends it at once even while a `next` is waiting, so that nothing outlives a reader that has gone.
 */
export interface PullStream<T> extends AsyncIterableIterator<T>, PollableStream<T> {
  /** Its reader has asked for a value and waits. */
  readonly isWaiting: boolean;
  /** There may be a value now. */
  wake(): void;
  /** Ends the stream: the next `next` throws `error`, once. */
  fail(error: unknown): void;
}

export function createPullStream<T>(options: PullStreamOptions<T>): PullStream<T> {
  return new OptionsStream(options);
}

/** A pull stream that makes its values itself. A class, since thousands of them are open: what all have in common is not kept for each. */
export abstract class PulledStream<T> implements PullStream<T> {
  readonly #signal: AbortSignal | undefined;
  /** Made when somebody waits: most readers poll. */
  #waiting: Deferred<IteratorResult<T>>[] | undefined;
  #waiter: Waiter | undefined;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  /** See PullStreamOptions; without a signal it ends by `return` alone. `start` is to be called once the stream can be closed. */
  protected constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** See PullStreamOptions. */
  protected abstract produce(): T | undefined;
  protected abstract onClose(): void;

  protected start(): void {
    if (this.#signal?.aborted === true) this.#close();
    else this.#signal?.addEventListener("abort", this, { once: true });
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#close();
  }

  get isWaiting(): boolean {
    return this.#waiter !== undefined || (this.#waiting !== undefined && this.#waiting.length > 0);
  }

  wake(): void {
    if (this.#waiter !== undefined) return this.#wakeWaiter();
    const waiting = this.#waiting;
    while (!this.#isClosed && waiting !== undefined && waiting.length > 0) {
      let value: T | undefined;
      try {
        value = this.produce();
      } catch (error) {
        return this.fail(error);
      }
      if (value === undefined) return;
      waiting.shift()?.resolve({ done: false, value });
    }
  }

  fail(error: unknown): void {
    if (this.#isClosed) return;
    const first = this.#waiting?.shift();
    if (first === undefined) this.#failure = { error };
    else first.reject(error);
    this.#close();
  }

  poll(waiter: Waiter): IteratorResult<T, undefined> | undefined {
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      throw error;
    }
    if (this.#isClosed) return over;
    let value: T | undefined;
    // Waits while it is looked for one: it may be found that there is none, and what follows from that.
    this.#waiter = waiter;
    try {
      value = this.produce();
    } catch (error) {
      this.#waiter = undefined;
      this.#close();
      throw error;
    }
    if (value === undefined) return undefined;
    this.#waiter = undefined;
    return { done: false, value };
  }

  next(): Promise<IteratorResult<T>> {
    const entry = createDeferred<IteratorResult<T>>();
    if (this.#failure !== undefined) {
      entry.reject(this.#failure.error);
      this.#failure = undefined;
    } else if (this.#isClosed) {
      entry.resolve(over);
    } else {
      (this.#waiting ??= []).push(entry);
      this.wake();
    }
    return entry.promise;
  }

  return(): Promise<IteratorResult<T>> {
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T>> {
    this.#close();
    return Promise.reject(error as Error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this);
    try {
      this.onClose();
    } finally {
      for (const { resolve } of this.#waiting?.splice(0) ?? []) resolve(over);
      this.#wakeWaiter();
    }
  }

  #wakeWaiter(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.wake();
  }
}

const over: IteratorResult<never, undefined> = { done: true, value: undefined };

class OptionsStream<T> extends PulledStream<T> {
  readonly #options: PullStreamOptions<T>;

  constructor(options: PullStreamOptions<T>) {
    super(options.signal);
    this.#options = options;
    this.start();
  }

  protected override produce(): T | undefined {
    return this.#options.produce();
  }

  protected override onClose(): void {
    this.#options.onClose();
  }
}
