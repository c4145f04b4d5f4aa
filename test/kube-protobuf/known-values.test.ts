import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KnownValues } from "../../src/kube/protobuf/known-values.ts";
import { MessageReader } from "../../src/kube/protobuf/message-reader.ts";
import { MessageTranscoder } from "../../src/kube/protobuf/message-transcoder.ts";
import { createMessageTypes } from "../../src/kube/protobuf/message-types.ts";
import { ProtobufBytes } from "../../src/kube/protobuf/protobuf-bytes.ts";
import { field } from "./protobuf-writer.ts";

const types = createMessageTypes(`
Text text:1:string?
Other name:1:string?
Strings texts:1:[]string?
Map entries:1:{}string?
Labelled labels:1:{}string? more:2:{}string? one:3:*.Text? two:4:*.Other? texts:5:[].Text? others:6:[].Other?
Root left:1:*.Labelled? right:2:*.Labelled? texts:3:*.Strings? map:4:*.Map? text:5:*.Text? other:6:*.Other?
`);

function read(reader: MessageReader, bytes: Buffer, type = "Root"): Record<string, unknown> {
  const value = {};
  reader.readInto(value, new ProtobufBytes(bytes), bytes.length, types.named(type));
  return value;
}

const long = "a text of more than sixteen bytes";
const entry = (key: string, value: string): Buffer => field(1, field(1, key), field(2, value));

describe("values that are known", () => {
  it("should be given again for the same bytes, from the third time on", () => {
    const reader = new MessageReader();
    const bytes = Buffer.concat([field(1, field(1, field(1, "app"), field(2, long))), field(5, field(1, long))]);
    const values = Array.from({ length: 4 }, () => read(reader, bytes));
    const [, , third, fourth] = values;
    for (const value of values) expect(value).toEqual({ left: { labels: { app: long } }, text: { text: long } });
    expect(fourth?.["left"]).toBe(third?.["left"]);
    expect(fourth?.["text"]).toBe(third?.["text"]);
    expect(fourth).not.toBe(third);
  });

  it("should be read again as another type, and in another place of a message", () => {
    const reader = new MessageReader();
    const inner = field(1, long);
    const map = entry("a key of a map", long);
    for (let time = 0; time < 5; time++) {
      expect(read(reader, field(5, inner))).toEqual({ text: { text: long } });
      expect(read(reader, field(6, inner))).toEqual({ other: { name: long } });
      expect(read(reader, field(3, inner))).toEqual({ texts: { texts: [long] } });
      expect(read(reader, field(4, map))).toEqual({ map: { entries: { "a key of a map": long } } });
      // Bytes of an entry pass for a text that no message says.
      expect(read(reader, map, "Text")).toEqual({ text: map.subarray(2).toString() });
      expect(read(reader, map, "Strings")).toEqual({ texts: [map.subarray(2).toString()] });
    }
  });

  it("should be what a reader that knows nothing reads, whatever came before, and stay it", () => {
    const word = fc.constantFrom(
      "",
      "a",
      "b",
      "another word",
      "wörter, die nicht ASCII sind",
      long,
      `${long} and more`,
    );
    const text = word.map((value) => field(1, value));
    const several = (number: number): fc.Arbitrary<Buffer> =>
      fc.array(text, { maxLength: 3 }).map((list) => Buffer.concat(list.map((one) => field(number, one))));
    const map = (number: number): fc.Arbitrary<Buffer> =>
      word.map((value) => (value === "" ? Buffer.alloc(0) : field(number, field(1, "key"), field(2, value))));
    const one = (number: number): fc.Arbitrary<Buffer> => text.map((value) => field(number, value));
    const labelled = fc.tuple(map(1), map(2), one(3), one(4), several(5), several(6)).map(Buffer.concat);
    const root = fc
      .tuple(labelled, labelled, several(1), map(1), text, text)
      .map((parts) => Buffer.concat(parts.map((part, at) => field(at + 1, part))));
    const known = new MessageReader();
    const transcoder = new MessageTranscoder();
    const toJson = (by: MessageTranscoder, bytes: Buffer): string => by.toJson(bytes, 0, bytes.length, types.named("Root")); // prettier-ignore
    fc.assert(
      fc.property(fc.array(root, { minLength: 1, maxLength: 4 }), (roots) => {
        const all = [...roots, ...roots, ...roots];
        const values = all.map((bytes) => read(known, bytes));
        const fresh = all.map((bytes) => read(new MessageReader(), bytes));
        expect(values).toEqual(fresh);
        const written = all.map((bytes) => toJson(transcoder, bytes));
        expect(written).toEqual(all.map((bytes) => toJson(new MessageTranscoder(), bytes)));
        expect(written.map((json) => JSON.parse(json) as unknown)).toEqual(fresh);
      }),
      { numRuns: 60 },
    );
  });

  it("should not remember what was refused", () => {
    const reader = new MessageReader();
    const bytes = field(5, field(1, long), field(9, "what is not known"));
    for (let time = 0; time < 4; time++) expect(() => read(reader, bytes)).toThrow("not known: 9");
  });
});

