import { describe, expect, it } from "vitest";
import { createSlices } from "../../src/cache/slices.ts";
import { systemClock } from "../../src/lib/clock.ts";

const roundTheLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Who ran when, "|" between two times round the loop: three resources with three slices each, of `ms`. */
async function run(ms: number): Promise<string> {
  let now = 0;
  const slices = createSlices({ ...systemClock, monotonic: () => now }, 5);
  let ran = "";
  let working = 3;
  const work = async (name: string): Promise<void> => {
    for (let slice = 0; slice < 3; slice++) {
      await slices.turn();
      ran += name;
      now += ms;
    }
    working--;
  };
  const looping = (async () => {
    while (working > 0) {
      await roundTheLoop();
      ran += "|";
    }
  })();
  await Promise.all([work("a"), work("b"), work("c"), looping]);
  return ran.replaceAll(/\|+/gu, "|").replaceAll(/^\||\|$/gu, "");
}

describe("slices", () => {
  it("should let one long slice run each time round the loop, in turns", async () => {
    expect(await run(5)).toBe("a|b|c|a|b|c|a|b|c");
  });

  it("should let short ones run together", async () => {
    expect(await run(1)).toBe("abc|abc|abc");
  });

  it("should end a slice when its time is over", () => {
    let now = 0;
    const isOver = createSlices({ ...systemClock, monotonic: () => now }, 5).begin();
    expect(isOver()).toBe(false);
    now = 5;
    expect(isOver()).toBe(true);
  });
});
