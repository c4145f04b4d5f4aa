import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  LoadedSnapshot,
  SnapshotId,
  SnapshotRecord,
  SnapshotStore,
  StoredSnapshot,
} from "../../src/cache/snapshot-store.ts";

/** A place that outlives the stores on it, as a folder does. */
export interface SnapshotPlace {
  /** A store on it. At most one at a time is in use. */
  open(): SnapshotStore;
  /** Ends the store that was opened last as a process that stops: what it wrote is there. */
  close(): Promise<void>;
  /** Takes the place away. */
  dispose(): Promise<void>;
  /** Access to what lies there, where it is files. */
  readonly files?: {
    /** The only file of an id; undefined where there is none. */
    read(id: SnapshotId): Promise<Buffer | undefined>;
    write(id: SnapshotId, bytes: Buffer): Promise<void>;
    /** Files that were set aside, of all ids. */
    setAside(): Promise<readonly string[]>;
  };
  /** Makes calls of the disk fail from now on; undefined: no longer. */
  readonly fail?: (
    fault: ((call: string) => { readonly code: string; readonly torn?: boolean } | undefined) | undefined,
  ) => void;
}

export interface SnapshotStoreSupports {
  /** It keeps files, which crashes and damage can harm. */
  readonly files: boolean;
  /** Its disk can be made to fail. */
  readonly faults: boolean;
}

export const podsId: SnapshotId = { clusterUid: "11111111-2222-3333-4444-555555555555", resource: "pods" };
const at = (resourceVersion: string, observedAtMs = 1_000): Omit<StoredSnapshot, "objects" | "bytes"> => ({
  resourceVersion,
  observedAtMs,
});
const put = (key: string, value: string): SnapshotRecord => ({ key, value });
const gone = (key: string): SnapshotRecord => ({ key, value: undefined });
const snapshot = (resourceVersion: string, objects: Record<string, string>): StoredSnapshot => ({
  ...at(resourceVersion),
  objects: new Map(Object.entries(objects)),
});

/** A history: a snapshot, then batches; and each state there was, by its version. */
const history = {
  first: {
    ...snapshot("1", { "a/one": '{"n":1}', "a/two": '{"n":"zwölf"}', three: "{}" }),
    bytes: new Map([["\0some", Buffer.from([0, 255, 10, 123])]]),
  },
  batches: [
    { records: [put("a/one", '{"n":2}'), gone("three")], at: at("2", 2_000) },
    { records: [put("b/four", '{"n":4}')], at: at("3", 3_000) },
    { records: [gone("a/two"), gone("never"), put("a/two", "{}")], at: at("4", 4_000) },
    { records: [], at: at("5", 5_000) },
  ],
};

function statesOf({ first, batches }: typeof history): readonly StoredSnapshot[] {
  const states: StoredSnapshot[] = [first];
  for (const batch of batches) {
    const objects = new Map(states.at(-1)!.objects);
    for (const { key, value } of batch.records) {
      if (value === undefined) objects.delete(key);
      else objects.set(key, value);
    }
    states.push({ ...first, ...batch.at, objects });
  }
  return states;
}

const states = statesOf(history);

async function writeHistory(store: SnapshotStore, id = podsId): Promise<void> {
  await store.compact(id, history.first);
  for (const batch of history.batches) await store.append(id, batch.records, batch.at);
}

/** What was loaded, its bytes too; rejects where they cannot be read. */
export async function whole(loading: Promise<LoadedSnapshot | undefined>): Promise<StoredSnapshot | undefined> {
  const loaded = await loading;
  if (loaded === undefined) return undefined;
  const bytes = new Map<string, Buffer>();
  try {
    for (const [key, each] of loaded.bytes) bytes.set(key, await each.read());
  } finally {
    await loaded.close();
  }
  const { resourceVersion, observedAtMs, objects } = loaded;
  return { resourceVersion, observedAtMs, objects, ...(bytes.size === 0 ? {} : { bytes }) };
}

/** The same where damaged bytes are none that are served. */
async function served(loading: Promise<LoadedSnapshot | undefined>): Promise<StoredSnapshot | undefined> {
  const loaded = await loading;
  if (loaded === undefined) return undefined;
  return whole(Promise.resolve(loaded)).catch(() => undefined);
}

