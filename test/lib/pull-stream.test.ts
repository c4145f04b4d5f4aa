import { describe, expect, it } from "vitest";
import { createPullStream } from "../../src/lib/pull-stream.ts";

function fixture(): {
  values: number[];
  closed: () => number;
  stream: ReturnType<typeof createPullStream<number>>;
  abort: AbortController;
} {
  const values: number[] = [];
  let closed = 0;
  const abort = new AbortController();
  const stream = createPullStream<number>({
    produce: () => values.shift(),
    onClose: () => closed++,
    signal: abort.signal,
  });
  return { values, closed: () => closed, stream, abort };
}

describe("pull stream", () => {
  it("should hand out values in order, made only when asked for", async () => {
    const { values, stream } = fixture();
    values.push(1, 2);
    expect(values).toEqual([1, 2]);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    expect(values).toEqual([2]);
    expect(await stream.next()).toEqual({ done: false, value: 2 });
    const third = stream.next();
    values.push(3);
    stream.wake();
    expect(await third).toEqual({ done: false, value: 3 });
  });

  it("should end at once on return, even while a next is waiting, and release once", async () => {
    const { stream, closed } = fixture();
    const waiting = stream.next();
    await stream.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await stream.return?.();
    expect(closed()).toBe(1);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("should end without an error when the signal is aborted", async () => {
    const { stream, closed, abort } = fixture();
    const waiting = stream.next();
    abort.abort();
    expect((await waiting).done).toBe(true);
    expect(closed()).toBe(1);
  });

  it("should throw a failure once, to whoever asks next", async () => {
    const { stream, closed } = fixture();
    stream.fail(new Error("too slow"));
    expect(closed()).toBe(1);
    await expect(stream.next()).rejects.toThrow("too slow");
    expect((await stream.next()).done).toBe(true);
  });

  it("should be read without promises, its reader woken once when there may be more", () => {
    const { values, stream } = fixture();
    let woken = 0;
    const waiter = { wake: () => (woken += 1) };
    values.push(1);
    expect(stream.poll(waiter)).toEqual({ done: false, value: 1 });
    expect(stream.isWaiting).toBe(false);
    expect(stream.poll(waiter)).toBeUndefined();
    expect(stream.isWaiting).toBe(true);
    values.push(2);
    stream.wake();
    stream.wake();
    expect(woken).toBe(1);
    expect(stream.poll(waiter)).toEqual({ done: false, value: 2 });
  });

  it.each([
    ["its end", (stream: Stream) => void stream.return?.(), { done: true, value: undefined }],
    ["a failure", (stream: Stream) => stream.fail(new Error("too slow")), "too slow"],
  ])("should wake a reader without promises for %s", (_name, end, expected) => {
    const { stream, closed } = fixture();
    const seen: unknown[] = [];
    const poll = (): unknown => {
      try {
        return stream.poll({ wake: () => seen.push(poll()) });
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(poll()).toBeUndefined();
    end(stream);
    expect(seen).toEqual([expected]);
    expect(closed()).toBe(1);
    expect(poll()).toEqual({ done: true, value: undefined });
  });
});

type Stream = ReturnType<typeof createPullStream<number>>;
