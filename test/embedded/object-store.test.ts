import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createObjectStore } from "../../src/embedded/storage/object-store.ts";
import type { ObjectStore } from "../../src/embedded/storage/object-store.ts";

const key = (name: string): { resource: string; namespace: string; name: string } => ({
  resource: "things",
  namespace: "ns",
  name,
});

function put(store: ObjectStore, name: string, value: number): void {
  store.commit({ type: "put", key: key(name), draft: { apiVersion: "v1", kind: "Thing", metadata: { name }, value } });
}

const shown = (store: ObjectStore, revision?: number): string[] | undefined =>
  (revision === undefined ? store.list("things", "") : store.listAt("things", "", revision))?.map(
    ({ metadata, ["value"]: value }) => `${metadata.name}=${String(value)}@${metadata.resourceVersion}`,
  );

describe("object store", () => {
  it("should give each change its own revision, without gaps, across resources", () => {
    const store = createObjectStore({ historyLimit: 10 });
    put(store, "a", 1);
    store.commit({ type: "put", key: { resource: "others", namespace: "", name: "o" }, draft: { apiVersion: "v1", kind: "O", metadata: { name: "o" } } }); // prettier-ignore
    put(store, "a", 2);
    const gone = store.commit({ type: "delete", key: key("a") });
    expect(store.revision).toBe(4);
    expect(gone.metadata.resourceVersion).toBe("4");
    expect(store.log.entriesAfter(0)?.map((entry) => [entry.revision, entry.type])).toEqual([
      [1, "create"],
      [2, "create"],
      [3, "update"],
      [4, "delete"],
    ]);
  });

  it("should show every revision still held exactly as it was", () => {
    const change = fc.record({ name: fc.constantFrom("a", "b", "c"), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.integer({ min: 4, max: 50 }), (changes, historyLimit) => {
        const store = createObjectStore({ historyLimit });
        const seen = new Map<number, string[] | undefined>([[0, []]]);
        changes.forEach(({ name, remove }, index) => {
          if (!remove) put(store, name, index);
          else if (store.get(key(name)) !== undefined) store.commit({ type: "delete", key: key(name) });
          seen.set(store.revision, shown(store));
        });
        for (const [revision, expected] of seen) {
          const found = shown(store, revision);
          if (revision < store.log.compactedRevision) expect(found).toBeUndefined();
          else expect(found).toEqual(expected);
        }
        expect(store.revision - store.log.compactedRevision).toBeLessThanOrEqual(historyLimit * 1.25);
      }),
      { numRuns: 100 },
    );
  });

  it("should wake who took the handle before a change", async () => {
    const store = createObjectStore({ historyLimit: 10 });
    const changed = store.log.changed();
    put(store, "a", 1);
    await changed;
    expect(store.log.entriesAfter(0)).toHaveLength(1);
  });
});
