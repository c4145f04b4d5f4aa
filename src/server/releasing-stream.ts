import type { EventStream } from "./event-stream.ts";

/** Holds a stream back by its receiver. */
export interface ReleasingStream<Result> {
  /**
   * The same events, each taken from `stream` only after the one before was released; where the stream rejects, one last result made by
   * `toLast`, then its end.
   */
  wrap(stream: EventStream<Result>, toLast: (error: unknown) => Result): AsyncGenerator<Result, undefined, undefined>;
  /** The event taken last is out. */
  release(): void;
}

/** graphql-sse takes events as fast as they come and keeps what is not sent yet: this lets it have one at a time. */
export function createReleasingStream<Result>(): ReleasingStream<Result> {
  let isHeld = false;
  let onRelease: (() => void) | undefined;
  const release = (): void => {
    isHeld = false;
    onRelease?.();
    onRelease = undefined;
  };
  return {
    release,
    wrap(stream, toLast) {
      let hasFailed = false;
      const wrapped: AsyncGenerator<Result, undefined, undefined> = {
        async next() {
          if (hasFailed) return { done: true, value: undefined };
          if (isHeld) await new Promise<void>((resolve) => (onRelease = resolve));
          isHeld = true;
          try {
            return await stream.next();
          } catch (error) {
            hasFailed = true;
            return { done: false, value: toLast(error) };
          }
        },
        async return() {
          const result = await stream.return(undefined);
          release();
          return result;
        },
        async throw(error: unknown) {
          release();
          return await stream.throw(error);
        },
        [Symbol.asyncIterator]: () => wrapped,
      };
      return wrapped;
    },
  };
}
