import { describe, expect, it } from "vitest";
import type { RowMaker } from "../../src/cache/row-maker.ts";
import { toHeldBytes } from "../../src/cache/held-bytes.ts";
import { createStoredBlockReader, isAlike, readBlockType, toStoredBlock } from "../../src/cache/stored-block.ts";
import type { BlockRecords } from "../../src/cache/stored-block.ts";
import { createBodyDictionary } from "../../src/kube/body-dictionary.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";
import { makerOf, meta, node, observedAtMs } from "./support/stored-objects.ts";

const pod = (index: number) => ({
  metadata: meta(`p${index}`, index % 3 === 0 ? { constructor: "ü\n~" } : {}),
  spec: { nodeName: `n${index % 2}`, containers: [{ name: "app", image: "web:1" }] },
  status: index % 4 === 0 ? {} : { phase: "Running", podIP: `10.0.0.${index}`, startTime: "2026-11-21T00:00:00Z" },
});
const configMaps = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };
const dictionary = createBodyDictionary([JSON.stringify(pod(1))]);
const dictionaries = new Map([[dictionary.id, dictionary]]);
const pods = Array.from({ length: 9 }, (_one, index) => pod(index));

function rowsOf(resource: ResourceId, objects: readonly object[]): [AnyRow, ...AnyRow[]] {
  const rows = objects.flatMap((object) => makerOf(resource)(object, { source: "DISK", observedAtMs }) ?? []);
  return rows as [AnyRow, ...AnyRow[]];
}

function readerOf(resource: ResourceId, makeRow = makerOf(resource)) {
  const ignore = (): void => {};
  const read = createStoredBlockReader({ makeRow, observedAtMs, dictionaries, onBodies: ignore, onLost: ignore });
  return ({ rows, bodies }: BlockRecords) => read({ rows, bodies: toHeldBytes(bodies) });
}

/** With the bodies as their objects, so that rows compare by what they say. */
function plain(rows: readonly AnyRow[]): unknown {
  return rows.map((row) => ({ ...row, body: row.body.parse() }));
}

describe("a block of rows on disk", () => {
  it.each<[string, ResourceId, readonly object[], (index: number) => boolean]>([
    ["pods", knownResources.pods, pods, () => true],
    ["pods that are not packed", knownResources.pods, pods, () => false],
    ["pods of which some are packed", knownResources.pods, pods, (index) => index % 2 === 1],
    ["one node", knownResources.nodes, [node], () => true],
    ["config maps", configMaps, [{ metadata: meta("c"), data: { a: "ü" } }, { metadata: meta("d") }], () => false],
  ])("should come back as it was: %s", (_what, resource, objects, isPacked) => {
    const rows = rowsOf(resource, objects);
    for (const [index, { body }] of rows.entries()) if (isPacked(index)) body.pack(dictionary);
    const found = readerOf(resource)(toStoredBlock(rows));
    // The first was opened for the form of all.
    const shut = found.slice(1).map(({ body }) => [body.isText, body.isPacked]);
    expect(shut).toEqual(rows.slice(1).map(({ body }) => [body.isText, false]));
    expect(plain(found)).toEqual(plain(rows));
    for (const [index, row] of found.entries()) {
      expect(Object.keys(row)).toEqual(Object.keys(rows[index] ?? {}));
      expect(Object.getPrototypeOf(row.labelMap)).toBeNull();
      expect(row.body.packed?.bytes).toBe(rows[index]?.body.packed?.bytes);
    }
  });

  it("should open one body only, and make no other row of its object", () => {
    const rows = rowsOf(knownResources.pods, pods);
    let made = 0;
    const makeRow: RowMaker = (...args) => {
      made++;
      return makerOf(knownResources.pods)(...args);
    };
    const read = readerOf(knownResources.pods, makeRow);
    expect(plain(read(toStoredBlock(rows)))).toEqual(plain(rows));
    expect(read(toStoredBlock(rows))).toHaveLength(rows.length);
    expect(made).toBe(1);
  });

  it("should be made anew from the bodies where rows were others", () => {
    const rows = rowsOf(knownResources.pods, pods);
    const records = toStoredBlock(rows);
    const older = records.rows.replace(/"layout":"\w+"/u, '"layout":"0"').replace('"Running"', '"Nonsense"');
    expect(plain(readerOf(knownResources.pods)({ ...records, rows: older }))).toEqual(plain(rows));
  });

  it("should be left out where it cannot be read, or what it was packed with is lost", () => {
    const rows = rowsOf(knownResources.pods, pods);
    const records = toStoredBlock(rows);
    const read = readerOf(knownResources.pods);
    expect(read({ ...records, bodies: records.bodies.subarray(0, -1) })).toEqual([]);
    for (const torn of ["", "{}", "[]", records.rows.slice(1), records.rows.replace("phase", "face")])
      expect(read({ ...records, rows: torn })).toEqual([]);
    rows[3]!.body.pack(createBodyDictionary(["another"]));
    const found = readerOf(knownResources.pods)(toStoredBlock(rows));
    expect(found.map(({ name }) => name)).toEqual(rows.filter(({ name }) => name !== "p3").map(({ name }) => name));
  });

  it("should tell apiVersion, kind and scope without the bodies", () => {
    const [first] = rowsOf(knownResources.pods, pods);
    const [other] = rowsOf(knownResources.nodes, [node]);
    expect(readBlockType(toStoredBlock([first]).rows)).toEqual({ apiVersion: "v1", kind: "Pod", namespaced: true });
    expect(readBlockType(toStoredBlock([other]).rows)).toEqual({ apiVersion: "v1", kind: "Node", namespaced: false });
    expect(readBlockType("nonsense")).toBeUndefined();
    expect(isAlike(first, other)).toBe(false);
    expect(isAlike(first, first)).toBe(true);
  });
});
