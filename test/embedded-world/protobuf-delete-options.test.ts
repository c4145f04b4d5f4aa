import { describe, expect, it } from "vitest";
import { parseProtobufDeleteOptions } from "../../src/embedded/http/protobuf-delete-options.ts";

const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const envelope = (...object: number[]): Uint8Array =>
  Uint8Array.from([0x6b, 0x38, 0x73, 0x00, 0x0a, ...text("\x0a\x02v1"), 0x12, object.length, ...object]);

describe("DeleteOptions in protobuf", () => {
  it("should be read as JSON would have them", () => {
    const preconditions = [0x0a, ...text("u-1"), 0x12, ...text("42")];
    const body = envelope(0x08, 30, 0x12, preconditions.length, ...preconditions, 0x22, ...text("Foreground"), 0x2a, ...text("All")); // prettier-ignore
    expect(parseProtobufDeleteOptions(body)).toEqual({
      gracePeriodSeconds: 30,
      preconditions: { uid: "u-1", resourceVersion: "42" },
      propagationPolicy: "Foreground",
      dryRun: ["All"],
    });
    expect(parseProtobufDeleteOptions(envelope())).toEqual({});
  });

  it.each([
    ["no envelope", Uint8Array.from([1, 2, 3, 4, 5])],
    ["a length past the end", Uint8Array.from([0x6b, 0x38, 0x73, 0x00, 0x12, 9, 1])],
    ["a number without an end", envelope(0x08, 0xff)],
    ["another wire type", envelope(0x0d, 0, 0, 0, 0)],
  ])("should refuse %s with 400", (_what, body) => {
    expect(() => parseProtobufDeleteOptions(body)).toThrow(/protobuf/);
  });
});
