import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { Store } from "../../src/cache/store.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const rowOf = (namespace: string, name: string, version: number): AnyRow =>
  ({ namespace, name, uid: name, resourceVersion: String(version), body: { byteLength: 0 } }) as unknown as AnyRow;

function newStore() {
  const store = new Store({ clock: createFakeClock(), logger: silentLogger, logLimit: 100 });
  return store.add("home", knownResources.pods);
}

describe("the store of a resource", () => {
  it("should show in each snapshot all that is held at that moment, whatever came and went since the one before", () => {
    const act = fc.record({
      namespace: fc.constantFrom("a", "b", "c", "d"),
      name: fc.constantFrom("x", "y", "z"),
      isGone: fc.boolean(),
      looks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const store = newStore();
        const truth = new Map<string, AnyRow>();
        for (const [version, { namespace, name, isGone, looks }] of acts.entries()) {
          const origin = { resourceVersion: String(version), synthesised: false };
          const row = rowOf(namespace, name, version);
          store.edit(() => (isGone ? store.remove(namespace, name, origin) : store.put(row, origin)));
          if (isGone) truth.delete(`${namespace}/${name}`);
          else truth.set(`${namespace}/${name}`, row);
          if (!looks) continue;
          const { partitions, size } = store.snapshot();
          const held = [...truth].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
          expect(partitions.flatMap(({ rows }) => rows)).toEqual(held);
          expect(size).toBe(held.length);
          expect(partitions.map(({ key }) => key.namespace)).toEqual([...new Set(held.map((each) => each.namespace))]);
          for (const each of held) expect(store.snapshot().get(each.namespace ?? "", each.name)).toBe(each);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("should leave snapshots as they were, and share with the next one all partitions that have not changed", () => {
    const store = newStore();
    const origin = { resourceVersion: "1", synthesised: false };
    store.edit(() => ["a", "b"].forEach((namespace) => store.put(rowOf(namespace, "x", 1), origin)));
    const first = store.snapshot();
    store.observed(1);
    expect(store.snapshot().partitions).toBe(first.partitions);
    store.edit(() => store.put(rowOf("b", "x", 2), origin));
    const second = store.snapshot();
    expect(second.partition("a")).toBe(first.partition("a"));
    expect([first, second].map((each) => each.get("b", "x")?.resourceVersion)).toEqual(["1", "2"]);
  });

  it("should show nothing of what it held once it has let go", () => {
    const store = newStore();
    store.edit(() => store.put(rowOf("a", "x", 1), { resourceVersion: "1", synthesised: false }));
    store.edit(() => store.put(rowOf("a", "x", 2), { resourceVersion: "2", synthesised: false }));
    store.letGo("SYNCING", "Connecting", null);
    expect(store.snapshot().partitions).toEqual([]);
  });
});
