import { describe, expect, it } from "vitest";
import { RenderedRows } from "../../../src/server/rows/rendered-rows.ts";
import { writeWithRows } from "../../../src/server/rows/write-result.ts";

const toText = (written: string | readonly Buffer[]): string =>
  typeof written === "string" ? written : Buffer.concat(written).toString();

describe("writeWithRows", () => {
  it("should put each list in its place, in text and in bytes", () => {
    const text = new RenderedRows('{"a":1},{"a":2}');
    const bytes = new RenderedRows([Buffer.from('{"b":"é"}'), Buffer.from(',{"b":"ü"}')]);
    const value = { data: { x: { nodes: text }, y: [{ nodes: bytes }, { nodes: new RenderedRows("") }] } };
    const lists = [bytes, text, value.data.y[1]!.nodes];
    expect(toText(writeWithRows({ data: { x: text } }, [text], "\n"))).toBe('{"data":{"x":[{"a":1},{"a":2}]}}\n');
    expect(toText(writeWithRows(value, lists, ""))).toBe(
      '{"data":{"x":{"nodes":[{"a":1},{"a":2}]},"y":[{"nodes":[{"b":"é"},{"b":"ü"}]},{"nodes":[]}]}}',
    );
  });

  it("should not take somebody's text for a place", () => {
    const rows = new RenderedRows("1,2");
    const value = { note: "\u0000rows0:0", other: '"\u0000rows1:0"', rows, key: { "\u0000rows2:0": 1 } };
    expect(toText(writeWithRows(value, [rows], ""))).toBe(JSON.stringify({ ...value, rows: [1, 2] }));
  });

  it("should leave out a list that is not in the answer any more", () => {
    expect(writeWithRows({ data: null }, [new RenderedRows("1")], "")).toBe('{"data":null}');
  });

  it("should join small pieces and hand on large ones as they are", () => {
    const large = Buffer.alloc(20_000, "7");
    const small = Array.from({ length: 100 }, () => Buffer.from(",8"));
    const written = writeWithRows([new RenderedRows([])], [], "");
    expect(written).toBe("[[]]");
    const rows = new RenderedRows([large, ...small, large]);
    const pieces = writeWithRows([rows], [rows], "\n") as readonly Buffer[];
    expect(pieces.map(({ length }) => length)).toEqual([2, 20_000, 200, 20_000, 3]);
    expect(pieces[1]).toBe(large);
  });

  it("should be written by JSON.stringify as well", () => {
    expect(JSON.stringify({ rows: new RenderedRows([Buffer.from("1"), Buffer.from(",2")]) })).toBe('{"rows":[1,2]}');
  });
});