/** What every SnapshotStore promises (src/cache/snapshot-store.ts). */
export function snapshotStoreSuite(
  name: string,
  createPlace: () => Promise<SnapshotPlace>,
  supports: SnapshotStoreSupports,
): void {
  describe(`SnapshotStore: ${name}`, () => {
    let place: SnapshotPlace;
    let store: SnapshotStore;
    beforeEach(async () => {
      place = await createPlace();
      store = place.open();
    });
    afterEach(async () => {
      place.fail?.(undefined);
      await place.close();
      await place.dispose();
    });
    /** As after a restart. */
    const reopen = async (): Promise<SnapshotStore> => {
      await place.close();
      store = place.open();
      return store;
    };

    it("MUST hold nothing at first", async () => {
      expect(await store.load(podsId)).toBeUndefined();
      expect(await store.list(podsId.clusterUid)).toEqual([]);
    });

    it("MUST give back the newest state, at once and after a restart", async () => {
      await writeHistory(store);
      expect(await whole(store.load(podsId))).toEqual(states.at(-1));
      expect(await whole((await reopen()).load(podsId))).toEqual(states.at(-1));
    });

    it("MUST go on appending after a restart, loaded or not", async () => {
      await writeHistory(store);
      await (await reopen()).append(podsId, [put("x", "1")], at("6"));
      await reopen();
      await store.load(podsId);
      await store.append(podsId, [gone("a/one")], at("7"));
      const objects = new Map(states.at(-1)!.objects).set("x", "1");
      objects.delete("a/one");
      expect(await whole((await reopen()).load(podsId))).toEqual({ ...states.at(-1)!, ...at("7"), objects });
    });

    it("MUST keep bytes that were not read when it goes on appending after a restart", async () => {
      await store.compact(podsId, history.first);
      const loaded = (await (await reopen()).load(podsId))!;
      await store.append(podsId, [put("x", "1")], at("6"));
      await loaded.close();
      const objects = new Map(history.first.objects).set("x", "1");
      expect(await whole((await reopen()).load(podsId))).toEqual({ ...history.first, ...at("6"), objects });
      await store.append(podsId, [], at("7"));
      expect(await whole((await reopen()).load(podsId))).toEqual({ ...history.first, ...at("7"), objects });
    });

    it("MUST let bytes be read after what they are of was replaced or removed", async () => {
      for (const replace of [() => store.compact(podsId, snapshot("9", {})), () => store.remove(podsId)]) {
        await store.compact(podsId, history.first);
        const loaded = (await store.load(podsId))!;
        await replace();
        const [bytes] = [...loaded.bytes.values()];
        expect(bytes!.length).toBe(4);
        expect([...bytes!.readNow()]).toEqual([0, 255, 10, 123]);
        expect([...(await bytes!.read())]).toEqual([0, 255, 10, 123]);
        await loaded.close();
        await loaded.close();
      }
    });

    it("MUST take appends where there was nothing", async () => {
      await store.append(podsId, [put("a", "1")], at("1"));
      expect(await whole((await reopen()).load(podsId))).toEqual(snapshot("1", { a: "1" }));
    });

    it("MUST tell an empty state from none", async () => {
      await store.compact(podsId, snapshot("9", {}));
      expect(await whole((await reopen()).load(podsId))).toEqual(snapshot("9", {}));
    });

    it("MUST replace all by a compaction", async () => {
      await writeHistory(store);
      await store.compact(podsId, snapshot("7", { z: "1" }));
      await store.append(podsId, [put("y", "2")], at("8"));
      expect(await whole((await reopen()).load(podsId))).toEqual(snapshot("8", { z: "1", y: "2" }));
    });

    it("MUST keep clusters and resources apart, and list and remove them", async () => {
      const others: readonly SnapshotId[] = [
        { ...podsId, resource: "deployments.apps" },
        { ...podsId, clusterUid: "other" },
        { ...podsId, resource: "Pods" },
        { ...podsId, resource: "../pods" },
        { clusterUid: "..", resource: "." },
        { ...podsId, resource: "a/b" },
        { ...podsId, resource: "x".repeat(1_000) },
        { ...podsId, resource: `${"x".repeat(999)}y` },
      ];
      await store.compact(podsId, snapshot("p", {}));
      for (const [index, id] of others.entries()) await store.compact(id, snapshot(`o${index}`, {}));
      await reopen();
      for (const [index, id] of others.entries()) expect((await store.load(id))?.resourceVersion).toBe(`o${index}`);
      expect(await store.list(podsId.clusterUid)).toEqual(
        [
          "pods",
          ...others.filter(({ clusterUid }) => clusterUid === podsId.clusterUid).map(({ resource }) => resource),
        ].toSorted(),
      );
      expect(await store.list("..")).toEqual(["."]);
      await store.remove(podsId);
      await store.remove(podsId);
      expect(await store.load(podsId)).toBeUndefined();
      expect(await store.list(podsId.clusterUid)).not.toContain("pods");
      expect((await store.load(others[0]!))?.resourceVersion).toBe("o0");
    });

    it("MUST not share what it holds with the caller", async () => {
      const objects = new Map([["a", "1"]]);
      await store.compact(podsId, { ...at("1"), objects });
      objects.set("a", "2");
      expect((await store.load(podsId))?.objects.get("a")).toBe("1");
    });

    it("MUST keep any text as it is", async () => {
      const text = fc.string({ unit: "grapheme-composite", maxLength: 20 });
      const record = fc.record({ key: text, value: fc.option(text, { nil: undefined }) });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(record, { maxLength: 5 }), { maxLength: 4 }), async (batches) => {
          const expected = new Map<string, string>();
          await store.compact(podsId, snapshot("0", {}));
          for (const records of batches) {
            await store.append(podsId, records, at("1"));
            for (const { key, value } of records) {
              if (value === undefined) expected.delete(key);
              else expected.set(key, value);
            }
          }
          expect((await store.load(podsId))?.objects).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    });

    it("MUST work on several ids at once", async () => {
      const ids = Array.from({ length: 12 }, (_, index) => ({ ...podsId, resource: `r${index}` }));
      await Promise.all(ids.map((id) => writeHistory(store, id)));
      const loaded = await Promise.all(ids.map((id) => whole(store.load(id))));
      for (const one of loaded) expect(one).toEqual(states.at(-1));
    });

    it("SHOULD stand appends, compactions and loads of one id at the same time", async () => {
      const seen = await Promise.all([
        writeHistory(store),
        ...Array.from({ length: 20 }, async (_, index) => {
          if (index % 3 === 0) await store.compact(podsId, history.first);
          else if (index % 3 === 1) await store.append(podsId, [put(`k${index}`, "{}")], at(`v${index}`));
          return whole(store.load(podsId));
        }),
      ]);
      for (const one of seen.slice(1)) expect(one).toBeDefined();
      const last = await whole(store.load(podsId));
      expect(await whole((await reopen()).load(podsId))).toEqual(last);
    });

    if (supports.files)
      describe("on files", () => {
        const files = (): NonNullable<SnapshotPlace["files"]> => place.files!;
        async function written(): Promise<Buffer> {
          await writeHistory(store);
          await place.close();
          const bytes = (await files().read(podsId))!;
          store = place.open();
          return bytes;
        }

        it("MUST give one of the states that were, or none, wherever a write was torn", async () => {
          const bytes = await written();
          const found: (string | undefined)[] = [];
          for (let size = 0; size <= bytes.length; size++) {
            await place.close();
            await files().write(podsId, bytes.subarray(0, size));
            store = place.open();
            const loaded = await served(store.load(podsId));
            if (loaded !== undefined) expect(states).toContainEqual(loaded);
            found.push(loaded?.resourceVersion);
          }
          expect([...new Set(found)]).toEqual([undefined, "1", "2", "3", "4", "5"]);
          expect(found.at(-1)).toBe("5");
        });

        it("MUST go on behind a torn write as if it had not been", async () => {
          const bytes = await written();
          for (let size = bytes.length - 1; size > bytes.length - 60; size -= 7) {
            await place.close();
            await files().write(podsId, bytes.subarray(0, size));
            store = place.open();
            const before = (await whole(store.load(podsId)))!;
            await store.append(podsId, [put("new", "1")], at("next"));
            const objects = new Map(before.objects).set("new", "1");
            expect(await whole((await reopen()).load(podsId))).toEqual({ ...history.first, ...at("next"), objects });
          }
        });

        it("MUST never serve a flipped bit", async () => {
          const bytes = await written();
          for (let offset = 0; offset < bytes.length; offset++) {
            const damaged = Buffer.from(bytes);
            damaged[offset]! ^= 1 << (offset % 8);
            await place.close();
            await files().write(podsId, damaged);
            store = place.open();
            const loaded = await served(store.load(podsId));
            if (loaded !== undefined) expect(states.slice(0, -1)).toContainEqual(loaded);
          }
        });

        it.each(["read", "readNow"] as const)(
          "MUST tell of damaged bytes when they are asked for (%s), and set the file aside once",
          async (how) => {
            const bytes = await written();
            bytes[bytes.indexOf(Buffer.from([0, 255, 10, 123])) + 2]! ^= 1;
            await files().write(podsId, bytes);
            const loaded = (await store.load(podsId))!;
            const [damaged] = [...loaded.bytes.values()];
            for (let time = 0; time < 2; time++)
              await expect((async () => damaged![how]())()).rejects.toThrow("not those that were written");
            await expect(store.append(podsId, [], at("6"))).rejects.toThrow("compact first");
            await loaded.close();
            expect(await files().setAside()).toHaveLength(1);
            expect(await store.load(podsId)).toBeUndefined();
            await store.compact(podsId, history.first);
            expect(await whole((await reopen()).load(podsId))).toEqual(history.first);
          },
        );

        it("MUST leave a newer file alone where bytes of an older one are damaged", async () => {
          const bytes = await written();
          bytes[bytes.indexOf(Buffer.from([0, 255, 10, 123])) + 2]! ^= 1;
          await files().write(podsId, bytes);
          const loaded = (await store.load(podsId))!;
          await store.compact(podsId, history.first);
          expect(() => [...loaded.bytes.values()][0]!.readNow()).toThrow("not those that were written");
          await loaded.close();
          await store.append(podsId, [], at("6"));
          expect(await files().setAside()).toEqual([]);
        });

        it("MUST never serve blocks that are lost, zeroed or doubled", async () => {
          const bytes = await written();
          for (let start = 0; start < bytes.length; start += 16) {
            const [head, block, tail] = [
              bytes.subarray(0, start),
              bytes.subarray(start, start + 16),
              bytes.subarray(start + 16),
            ];
            for (const damaged of [
              Buffer.concat([head, tail]),
              Buffer.concat([head, Buffer.alloc(block.length), tail]),
              Buffer.concat([head, block, block, tail]),
            ]) {
              await place.close();
              await files().write(podsId, damaged);
              store = place.open();
              const loaded = await served(store.load(podsId));
              if (loaded !== undefined) expect(states).toContainEqual(loaded);
            }
          }
        });

        it.each([
          ["empty", () => Buffer.alloc(0)],
          ["full of zeros", () => Buffer.alloc(4_096)],
          ["of something else", () => Buffer.from("apiVersion: v1\nkind: List\n".repeat(50))],
          ["cut in its header", (bytes: Buffer) => bytes.subarray(0, 20)],
        ])("MUST set a file aside that is %s, and work on without it", async (_, damage) => {
          const bytes = await written();
          await files().write(podsId, damage(bytes));
          expect(await store.load(podsId)).toBeUndefined();
          expect(await store.list(podsId.clusterUid)).toEqual([]);
          expect(await files().setAside()).toHaveLength(1);
          await expect(store.append(podsId, [], at("6"))).rejects.toThrow("compact first");
          await store.compact(podsId, history.first);
          await store.append(podsId, history.batches[0]!.records, history.batches[0]!.at);
          expect(await whole((await reopen()).load(podsId))).toEqual(states[1]);
        });

        it("MUST not append to a damaged file that nobody has loaded", async () => {
          const bytes = await written();
          await files().write(podsId, bytes.subarray(0, 60));
          await expect(store.append(podsId, [put("a", "1")], at("6"))).rejects.toThrow("compact first");
          expect(await whole((await reopen()).load(podsId))).toBeUndefined();
        });

        it("MUST never serve the file of another cluster or resource", async () => {
          const bytes = await written();
          for (const other of [
            { ...podsId, clusterUid: "another" },
            { ...podsId, resource: "nodes" },
          ]) {
            await store.compact(other, history.first);
            await place.close();
            await files().write(other, bytes);
            store = place.open();
            expect(await store.list(other.clusterUid)).not.toContain(other.resource);
            expect(await store.load(other)).toBeUndefined();
          }
        });

        it("MUST not grow for ever in a process that only appends and restarts", async () => {
          const value = "x".repeat(100_000);
          await store.compact(podsId, snapshot("1", { a: value }));
          let largest = 0;
          for (let round = 0; round < 30; round++) {
            await store.append(podsId, [put("a", value)], at(String(round)));
            await reopen();
            expect((await store.load(podsId))?.resourceVersion).toBe(String(round));
            largest = Math.max(largest, (await files().read(podsId))!.length);
          }
          expect(largest).toBeLessThan(1_500_000);
        });
      });

    if (supports.faults)
      describe("on a disk that fails", () => {
        const codes = ["ENOSPC", "EIO", "EROFS"] as const;

        it.each(codes)(
          "MUST keep an old or the new state whichever write fails with %s, and recover by a compaction",
          async (code) => {
            for (let failing = 1, reached = true; reached; failing++) {
              place.fail!(undefined);
              await store.compact(podsId, history.first);
              let calls = 0;
              place.fail!((call) => (call !== "read" && ++calls === failing ? { code, torn: true } : undefined));
              const outcomes: boolean[] = [];
              for (const write of [
                () => store.append(podsId, history.batches[0]!.records, history.batches[0]!.at),
                () => store.compact(podsId, states[2]!),
                () => store.append(podsId, history.batches[2]!.records, history.batches[2]!.at),
              ]) {
                outcomes.push(
                  await write().then(
                    () => true,
                    (error: unknown) => {
                      expect(String(error)).toMatch(/pods\.pack: /u);
                      return false;
                    },
                  ),
                );
              }
              reached = calls >= failing;
              place.fail!(undefined);
              const loaded = await served(store.load(podsId));
              const allowed = [states[0], states[1], states[2], states[3]];
              expect(allowed).toContainEqual(loaded);
              if (outcomes[1] === true) expect(outcomes[2] ? [states[3]] : [states[2]]).toContainEqual(loaded);
              await store.compact(podsId, states[4]!);
              expect(await whole((await reopen()).load(podsId))).toEqual(states[4]);
            }
          },
        );

        it("MUST not append past a change that was lost", async () => {
          await store.compact(podsId, history.first);
          place.fail!((call) => (call === "append" ? { code: "ENOSPC" } : undefined));
          await expect(store.append(podsId, [gone("three")], at("2"))).rejects.toThrow("ENOSPC");
          place.fail!(undefined);
          await expect(store.append(podsId, [put("a/one", "9")], at("3"))).rejects.toThrow("compact first");
          expect(await whole(store.load(podsId))).toEqual(history.first);
          await store.compact(podsId, snapshot("3", {}));
          await store.append(podsId, [put("a", "1")], at("4"));
          expect(await whole((await reopen()).load(podsId))).toEqual(snapshot("4", { a: "1" }));
        });

        it("MUST serve what is there from a disk that cannot be written", async () => {
          await writeHistory(store);
          await reopen();
          place.fail!((call) => (["read", "readStart", "listFolder"].includes(call) ? undefined : { code: "EROFS" }));
          expect(await whole(store.load(podsId))).toEqual(states.at(-1));
          expect(await store.list(podsId.clusterUid)).toEqual(["pods"]);
          await expect(store.append(podsId, [], at("6"))).rejects.toThrow("EROFS");
          await expect(store.compact(podsId, history.first)).rejects.toThrow("EROFS");
          await expect(store.remove(podsId)).rejects.toThrow("EROFS");
          expect(await whole(store.load(podsId))).toEqual(states.at(-1));
        });

        it("MUST reject with path and cause where the disk cannot be read", async () => {
          await writeHistory(store);
          place.fail!((call) => (call === "read" || call === "listFolder" ? { code: "EIO" } : undefined));
          await expect(store.load(podsId)).rejects.toThrow(/pods\.pack: EIO/u);
          await expect(store.list(podsId.clusterUid)).rejects.toThrow("EIO");
        });
      });
  });
}
