import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kubeTypes } from "../../src/kube/protobuf/kube-types.ts";
import { MessageReader } from "../../src/kube/protobuf/message-reader.ts";
import { MessageTranscoder } from "../../src/kube/protobuf/message-transcoder.ts";
import { createMessageTypes } from "../../src/kube/protobuf/message-types.ts";
import { ProtobufBytes, ProtobufRefusedError } from "../../src/kube/protobuf/protobuf-bytes.ts";
import { field, numberField, varint } from "./protobuf-writer.ts";

const types = createMessageTypes(`
Inner a:1:string? b:2:int32
Alone only:1:string?
All text:1:string? always:2:string count:3:int64? small:4:int32 flag:5:bool? at:6:time! when:7:time? exact:8:micro? maybe:9:*time?
More amount:1:quantity port:2:intstr target:3:*intstr? bytes:4:bytes? must:5:bytes raw:6:raw? number:7:*int64? yes:8:*bool
Deep inner:1:.Inner? far:2:*.Inner? list:3:[].Inner? names:4:[]string numbers:5:[]int32? +:6:.Alone
Maps texts:1:{}string? bytes:2:{}bytes? amounts:3:{}quantity counts:4:{}int64? inner:5:{}.Inner?
Mixed late:3:string? early:1:string? list:17:[]string? -:16:[]bytes middle:2:int32
`);
const transcoder = new MessageTranscoder();
const reader = new MessageReader();

/** As JSON; that it is also read so is looked at by the way. */
function toJson(name: string, ...parts: readonly Uint8Array[]): string {
  const bytes = Buffer.concat(parts);
  const json = transcoder.toJson(bytes, 0, bytes.length, types.named(name));
  const value = {};
  reader.readInto(value, new ProtobufBytes(bytes), bytes.length, types.named(name));
  expect(value).toEqual(JSON.parse(json));
  return json;
}

function refusals(name: string, ...parts: readonly Uint8Array[]): readonly unknown[] {
  const bytes = Buffer.concat(parts);
  const of = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  };
  return [
    of(() => transcoder.toJson(bytes, 0, bytes.length, types.named(name))),
    of(() => reader.readInto({}, new ProtobufBytes(bytes), bytes.length, types.named(name))),
  ];
}

const text = (value: string): Buffer => field(1, value);
const seconds = (number: number, value: number, nanos = 0): Buffer =>
  field(number, numberField(1, value), numberField(2, nanos));
const nothing = '{"always":"","small":0,"when":null,"exact":null}';

