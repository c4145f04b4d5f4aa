import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstIndex } from "../../src/lib/first-index.ts";

describe("firstIndex", () => {
  it("should find where a condition begins to hold, not before where it is told to begin, and the end where it never does", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), fc.nat(50), (length, begins, from) => {
        fc.pre(from <= length);
        const index = firstIndex(length, (at) => at >= begins, from);
        expect(index).toBe(Math.min(length, Math.max(from, begins)));
      }),
    );
  });
});
