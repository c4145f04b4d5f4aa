import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { within } from "../../src/lib/within.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** Work that ends only with its signal. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

describe("within", () => {
  it("should give what the work gives, and leave nothing on clock or signals", async () => {
    const clock = createFakeClock();
    const outer = [new AbortController(), new AbortController()];
    const signals = outer.map(({ signal }) => signal);
    let inside = 0;
    const work = async (): Promise<number> => {
      await Promise.resolve();
      inside = signals.flatMap((signal) => getEventListeners(signal, "abort")).length;
      return 7;
    };
    expect(await within({ clock, ms: 100, signals }, work)).toBe(7);
    expect(inside).toBe(2);
    expect(signals.flatMap((signal) => getEventListeners(signal, "abort"))).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("should abort the work when its time is over", async () => {
    const clock = createFakeClock();
    const answer = within({ clock, ms: 100, signals: [] }, endless);
    const failed = expect(answer).rejects.toThrow("no answer within 100 ms");
    await clock.advance(100);
    await failed;
  });

  it("should abort the work with any of the signals, at once where one is aborted already", async () => {
    const clock = createFakeClock();
    const [first, second] = [new AbortController(), new AbortController()];
    const answer = within({ clock, ms: 100, signals: [first.signal, second.signal] }, endless);
    second.abort(new Error("left"));
    await expect(answer).rejects.toThrow("left");
    await expect(within({ clock, ms: 100, signals: [second.signal] }, endless)).rejects.toThrow("left");
    expect(getEventListeners(first.signal, "abort")).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