describe("a message of protobuf as JSON", () => {
  it.each<[what: string, type: string, parts: readonly Buffer[], json: string]>([
    ["nothing at all", "All", [], nothing],
    [
      "what is empty and left out",
      "All",
      [text(""), field(2), numberField(3, 0), numberField(5, 0), field(6)],
      nothing,
    ],
    ["numbers", "All", [numberField(3, 2n ** 53n + 1n), numberField(4, -1)], '{"always":"","count":9007199254740993,"small":-1,"when":null,"exact":null}'], // prettier-ignore
    ["the least number", "All", [numberField(3, -(2n ** 63n)), numberField(4, -(2 ** 31))], '{"always":"","count":-9223372036854775808,"small":-2147483648,"when":null,"exact":null}'], // prettier-ignore
    ["times", "All", [numberField(5, 1), seconds(6, 951_868_799), seconds(7, -1), seconds(8, 1, 1_500), field(9)], '{"always":"","small":0,"flag":true,"at":"2000-02-29T23:59:59Z","when":"1969-12-31T23:59:59Z","exact":"1970-01-01T00:00:01.000001Z","maybe":null}'], // prettier-ignore
    ["other types' zeros", "More", [], '{"amount":"0","port":0,"must":null,"raw":null,"yes":null}'],
    ["other types", "More", [field(1, text("1500m")), field(2, numberField(1, 1), numberField(2, 0), field(3, "web")), field(3, numberField(1, 0), numberField(2, 80), field(3)), field(4, "ab"), field(5), field(6, field(1, '{ "b": [1, "< >"] }')), numberField(7, 0), numberField(8, 0)], '{"amount":"1500m","port":"web","target":80,"bytes":"YWI=","must":"","raw":{"b":[1,"\\u003c \\u003e"]},"number":0,"yes":false}'], // prettier-ignore
    ["messages that are missing", "Deep", [], '{"inner":{"b":0},"names":null}'],
    ["messages", "Deep", [field(1), field(2), field(3, text("x")), field(3), field(4), field(4, "n"), numberField(5, 1), numberField(5, -2), field(6, text("o"))], '{"inner":{"b":0},"far":{"b":0},"list":[{"a":"x","b":0},{"b":0}],"names":["","n"],"numbers":[1,-2],"only":"o"}'], // prettier-ignore
    ["maps", "Maps", [field(1, text("0"), field(2, "")), field(1, text("a"), field(2, "b")), field(2, text("none")), field(2, text("one"), field(2, "a")), field(3, text("cpu"), field(2, text("1"))), field(4, text("n"), numberField(2, -3)), field(5, text("i"), field(2, numberField(2, 1)))], '{"texts":{"0":"","a":"b"},"bytes":{"none":"","one":"YQ=="},"amounts":{"cpu":"1"},"counts":{"n":-3},"inner":{"i":{"b":1}}}'], // prettier-ignore
    ["fields in the order of JSON, without what is not written", "Mixed", [text("e"), numberField(2, 5), field(3, "l"), field(16, "xxx"), field(16, ""), field(17, "1"), field(17, "2")], '{"late":"l","early":"e","list":["1","2"],"middle":5}'], // prettier-ignore
  ])("should be what Go writes: %s", (_what, type, parts, json) => {
    expect(toJson(type, ...parts)).toBe(json);
  });

  it("should hold any text as Go escapes it", () => {
    const part = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("<", ">&", "\u2028\u2029", "\u007f", "\b\f\n\r\t\u0001", '"\\', "😀")); // prettier-ignore
    const escaped = (value: string): string =>
      JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`); // prettier-ignore
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        // What is no text in UTF-8 is looked at below.
        const value = Buffer.from(parts.join("")).toString();
        expect(toJson("Inner", text(value))).toBe(`{${value === "" ? "" : `"a":${escaped(value)},`}"b":0}`);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["a byte that begins nothing", [0x61, 0xff, 0x62], "a\\ufffdb"],
    ["an end too early, one mark a byte", [0xe2, 0x82, 0x61], "\\ufffd\\ufffda"],
    ["half of a pair", [0xed, 0xa0, 0x80], "\\ufffd\\ufffd\\ufffd"],
    ["more bytes than needed", [0xc0, 0xaf], "\\ufffd\\ufffd"],
    ["beyond the last character", [0xf4, 0x90, 0x80, 0x80], "\\ufffd\\ufffd\\ufffd\\ufffd"],
    ["the mark itself", [0xef, 0xbf, 0xbd], "\ufffd"],
  ])("should mark what is not UTF-8 as Go does: %s", (_what, bytes, json) => {
    expect(toJson("Inner", field(1, Buffer.from(bytes)))).toBe(`{"a":"${json}","b":0}`);
  });

  it("should hold bytes of any length in base64", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const base64 = Buffer.from(bytes).toString("base64");
        expect(toJson("More", field(4, bytes))).toContain(`"bytes":"${base64}"`);
      }),
    );
  });

  it.each<[what: string, type: string, parts: readonly Buffer[]]>([
    ["a field that is not known", "All", [field(10, "x")]],
    ["a field that is not known, far away", "All", [field(1_000_000, "x")]],
    ["one in a message within", "Deep", [field(3, field(9, "x"))]],
    ["one in a value of a map", "Maps", [field(5, text("k"), field(2, numberField(3, 1)))]],
    ["another wire type", "All", [numberField(1, 1)]],
    ["fields in another order", "All", [field(2, "b"), text("a")]],
    ["a field that comes twice", "All", [text("a"), text("a")]],
    ["a list in two places", "Deep", [field(3), field(4, "a"), field(3)]],
    ["keys in another order", "Maps", [field(1, text("b"), field(2)), field(1, text("a"), field(2))]],
    ["a key that comes twice", "Maps", [field(1, text("b"), field(2)), field(1, text("b"), field(2))]],
    ["an entry without a key", "Maps", [field(1, field(2, "x"))]],
    ["an entry with more", "Maps", [field(1, text("b"), field(2), field(3))]],
    ["a number too large", "All", [numberField(4, 2 ** 31)]],
    ["a number without an end", "All", [Buffer.from([0x18, 0xff])]],
    ["a number of more than 64 bits", "All", [Buffer.from([0x18, ...Array<number>(9).fill(0xff), 0x02])]],
    ["neither true nor false", "All", [numberField(5, 2)]],
    ["a time of no year", "All", [seconds(6, 253_402_300_800)]],
    ["neither an int nor a string", "More", [field(2, numberField(1, 2))]],
    ["JSON that is none", "More", [field(6, field(1, "{"))]],
    ["a length beyond the end", "All", [Buffer.from([0x0a, 0x05, 0x61])]],
    ["a length without an end", "All", [Buffer.from([0x0a, 0xff])]],
    ["a group", "All", [Buffer.from([0x0b])]],
  ])("should be refused: %s", (_what, type, parts) => {
    for (const found of refusals(type, ...parts)) expect(found).toBeInstanceOf(ProtobufRefusedError);
  });

  it("should never be more than refused, whatever the bytes are", () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(fc.integer({ min: 1, max: 18 }), fc.uint8Array({ maxLength: 8 })).map(([at, of]) => field(at, of)),
      fc.tuple(fc.integer({ min: 1, max: 18 }), fc.bigInt(0n, 2n ** 64n - 1n)).map(([at, of]) => Buffer.concat([varint(8 * at), varint(of)])), // prettier-ignore
    );
    fc.assert(
      fc.property(
        fc.constantFrom("All", "More", "Deep", "Maps", "Mixed"),
        fc.array(pieces, { maxLength: 6 }),
        (type, parts) => {
          // prettier-ignore
          const [written, read] = refusals(type, ...parts);
          // What one refuses the other does too, except for keys that a value cannot have.
          if (typeof written === "string") {
            JSON.parse(written);
            expect(read).toBeUndefined();
          } else {
            expect(written).toBeInstanceOf(ProtobufRefusedError);
            expect(read).toBeInstanceOf(ProtobufRefusedError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("should refuse a key that would not become a member", () => {
    const [written, read] = refusals("Maps", field(1, text("__proto__"), field(2, "x")));
    expect(written).toBe('{"texts":{"__proto__":"x"},"amounts":null}');
    expect(read).toBeInstanceOf(ProtobufRefusedError);
  });
});

describe("the types of the kinds", () => {
  it("should be readable, all of them", () => {
    const known = createMessageTypes(kubeTypes);
    for (const line of kubeTypes.trim().split("\n")) {
      const [first = "", second = "", third] = line.split(" ", 3);
      if (third !== undefined && !second.includes(":")) expect(known.ofKind(first, second)?.name).toBe(third);
      else
        expect(known.named(first).fields.length).toBe(line.split(/ \S/u).length - 1 - (line.includes(" -:") ? 1 : 0));
    }
    expect(known.ofKind("v1", "Pod")?.fields.map(({ name }) => name)).toEqual(["metadata", "spec", "status"]);
    expect(known.ofKind("example.com/v1", "Pod")).toBeUndefined();
  });
});
