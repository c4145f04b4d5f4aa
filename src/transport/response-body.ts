/** The bytes of an answer, as they come. */
export interface ResponseBody extends AsyncIterable<Buffer> {
  push(chunk: Buffer): void;
  end(): void;
  fail(error: unknown): void;
  /** Gives up the rest and with it the connection; after the end it does nothing. */
  destroy(): void;
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
  const chunks: Buffer[] = [];
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
  const next = async (): Promise<Buffer | undefined> => {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        heldBytes -= chunk.length;
        if (paused && heldBytes < highWaterBytes / 2) {
          paused = false;
          source.resume();
        }
        return chunk;
      }
      if (outcome !== undefined) {
        if ("error" in outcome) throw outcome.error;
        return undefined;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
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
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          body.destroy();
          throw new BodyTooLargeError(`the answer is longer than ${maxBytes} bytes`);
        }
        parts.push(chunk);
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, bytes);
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = await next();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return() {
        body.destroy();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return body;
}
