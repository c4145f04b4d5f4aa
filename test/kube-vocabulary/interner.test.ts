import { describe, expect, it } from "vitest";
import { createInterner } from "../../src/kube/interner.ts";

describe("an interner", () => {
  it("should give the value made before where an equal one comes with the same hint", () => {
    const interner = createInterner();
    const made = interner.shared([{ name: "a", optional: false }], "a");
    expect(interner.shared([{ name: "a", optional: false }], "a")).toBe(made);
  });

  it.each([
    [{ a: 1 }, { a: "1" }],
    [{ a: null }, {}],
    [{ a: undefined }, { b: undefined }],
    [[], {}],
    [["a"], ["a", "b"]],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
  ])("should tell %j from %j, whatever the hint", (one, other) => {
    const interner = createInterner();
    interner.shared(one as object, "x");
    expect(interner.shared(other as object, "x")).toBe(other);
  });

  it("should hold few of what comes with one hint", () => {
    const interner = createInterner();
    const first = interner.shared({ n: 0 }, "x");
    for (let n = 1; n <= 16; n++) interner.shared({ n }, "x");
    expect(interner.shared({ n: 16 }, "x")).toEqual({ n: 16 });
    expect(interner.shared({ n: 0 }, "x")).not.toBe(first);
  });

  it("should share maps of the same entries, also where others came in between", () => {
    const interner = createInterner();
    const map = interner.map({ app: "a" });
    const other = interner.map({ app: "b" });
    expect(interner.map({ app: "a" })).toBe(map);
    expect(interner.map({ app: "b" })).toBe(other);
    expect(other).not.toEqual(map);
  });

  it("should take the word of whoever knows how to compare", () => {
    const interner = createInterner();
    const made = interner.shared({ n: 1, more: 1 }, "x");
    expect(interner.shared({ n: 1, more: 2 }, "x", (one, other) => one.n === other.n)).toBe(made);
    expect(interner.shared({ n: 2, more: 1 }, "x", (one, other) => one.n === other.n)).not.toBe(made);
  });

  it("should give equal values one token, others another, also once it has forgotten which it gave", () => {
    const interner = createInterner(2);
    const toKey = (value: object): string => JSON.stringify(value);
    const values = [1, 2, 3, 4, 5].map((n) => ({ n }));
    const tokens = values.map((value) => interner.token(value, toKey));
    expect(new Set(tokens).size).toBe(5);
    expect(interner.token({ n: 5 }, toKey)).toBe(tokens[4]);
    expect(values.map((value) => interner.token(value, () => "not asked again"))).toEqual(tokens);
    expect(tokens).not.toContain(interner.token({ n: 6 }, toKey));
  });
});
