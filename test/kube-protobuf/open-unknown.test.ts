import { describe, expect, it } from "vitest";
import { kubeTypes } from "../../src/kube/protobuf/kube-types.ts";
import { MessageTranscoder } from "../../src/kube/protobuf/message-transcoder.ts";
import { createMessageTypes } from "../../src/kube/protobuf/message-types.ts";
import { UnknownOpener } from "../../src/kube/protobuf/open-unknown.ts";
import { ProtobufBytes } from "../../src/kube/protobuf/protobuf-bytes.ts";
import { field } from "./protobuf-writer.ts";

const wrapped = (apiVersion: string, kind: string, object: string): Buffer =>
  Buffer.concat([Buffer.from("k8s\0"), field(1, field(1, apiVersion), field(2, kind)), field(2, object)]);

const types = createMessageTypes(kubeTypes);
const open = (opener: UnknownOpener, bytes: Buffer): string => {
  const source = new ProtobufBytes(bytes);
  const end = opener.open(source, bytes.length);
  return bytes.toString("utf8", source.at, end);
};
const createOpener = (): UnknownOpener =>
  new UnknownOpener({ apiVersion: "v1", kind: "Pod", types, transcoder: new MessageTranscoder() });

describe("the wrapping of an object", () => {
  it("should be opened the first time and each time after", () => {
    const opener = createOpener();
    for (const object of ["one", "", "x".repeat(300)]) expect(open(opener, wrapped("v1", "Pod", object))).toBe(object);
  });

  it.each([
    ["another kind", wrapped("v1", "Node", "one"), "it is no Pod of v1"],
    ["another version", wrapped("v2", "Pod", "one"), "it is no Pod of v1"],
    ["something else", Buffer.from("{}"), "does not begin as"],
    ["nothing", Buffer.alloc(0), "does not begin as"],
    ["only what always comes", wrapped("v1", "Pod", "").subarray(0, -1), "does not end"],
  ])("should be refused around %s, before and after it was opened", (_what, bytes, message) => {
    const opener = createOpener();
    expect(() => open(opener, bytes)).toThrow(message);
    expect(open(opener, wrapped("v1", "Pod", "one"))).toBe("one");
    expect(() => open(opener, bytes)).toThrow(message);
    expect(open(opener, wrapped("v1", "Pod", "two"))).toBe("two");
  });
});
