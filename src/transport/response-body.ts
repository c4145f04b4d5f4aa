/** The bytes of an answer, as they come. */
export interface ResponseBody extends AsyncIterable<Buffer> {
  push(chunk: Buffer): void;
  end(): void;
  fail(error: unknown): void;
  /** Gives up the rest and with it the connection; after the end it does nothing. */
  destroy(): void;
  /** The same, all that has come together at once. */
  turns(): AsyncIterable<readonly Buffer[]>;
  /** All of it. Throws BodyTooLargeError past `maxBytes`, having given up the rest. */
  read(maxBytes: number): Promise<Buffer>;
}

export interface ResponseBodySource {
  pause(): void;
  resume(): void;
  destroy(): void;
}

export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** Unread bytes at which the socket is told to wait: enough to keep a fast link busy, little for a thousand streams. */
const highWaterBytes = 512 * 1024;

/**
 * A queue between a socket that pushes and one reader that pulls. Leaving the reader's loop early destroys it; a failure is thrown after
 * the bytes that came before it were read.
 */
export function createResponseBody(source: ResponseBodySource): ResponseBody {
  let chunks: Buffer[] = [];
  let heldBytes = 0;
  let paused = false;
  let outcome: { readonly error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  const settle = (how: { readonly error?: unknown }): void => {
    outcome ??= how;
    notify();
  };
  const taken = (bytes: number): void => {
    heldBytes -= bytes;
    if (!paused || heldBytes >= highWaterBytes / 2) return;
    paused = false;
    source.resume();
  };
  /** Of `take` what it finds, as soon as that is anything; undefined at the end. */
  const whenThere = async <Taken>(take: () => Taken | undefined): Promise<Taken | undefined> => {
    for (;;) {
      if (chunks.length > 0) return take();
      if (outcome !== undefined) {
        if ("error" in outcome) throw outcome.error;
        return undefined;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const takeOne = (): Buffer | undefined => {
    const chunk = chunks.shift();
    taken(chunk?.length ?? 0);
    return chunk;
  };
  const takeAll = (): readonly Buffer[] => {
    const all = chunks;
    chunks = [];
    taken(heldBytes);
    return all;
  };
  const iterate = <Taken>(take: () => Taken | undefined): AsyncIterable<Taken> => ({
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = await whenThere(take);
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return() {
        body.destroy();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  });
  const body: ResponseBody = {
    push(chunk) {
      chunks.push(chunk);
      heldBytes += chunk.length;
      if (!paused && heldBytes > highWaterBytes) {
        paused = true;
        source.pause();
      }
      notify();
    },
    end: () => settle({}),
    fail: (error) => settle({ error }),
    destroy() {
      if (outcome === undefined) source.destroy();
    },
    async read(maxBytes) {
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new BodyTooLargeError(`the answer is longer than ${maxBytes} bytes`);
        parts.push(chunk);
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, bytes);
    },
    turns: () => iterate(takeAll),
    [Symbol.asyncIterator]: () => iterate(takeOne)[Symbol.asyncIterator](),
  };
  return body;
}
