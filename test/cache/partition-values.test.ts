import { createTextBody } from "../../src/kube/json-body.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ResourceLog, toLogPosition } from "../../src/cache/change-log.ts";
import { createDerived } from "../../src/cache/derived.ts";
import type { Change } from "../../src/cache/fleet-cache.ts";
import { createLabelIndex, rowsByLabel } from "../../src/cache/label-index.ts";
import { Partition } from "../../src/cache/partition.ts";
import { compareVersions } from "../../src/cache/resource-version.ts";
import { createRowIndex, rowsBy } from "../../src/cache/row-index.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";

const rowOf = (name: string, app: string): AnyRow => ({ name, uid: name, labelMap: { app } }) as unknown as AnyRow;

function newPartition(): Partition {
  let revision = 0;
  return new Partition({ cluster: "home", resource: "pods", namespace: "a" }, () => ++revision);
}

describe("partitions and what is derived from them", () => {
  it("should show the same as a sorted map, and the indexes the same as a scan, whatever changes", () => {
    const change = fc.tuple(
      fc.constantFrom("a", "b", "b-1", "c", "\u{1f600}", "\uffee"),
      fc.constantFrom("x", "y", undefined),
    );
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 }), (rounds) => {
        const partition = newPartition();
        const truth = new Map<string, AnyRow>();
        const byApp = createRowIndex((row) => [row.labelMap.app ?? ""]);
        const byLabel = createLabelIndex();
        for (const changes of rounds) {
          for (const [name, app] of changes) {
            const row = app === undefined ? undefined : rowOf(name, app);
            partition.set(name, row);
            if (row === undefined) truth.delete(name);
            else truth.set(name, row);
          }
          const snapshot = partition.snapshot();
          const rows = [...truth.values()].sort((a, b) => a.name.codePointAt(0)! - b.name.codePointAt(0)! || a.name.length - b.name.length); // prettier-ignore
          expect(snapshot.rows).toEqual(rows);
          expect(partition.size).toBe(rows.length);
          for (const app of ["x", "y"]) {
            const expected = rows.filter(({ labelMap }) => labelMap.app === app);
            expect(rowsBy(byApp, { partitions: [snapshot] }, app)).toEqual(expected);
            expect(rowsByLabel(byLabel, { partitions: [snapshot] }, "app", app)).toEqual(expected);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("should keep a snapshot as it was, and the same one until something changes", () => {
    const partition = newPartition();
    partition.set("a", rowOf("a", "x"));
    const before = partition.snapshot();
    expect(partition.snapshot()).toBe(before);
    partition.set("b", rowOf("b", "x"));
    expect(before.rows).toHaveLength(1);
    expect(partition.snapshot().revision).toBeGreaterThan(before.revision);
    expect(partition.snapshot().key).toBe(before.key);
  });

  it("should compute a derived value once a revision, from the one before, and older ones by themselves", () => {
    const partition = newPartition();
    const calls: (number | undefined)[] = [];
    const count = createDerived<number>((now, before) => {
      calls.push(before?.value);
      return now.rows.length;
    });
    const empty = partition.snapshot();
    partition.set("a", rowOf("a", "x"));
    const one = partition.snapshot();
    partition.set("b", rowOf("b", "x"));
    expect([count.at(one), count.at(one), count.at(partition.snapshot()), count.at(empty), count.at(one)]).toEqual([
      1, 1, 2, 0, 1,
    ]);
    expect(calls).toEqual([undefined, 1, undefined]);
  });

  it.each([
    ["9", "10", -1],
    ["123456789012345678901", "123456789012345678900", 1],
    ["5", "5", 0],
    ["", "5", undefined],
    ["0", "5", undefined],
    ["05", "5", undefined],
    ["5a", "5", undefined],
    ["5", "-5", undefined],
    ["5\n", "5", undefined],
    ["a", "b", undefined],
  ])("should compare versions %s and %s only where that is allowed", (left, right, expected) => {
    const order = compareVersions(left, right);
    expect(order === undefined ? undefined : Math.sign(order)).toBe(expected);
  });
});

describe("change log", () => {
  const changeOf = (sequence: number, resourceVersion: string, uid: string, synthesised = false): Change => {
    const after = { uid } as unknown as AnyRow;
    return {
      sequence,
      cluster: "home",
      resource: "pods",
      type: "MODIFIED",
      synthesised,
      before: undefined,
      after,
      resourceVersion,
    };
  };

  it("should find every position it gave, also of changes that share a version, and not those of others", () => {
    const log = new ResourceLog({ changes: 100, bytes: Infinity }, 0);
    const changes = [
      changeOf(1, "5", "a", true),
      changeOf(2, "5", "b", true),
      changeOf(3, "6", "a"),
      changeOf(4, "7", "a"),
    ];
    log.append(changes[0]!);
    log.append(changes[1]!);
    log.listed("5");
    expect(log.position()).toEqual({ resourceVersion: "5", uidHash: "" });
    log.append(changes[2]!);
    log.append(changes[3]!);
    changes.forEach((change, index) => expect(log.since(toLogPosition(change))).toEqual(changes.slice(index + 1)));
    expect(log.since({ resourceVersion: "5", uidHash: "" })).toEqual(changes.slice(2));
    expect(log.since(toLogPosition(changeOf(9, "5", "a")))).toBeUndefined();
    expect(log.position()).toEqual(toLogPosition(changes[3]!));
    log.forgetPositions();
    expect(log.position()).toBeUndefined();
    expect(log.since(toLogPosition(changes[3]!))).toBeUndefined();
    expect(log.after(2)).toEqual(changes.slice(2));
  });

  it("should stay bounded, and know what it no longer has", () => {
    const log = new ResourceLog({ changes: 10, bytes: Infinity }, 0);
    for (let sequence = 1; sequence <= 1_000; sequence++) log.append(changeOf(sequence, String(sequence), "a"));
    expect(log.after(5)).toBeUndefined();
    expect(log.after(995)?.map(({ sequence }) => sequence)).toEqual([996, 997, 998, 999, 1_000]);
    expect(log.since(toLogPosition(changeOf(0, "100", "a")))).toBeUndefined();
    expect(log.after(1_000)).toEqual([]);
  });

  it("should stay within its memory, counting what only it keeps", () => {
    const log = new ResourceLog({ changes: 10_000, bytes: 100_000 }, 0);
    const body = createTextBody(`{"metadata":{"note":"${"x".repeat(4_000)}"}}`);
    for (let sequence = 1; sequence <= 200; sequence++) {
      const change = changeOf(sequence, String(sequence), "a");
      log.append({ ...change, before: { ...change.after!, body } });
    }
    const kept = [...Array(201).keys()].findLast((since) => log.after(since) === undefined)!;
    // Some 5.3 KB each: at most 19 of them, and never fewer than half of that.
    expect(200 - kept).toBeGreaterThan(8);
    expect(200 - kept).toBeLessThan(20);
    expect(log.after(200)).toEqual([]);
  });
});