describe("the table of them", () => {
  const type = {};
  const source = (of: string | Buffer): ProtobufBytes => new ProtobufBytes(Buffer.from(of as string));
  const get = (table: KnownValues, text: string | Buffer, of = type): object | undefined => {
    const bytes = source(text);
    return table.get(table.hash(bytes, bytes.bytes.length), bytes, bytes.bytes.length, of);
  };
  const put = (table: KnownValues, text: string | Buffer, value: object): void => {
    const bytes = source(text);
    table.put(table.hash(bytes, bytes.bytes.length), bytes, 0, bytes.bytes.length, type, value);
  };
  /** Of sixteen bytes and more. */
  const textOf = (index: number): string => `value number ${String(index).padStart(6, "0")}`;

  it("should look for nothing that is short, or long", () => {
    const table = new KnownValues();
    for (const [length, isLookedFor] of [
      [0, false],
      [15, false],
      [16, true],
      [512, true],
      [513, false],
    ] as const)
      // prettier-ignore
      expect(table.hash(source("x".repeat(length)), length) !== 0).toBe(isLookedFor);
  });

  it("should keep what comes twice in a row in its place, and give that place away", () => {
    const table = new KnownValues({ places: 1 });
    const [a, b] = [{}, {}];
    put(table, textOf(1), a);
    expect(get(table, textOf(1))).toBeUndefined();
    put(table, textOf(1), a);
    expect(get(table, textOf(1))).toBe(a);
    expect(get(table, textOf(1), {})).toBeUndefined();
    expect(get(table, textOf(2))).toBeUndefined();
    put(table, textOf(2), b);
    expect(get(table, textOf(1))).toBeUndefined();
    put(table, textOf(2), b);
    expect(get(table, textOf(2))).toBe(b);
  });

  it("should tell apart bytes of the same hash", () => {
    const table = new KnownValues();
    const bytes = source("of sixteen bytes");
    const byHash = new Map<number, number>();
    let pair: readonly [number, number] | undefined;
    const write = (index: number): ProtobufBytes => {
      bytes.bytes.writeInt32LE(index, 0);
      bytes.bytes.writeInt32LE(Math.imul(index, 0x1234_5679), 8);
      return bytes;
    };
    // Of 2^31 hashes two are the same among some 60,000.
    for (let index = 0; pair === undefined; index++) {
      const hash = table.hash(write(index), 16);
      const before = byHash.get(hash);
      if (before !== undefined) pair = [before, index];
      byHash.set(hash, index);
    }
    const [one, other] = pair.map((index) => Buffer.from(write(index).bytes)) as [Buffer, Buffer];
    const [a, b] = [{}, {}];
    put(table, one, a);
    put(table, one, a);
    expect(get(table, one)).toBe(a);
    expect(get(table, other)).toBeUndefined();
    put(table, other, b);
    expect(get(table, other)).toBe(b);
    expect(get(table, one)).toBeUndefined();
  });

  it("should begin anew where its bytes are full", () => {
    const table = new KnownValues({ maxBytes: 64 });
    const values = [1, 2, 3, 4].map((index) => ({ index }));
    for (const value of values) {
      put(table, textOf(value.index), value);
      put(table, textOf(value.index), value);
    }
    // Of 19 bytes each, three of them fit.
    expect(values.map(({ index }) => get(table, textOf(index)))).toEqual([undefined, undefined, undefined, values[3]]);
  });
});
