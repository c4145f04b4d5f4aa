import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ObjectRow } from "../../src/kube/rows/row.ts";
import { compareIds, compareRows, rowId } from "../../src/loaders/order/compile-order.ts";

const row = fc
  .record({
    clusterName: fc.constantFrom("home", "paris", "\u{1F600}", "\uFFFD"),
    namespace: fc.constantFrom("a", "ab", null),
    name: fc.constantFrom("x", "x-1", "x.1"),
    kind: fc.constantFrom("Job", "Deployment"),
    apiVersion: fc.constantFrom("v1", "apps/v1", "batch/v1"),
  })
  .map((fields) => fields as unknown as ObjectRow);

describe("ties", () => {
  it("should be broken alike by rows and by their ids, so that a cursor finds its place", () => {
    fc.assert(
      fc.property(row, row, (a, b) => {
        expect(Math.sign(compareIds(rowId(a), rowId(b)))).toBe(Math.sign(compareRows(a, b)));
      }),
    );
  });

  it("should have a place for an id that is none", () => {
    expect(compareIds("?", "?")).toBe(0);
    expect(compareIds("?", "x")).toBeLessThan(0);
  });
});
