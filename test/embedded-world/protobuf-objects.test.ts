import { describe, expect, it } from "vitest";
import { parseProtobufObject } from "../../src/embedded/http/protobuf-objects.ts";

const bytes = (...parts: readonly (number | string | readonly number[])[]): number[] =>
  parts.flatMap((part) => (typeof part === "number" ? part : typeof part === "string" ? [...Buffer.from(part)] : part));
/** Field `number` with a string or message. */
const field = (number: number, value: string | readonly number[]): number[] => {
  const content = bytes(value);
  return bytes((number << 3) | 2, content.length, content);
};
const envelope = (kind: string, apiVersion: string, object: readonly number[]): Uint8Array =>
  Uint8Array.from(bytes("k8s\0", field(1, [...field(1, apiVersion), ...field(2, kind)]), field(2, object)));
const metadata = field(1, [...field(1, "made"), ...field(2, ""), ...field(8, []), ...field(11, [...field(1, "a"), ...field(2, "b")])]); // prettier-ignore

describe("a new object in protobuf", () => {
  it("should be read as JSON would have it", () => {
    const entry = (key: string, value: string): number[] => field(2, [...field(1, key), ...field(2, value)]);
    const body = envelope("ConfigMap", "v1", [...metadata, ...entry("x", "1"), ...entry("__proto__", ""), 0x20, 1]);
    expect(parseProtobufObject("ConfigMap", body)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "made", labels: { a: "b" } },
      data: JSON.parse('{"x":"1","__proto__":""}'),
      immutable: true,
    });
    const secret = envelope("Secret", "v1", [...metadata, ...entry("p", "ü")]);
    expect(parseProtobufObject("Secret", secret)["data"]).toEqual({ p: Buffer.from("ü").toString("base64") });
  });

  it("should keep a list of messages in its order, and empty strings in lists", () => {
    const rule = (verb: string): number[] => field(2, [...field(1, verb), ...field(2, ""), ...field(3, "pods")]);
    const body = envelope("Role", "rbac.authorization.k8s.io/v1", [...metadata, ...rule("get"), ...rule("list")]);
    expect(parseProtobufObject("Role", body)["rules"]).toEqual([
      { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
      { verbs: ["list"], apiGroups: [""], resources: ["pods"] },
    ]);
  });

  it.each([
    ["a kind that is not read", "Deployment", envelope("Deployment", "apps/v1", metadata)],
    ["a field that is not read", "ServiceAccount", envelope("ServiceAccount", "v1", [...metadata, ...field(2, field(1, "x"))])], // prettier-ignore
    ["a field of its metadata that is not read", "Namespace", envelope("Namespace", "v1", field(1, field(14, "finalizer")))], // prettier-ignore
    ["nothing", "ConfigMap", Uint8Array.from(bytes("k8s\0"))],
  ])("should be refused with 415 rather than lose anything: %s", (_what, kind, body) => {
    expect(() => parseProtobufObject(kind, body)).toThrow(expect.objectContaining({ code: 415 }));
  });

  it("should be refused with 400 where it is torn", () => {
    const torn = Uint8Array.from(bytes("k8s\0", 0x12, 4, 0x0a, 9, 1, 1));
    expect(() => parseProtobufObject("ConfigMap", torn)).toThrow(expect.objectContaining({ code: 400 }));
    expect(() => parseProtobufObject("ConfigMap", Uint8Array.from([1, 2, 3]))).toThrow(/protobuf/);
  });
});
