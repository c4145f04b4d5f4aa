import { describe, expect, it } from "vitest";
import { createStoredRowReader, readStoredType, toStoredRow } from "../../src/cache/stored-row.ts";
import { readDictionaries, toDictionaryRecord } from "../../src/cache/stored-dictionary.ts";
import { createBodyDictionary } from "../../src/kube/body-dictionary.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";
import { makerOf, meta, node, observedAtMs } from "./support/stored-objects.ts";

function rowOf(resource: ResourceId, object: object): AnyRow {
  const row = makerOf(resource)(object, { source: "DISK", observedAtMs });
  if (row === undefined) throw new Error("malformed");
  return row;
}

const pod = (name: string) => ({
  metadata: meta(name, { constructor: "ü\n~" }),
  spec: {
    nodeName: "n1",
    containers: [{ name: "app", image: "web:1", resources: { requests: { cpu: "1" } } }],
    volumes: [{ configMap: { name: "settings" } }],
  },
  status: { phase: "Running", podIP: "10.0.0.1", conditions: [{ type: "Ready", status: "True" }] },
});
const dictionary = createBodyDictionary([JSON.stringify(pod("x"))]);
const dictionaries = new Map([[dictionary.id, dictionary]]);

/** With the body as its object, so that rows compare by what they say. */
function plain(row: AnyRow | undefined): unknown {
  return row === undefined ? undefined : { ...row, body: row.body.parse() };
}

describe("rows on disk", () => {
  it.each<[string, ResourceId, object[]]>([
    ["pods", knownResources.pods, [pod("a"), pod("b"), { metadata: meta("bare") }]],
    ["nodes", knownResources.nodes, [node]],
    ["config maps", { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true }, [{ metadata: meta("c"), data: { a: "1" } }]], // prettier-ignore
  ])("should come back as they were: %s", (_what, resource, objects) => {
    const rows = objects.map((object) => rowOf(resource, object));
    for (const row of rows) row.body.pack(dictionary);
    const read = createStoredRowReader({ makeRow: makerOf(resource), observedAtMs, dictionaries });
    const found = rows.map((row) => read(toStoredRow(row)));
    expect(found.map(plain)).toEqual(rows.map(plain));
    for (const [index, row] of found.entries()) {
      expect(Object.keys(row ?? {})).toEqual(Object.keys(rows[index] ?? {}));
      expect(Object.getPrototypeOf(row?.labelMap)).toBeNull();
      expect(row?.body.packed?.bytes).toBe(rows[index]?.body.packed?.bytes);
    }
  });

  it("should be the object alone as long as the body is not packed", () => {
    const row = rowOf(knownResources.pods, pod("a"));
    expect(toStoredRow(row)).toBe(row.body.text());
    const read = createStoredRowReader({ makeRow: makerOf(knownResources.pods), observedAtMs, dictionaries });
    expect(plain(read(toStoredRow(row)))).toEqual(plain(row));
  });

  it("should be made anew from the body where the row was another one", () => {
    const row = rowOf(knownResources.pods, pod("a"));
    row.body.pack(dictionary);
    const text = toStoredRow(row).replace(/^~\w+/u, "~000000000000").replace('"Running"', '"Nonsense"');
    const read = createStoredRowReader({ makeRow: makerOf(knownResources.pods), observedAtMs, dictionaries });
    expect(plain(read(text))).toEqual(plain(row));
  });

  it("should be left out where they cannot be read", () => {
    const row = rowOf(knownResources.pods, pod("a"));
    row.body.pack(dictionary);
    const text = toStoredRow(row);
    const options = { makeRow: makerOf(knownResources.pods), observedAtMs };
    expect(createStoredRowReader({ ...options, dictionaries: new Map() })(text)).toBeUndefined();
    const read = createStoredRowReader({ ...options, dictionaries });
    for (const torn of [text.slice(0, 40), text.slice(0, -30), "~", "", "{"]) expect(read(torn)).toBeUndefined();
  });

  it("should tell apiVersion and kind without the body", () => {
    const row = rowOf(knownResources.pods, pod("a"));
    expect(readStoredType(toStoredRow(row))).toEqual({ apiVersion: "v1", kind: "Pod" });
    row.body.pack(dictionary);
    expect(readStoredType(toStoredRow(row))).toEqual({ apiVersion: "v1", kind: "Pod" });
    expect(readStoredType("nonsense")).toBeUndefined();
  });

  it("should come with the dictionary they were packed with, and with no other", () => {
    const { key, value } = toDictionaryRecord(dictionary);
    expect([...readDictionaries(new Map([[key, value]])).keys()]).toEqual([dictionary.id]);
    expect(readDictionaries(new Map([[key, "b3RoZXI="]])).size).toBe(0);
  });
});

describe("a packed body", () => {
  it("should say what it said before, in a tenth of the bytes", () => {
    const { body } = rowOf(knownResources.pods, pod("ü"));
    const before = { text: body.text(), bytes: body.byteLength };
    body.pack(dictionary);
    body.pack(createBodyDictionary(["{}"]));
    expect(body.text()).toBe(before.text);
    expect(body.parse()).toEqual(JSON.parse(before.text));
    expect(body.byteLength).toBeLessThan(before.bytes / 3);
  });
});
