import { describe, expect, it } from "vitest";
import { quote } from "../../../src/server/rows/write-leaf.ts";

describe("quote", () => {
  it("should write every character as JSON.stringify does, alone and beside others", () => {
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (quote(character) !== JSON.stringify(character)) expect(quote(character)).toBe(JSON.stringify(character));
    }
    for (const text of ["", "a🎈b", "\ud800a", "a\udc00", 'x"y\\z', "\u2028"]) {
      expect(quote(text)).toBe(JSON.stringify(text));
    }
  });
});
