import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageReader } from "../../src/kube/protobuf/message-reader.ts";
import { MessageTranscoder } from "../../src/kube/protobuf/message-transcoder.ts";
import { createMessageTypes } from "../../src/kube/protobuf/message-types.ts";
import { ProtobufBytes } from "../../src/kube/protobuf/protobuf-bytes.ts";
import { SkippedCutter } from "../../src/kube/protobuf/skipped-cutter.ts";
import { field } from "./protobuf-writer.ts";

const types = createMessageTypes(`
Metadata name:1:string? labels:11:{}string? -:17:[]bytes
Spec template:1:*.Metadata? text:2:string?
Item metadata:1:.Metadata? spec:2:*.Spec?
`);
const type = types.named("Item");
const reader = new MessageReader();
const transcoder = new MessageTranscoder();
const cutter = new SkippedCutter();

/** The object as it is kept, which stands behind other bytes. */
function cut(item: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.from("before"), item, Buffer.from("behind")]);
  const to = bytes.length - 6;
  const source = new ProtobufBytes(bytes, 6);
  reader.readInto({}, source, to, type);
  return Buffer.from(cutter.toText(source, 6, to, reader.skipped), "latin1");
}

const json = (item: Buffer): string => transcoder.toJson(item, 0, item.length, type);
const managed = field(17, "some bytes that nobody shows");

describe("what is skipped in an object", () => {
  it("should be cut off its metadata, whatever else there is, and change nothing of its JSON", () => {
    // Around where a length takes a byte more, and beyond what is reserved at first.
    const length = fc.oneof(fc.nat(300), fc.integer({ min: 16_370, max: 16_400 }), fc.constant(40_000));
    const text = length.map((count) => "x".repeat(count));
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 3 }), fc.option(text), (name, count, spec) => {
        const metadata = [field(1, name), field(11, field(1, "k"), field(2, "v"))];
        const rest = spec === null ? [] : [field(2, field(2, spec))];
        const item = Buffer.concat([field(1, ...metadata, ...Array<Buffer>(count).fill(managed)), ...rest]);
        const kept = cut(item);
        expect(kept.equals(Buffer.concat([field(1, ...metadata), ...rest]))).toBe(true);
        expect(json(kept)).toBe(json(item));
      }),
    );
  });

  it.each<[what: string, item: Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["no metadata", field(2, field(2, "text"))],
    ["metadata that are empty", field(1)],
    ["something skipped elsewhere", Buffer.concat([field(1, field(1, "a")), field(2, field(1, managed))])],
  ])("should stay in an object with %s", (_what, item) => {
    expect(cut(item).equals(item)).toBe(true);
  });

  it("should be cut off however often the same comes", () => {
    const metadata = field(1, "one of three or more");
    for (let time = 0; time < 4; time++) expect(cut(field(1, metadata, managed)).equals(field(1, metadata))).toBe(true);
  });

  it("should be no matter where it is in two places", () => {
    const item = Buffer.concat([field(1, managed), field(2, field(1, field(1, "a"), managed))]);
    for (let time = 0; time < 4; time++) expect(json(cut(item))).toBe(json(item));
  });

  it("should be what was skipped in this object, not in one before", () => {
    cut(field(1, managed));
    const item = field(1, field(1, "a name as long as those bytes are, a"));
    expect(cut(item).equals(item)).toBe(true);
  });
});
