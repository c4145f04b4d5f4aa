import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutList } from "../../src/transport/list-pieces.ts";
import { arbitraryJson } from "./support/arbitrary-json.ts";

const type = { apiVersion: "v1", kind: "Pod" };
const listMeta = { resourceVersion: "7", continue: "abc" };

/** As Go writes a list of a built-in kind. */
function toList(items: readonly object[]): Buffer {
  return Buffer.from(`${JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: listMeta, items })}\n`);
}

function piecesOf(page: Buffer): readonly { readonly value: unknown; readonly json: string }[] {
  const cut = cutList(page, type);
  if (cut === undefined) throw new Error("it cannot be cut");
  return [...cut.items];
}

const nasty = ['},{"metadata":{', '"managedFields":[', "]}", '"', "\\", "ü", "\u2028", "😀", "]},"];
const { tree, record } = arbitraryJson({ nasty, names: ["metadata", "managedFields"] });

describe("a list cut into its items", () => {
  it("should give what parsing the whole gives, without managedFields, whatever is in the objects", () => {
    const managed = fc.option(fc.array(record, { maxLength: 3 }), { nil: undefined });
    const item = fc.record({ labels: record, managed, last: record, spec: tree, status: tree });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), (items) => {
        const page = toList(
          items.map(({ labels, managed: managedFields, last, spec, status }) => ({
            metadata: { labels, ...(managedFields === undefined ? {} : { managedFields }), last },
            spec,
            status,
          })),
        );
        const whole = JSON.parse(page.toString()) as { items: { metadata: { managedFields?: unknown } }[] };
        for (const { metadata } of whole.items) delete metadata.managedFields;
        const pieces = piecesOf(page);
        for (const { value, json } of pieces) {
          expect(JSON.parse(json)).toEqual(value);
          // Left in where another key of that name came before.
          delete (value as (typeof whole.items)[0]).metadata.managedFields;
        }
        expect(pieces.map(({ value }) => value)).toEqual(whole.items.map((object) => ({ ...type, ...object })));
      }),
      { numRuns: 300 },
    );
  });

  it("should keep the list's own metadata", () => {
    const cut = cutList(toList([{ metadata: { name: "a" } }]), type);
    expect(cut?.envelope).toEqual({ kind: "PodList", apiVersion: "v1", metadata: listMeta, items: [] });
  });

  it("should drop managedFields that stand first in the metadata or alone in it", () => {
    const page = toList([{ metadata: { managedFields: [{}], name: "a" } }, { metadata: { managedFields: [] } }]);
    expect(piecesOf(page).map(({ value }) => value)).toEqual([
      { ...type, metadata: { name: "a" } },
      { ...type, metadata: {} },
    ]);
  });

  it.each([
    ["a bracket in a key", { 'k:{"name":"}]},x"}': {} }],
    ["a bracket and an item's start in a key", { ']},"spec":{}},{"metadata":{': {} }],
    ["lists of their own", { "f:a": [[{}], 1], "f:b": [] }],
  ])("should drop managedFields that hold %s", (_what, fieldsV1) => {
    const managedFields = [{ manager: "a", fieldsV1 }, { manager: "b" }];
    const page = toList([
      { metadata: { name: "a", managedFields }, spec: { list: [{}] } },
      { metadata: { name: "b" } },
    ]);
    expect(piecesOf(page).map(({ value }) => value)).toEqual([
      { ...type, metadata: { name: "a" }, spec: { list: [{}] } },
      { ...type, metadata: { name: "b" } },
    ]);
  });

  it("should not take time that grows with the square of an object made to look like many", () => {
    const look = Array.from({ length: 20_000 }, () => ({ metadata: {} }));
    const page = toList([{ metadata: { name: "a" }, look }, { metadata: { name: "b" } }]);
    expect(piecesOf(page)).toHaveLength(2);
  });

  it.each([
    ["a list of a custom resource", `{"apiVersion":"x/v1","items":[{"apiVersion":"x/v1"}],"kind":"L","metadata":{}}`],
    ["no list", `{"kind":"Status"}`],
    ["a list without items", `{"metadata":{"resourceVersion":"1"},"items":null}`],
    ["nothing", ""],
    ["items that say their type first", `{"metadata":{},"items":[{"kind":"Pod","metadata":{}}]}`],
  ])("should leave %s to be parsed as a whole", (_what, page) => {
    expect(cutList(Buffer.from(page), type)).toBeUndefined();
  });

  it.each([
    ["torn", `{"metadata":{},"items":[{"metadata":{"name":"a"},"spec":]}`],
    ["followed by none", `{"metadata":{},"items":[{"metadata":{"name":"a"}},]}`],
    ["not divided by a comma", `{"metadata":{},"items":[{"metadata":{"name":"a"}}{"metadata":{}}]}`],
    ["no object", `{"metadata":{},"items":[{"metadata":{"name":"a"}},1]}`],
  ])("should throw at an item that is %s", (_what, page) => {
    expect(() => piecesOf(Buffer.from(page))).toThrow(SyntaxError);
  });
});
