import { describe, expect, it } from "vitest";
import { createLoopLoad } from "../../src/lib/loop-load.ts";
import { eventually } from "../support/eventually.ts";

/** A clock that stands still unless told otherwise: the event loop's own is the machine's. */
function newLoad() {
  let nowMs = 0;
  const load = createLoopLoad({ monotonic: () => nowMs });
  return { load, wait: (ms: number) => void (nowMs += ms) };
}

function work(ms: number): void {
  const from = performance.now();
  while (performance.now() - from < ms) Math.sqrt(ms);
}

describe("the load of the event loop", () => {
  it("should be what the loop did since somebody asked, over no less than a while", () => {
    const { load, wait } = newLoad();
    // Nothing but work since it was made, whatever the machine does besides.
    work(20);
    expect(load.isBusy()).toBe(false);
    wait(60);
    expect(load.isBusy()).toBe(true);
    expect(load.isBusy()).toBe(true);
  });

  it("should be none where the loop has waited for longer than it worked", async () => {
    const { load, wait } = newLoad();
    await eventually(async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      wait(60);
      // Whatever else runs in this process: some time it waits.
      expect(load.isBusy()).toBe(false);
    });
  });
});
