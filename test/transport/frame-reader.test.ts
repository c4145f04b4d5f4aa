import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameReader } from "../../src/transport/frame-reader.ts";
import { arbitraryJson } from "./support/arbitrary-json.ts";

const type = { apiVersion: "v1", kind: "Pod" };
const reader = createFrameReader(type);

function lineOf(frame: unknown): Buffer {
  return Buffer.from(JSON.stringify(frame));
}

const nasty = ['"managedFields":[', "]}}", "}}", '"', "\\", "ü", "\u2028", "😀", '"metadata":{'];
const { tree, record } = arbitraryJson({ nasty, names: ["metadata", "managedFields", "kind"] });

describe("a frame of a watch", () => {
  it("should say what parsing the whole says, but for managedFields, whatever is in the object", () => {
    const managed = fc.option(fc.array(record, { maxLength: 3 }), { nil: undefined });
    const frames = fc.record({
      type: fc.constantFrom("ADDED", "MODIFIED", "DELETED"),
      object: fc.record({ labels: record, managed, last: record, spec: tree, status: tree }),
    });
    fc.assert(
      fc.property(frames, ({ type: eventType, object: { labels, managed: managedFields, last, spec, status } }) => {
        const metadata = { labels, ...(managedFields === undefined ? {} : { managedFields }), last };
        const line = lineOf({ type: eventType, object: { kind: "Pod", apiVersion: "v1", metadata, spec, status } });
        const event = reader.read(line);
        expect(event?.type).toBe(eventType);
        expect(JSON.parse(String(event?.json))).toEqual(event?.object);
        const whole = JSON.parse(line.toString()) as { object: { metadata: { managedFields?: unknown } } };
        const read = event?.object as typeof whole.object;
        // Left in where another key of that name came before.
        delete read.metadata.managedFields;
        delete whole.object.metadata.managedFields;
        expect(read).toEqual(whole.object);
      }),
      { numRuns: 300 },
    );
  });

  it("should leave out managedFields and put the type first, as an item of a list has it", () => {
    const metadata = { name: "a", managedFields: [{ manager: "kubelet" }], uid: "1" };
    const line = lineOf({ type: "MODIFIED", object: { kind: "Pod", apiVersion: "v1", metadata, spec: {} } });
    expect(reader.read(line)?.json).toBe(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","uid":"1"},"spec":{}}',
    );
  });

  it("should read objects of custom kinds, whose apiVersion comes first", () => {
    const metadata = { name: "a", managedFields: [{ manager: "kubelet" }], uid: "1" };
    const line = lineOf({ type: "DELETED", object: { apiVersion: "v1", kind: "Pod", metadata, spec: {} } });
    expect(reader.read(line)).toEqual({
      type: "DELETED",
      object: { apiVersion: "v1", kind: "Pod", metadata: { name: "a", uid: "1" }, spec: {} },
      json: '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","uid":"1"},"spec":{}}',
    });
  });

  const object = { kind: "Pod", apiVersion: "v1", metadata: { name: "a" }, spec: {} };
  it.each([
    ["another type of event", { type: "BOOKMARK", object }],
    ["an object of another kind", { type: "ADDED", object: { ...object, kind: "Node" } }],
    ["an object of another version", { type: "ADDED", object: { ...object, apiVersion: "v2" } }],
    ["an object without a type", { type: "ADDED", object: { metadata: { name: "a" } } }],
    ["something behind the object", { type: "ADDED", object, more: {} }],
    ["metadata that are none", { type: "ADDED", object: { ...object, metadata: null } }],
  ])("should leave to others what has %s", (_what, frame) => {
    expect(reader.read(lineOf(frame))).toBeUndefined();
  });

  it("should leave to others what is torn, wherever it is", () => {
    const metadata = { ...object.metadata, managedFields: [{ manager: "kubelet" }] };
    const line = lineOf({ type: "ADDED", object: { ...object, metadata } });
    for (let end = 0; end < line.length; end++) expect(reader.read(line.subarray(0, end))).toBeUndefined();
  });
});
