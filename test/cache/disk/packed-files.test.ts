import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderLock } from "../../../src/cache/disk/folder-lock.ts";
import type { ProcessIdentity } from "../../../src/cache/disk/folder-lock.ts";
import { createGate } from "../../../src/cache/disk/gate.ts";
import { createNodeDisk } from "../../../src/cache/disk/node-disk.ts";
import { decodePack, encodeHeader, encodeMark, encodeRecord } from "../../../src/cache/disk/pack-format.ts";
import { PackedSnapshotStore } from "../../../src/cache/disk/packed-snapshot-store.ts";
import { toSafeName } from "../../../src/cache/disk/safe-name.ts";
import type { StoredSnapshot } from "../../../src/cache/snapshot-store.ts";
import type { Logger } from "../../../src/lib/logger.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createDeferred } from "../../../src/lib/deferred.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { whole } from "../../contract/snapshot-store-suite.ts";
import { eventually } from "../../support/eventually.ts";
import { withFaults } from "./faulty-disk.ts";

const id = { clusterUid: "u", resource: "pods" } as const;
const one: StoredSnapshot = { resourceVersion: "1", observedAtMs: 1, objects: new Map([["a", "{}"]]) };
const at = (resourceVersion: string) => ({ resourceVersion, observedAtMs: 2 });
const self: ProcessIdentity = { pid: 10, hostname: "here", token: "ten", isAlive: (pid) => pid === 11 };
const other: ProcessIdentity = { ...self, pid: 11, token: "eleven" };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleetgraph-packs-"));
});
afterEach(() => rm(dir, { recursive: true }));

function createStore({
  disk = createNodeDisk(),
  clock = createFakeClock(Date.now()),
  logger = silentLogger,
  as = self,
} = {}) {
  return { clock, store: new PackedSnapshotStore({ disk, dir, clock, logger, self: as }) };
}

describe("pack files", () => {
  it("should be for their owner alone", async () => {
    const { store } = createStore();
    await store.compact(id, one);
    const mode = async (path: string): Promise<number> => (await stat(join(dir, path))).mode & 0o777;
    expect(await Promise.all(["fleet", "fleet/u", "fleet/u/pods.pack", "fleet/lock"].map(mode))).toEqual([
      0o700, 0o700, 0o600, 0o600,
    ]);
    await store.close();
    expect(await readdir(join(dir, "fleet"))).toEqual(["u"]);
  });

  it("should be set aside with one message, one of each", async () => {
    const messages: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (message, fields) => void messages.push(`${message}: ${String(fields?.["reason"])}`),
    };
    const { store, clock } = createStore({ logger });
    for (let round = 0; round < 3; round++) {
      await store.compact(id, one);
      await writeFile(join(dir, "fleet/u/pods.pack"), "not ours");
      expect(await store.load(id)).toBeUndefined();
      expect(await store.load(id)).toBeUndefined();
      clock.jump(1_000);
    }
    expect(messages).toEqual(
      Array.from({ length: 3 }, () => "cache file is damaged and was set aside: no header of ours"),
    );
    expect(await readdir(join(dir, "fleet/u"))).toEqual([expect.stringMatching(/^pods\.pack\.damaged-2\d{3}-/u)]);
    await store.close();
  });

  it("should leave no temporary files behind", async () => {
    const { store } = createStore({
      disk: withFaults(createNodeDisk(), (call) => (call === "rename" ? { code: "EIO" } : undefined)),
    });
    await expect(store.compact(id, one)).rejects.toThrow("EIO");
    expect(await readdir(join(dir, "fleet/u"))).toEqual([]);
    await store.close();
  });

  it("should reach the medium at most once a second, and before the store is closed", async () => {
    const disk = createNodeDisk();
    let syncs = 0;
    const { store, clock } = createStore({
      disk: {
        ...disk,
        open: async (path, how) => ({ ...(await disk.open(path, how)), sync: async () => void syncs++ }),
      },
    });
    await store.compact(id, one);
    expect(syncs).toBe(1);
    for (let version = 2; version < 42; version++) {
      await store.append(id, [{ key: "a", value: "{}" }], at(String(version)));
      await clock.advance(100);
    }
    expect(syncs).toBeGreaterThanOrEqual(4);
    expect(syncs).toBeLessThanOrEqual(5);
    const before = syncs;
    await store.append(id, [], at("99"));
    await store.close();
    expect(syncs).toBe(before + 1);
    expect(clock.pending).toBe(0);
  });

  it("should not make appends wait for a slow medium", async () => {
    const slow = createDeferred();
    const disk = createNodeDisk();
    const { store, clock } = createStore({
      disk: {
        ...disk,
        async open(path, how) {
          const file = await disk.open(path, how);
          return path.endsWith(".tmp") ? { ...file, sync: () => (isSlow ? slow.promise : file.sync()) } : file;
        },
      },
    });
    let isSlow = false;
    await store.compact(id, one);
    isSlow = true;
    await store.append(id, [], at("2"));
    await clock.advance(1_000);
    await store.append(id, [], at("3"));
    expect((await store.load(id))?.resourceVersion).toBe("3");
    slow.resolve();
    await store.close();
  });

  it("should ask for the whole after a sync that failed", async () => {
    let isFailing = false;
    const { store, clock } = createStore({
      disk: withFaults(createNodeDisk(), (call) => (isFailing && call === "sync" ? { code: "EIO" } : undefined)),
    });
    await store.compact(id, one);
    isFailing = true;
    await store.append(id, [], at("2"));
    await clock.advance(1_000);
    await eventually(() => expect(store.append(id, [], at("3"))).rejects.toThrow("compact first"));
    isFailing = false;
    await store.compact(id, one);
    await store.append(id, [], at("4"));
    await store.close();
  });

  it("should let bytes be read where the folder is gone, or another process has written since", async () => {
    const { store: first, clock } = createStore();
    const bytes = new Map([["b", Buffer.from("bytes")]]);
    await first.compact(id, { ...one, bytes });
    await first.close();
    const { store: second } = createStore({ clock });
    const loaded = (await second.load(id))!;
    const { store: third } = createStore({ as: other, clock });
    await third.compact(id, one);
    await third.close();
    expect(loaded.bytes.get("b")!.readNow().toString()).toBe("bytes");
    await rm(join(dir, "fleet"), { recursive: true });
    expect((await loaded.bytes.get("b")!.read()).toString()).toBe("bytes");
    // Whoever closes the store has read enough.
    await second.close();
    await expect(loaded.bytes.get("b")!.read()).rejects.toThrow();
    expect(() => loaded.bytes.get("b")!.readNow()).toThrow();
  });

  it("should refuse work once the store is closed", async () => {
    const { store } = createStore();
    await store.close();
    await expect(store.append(id, [], at("1"))).rejects.toThrow("the store is closed");
  });
});

describe("pack format", () => {
  it("should not take frames that are lost, doubled or swapped for a whole file", async () => {
    const header = encodeHeader(id, { framesBytes: 0, blobsBytes: 0 });
    const frames: Buffer[] = [];
    let { crc } = header;
    const add = (frame: { readonly bytes: Buffer; readonly crc: number }): void => {
      frames.push(frame.bytes);
      ({ crc } = frame);
    };
    for (let version = 1; version < 6; version++) {
      for (const key of ["a", "b"]) add(encodeRecord({ key, value: String(version) }, crc));
      add(encodeMark(at(String(version)), crc));
    }
    const versionOf = async (list: readonly Buffer[]): Promise<string | undefined> => {
      const bytes = Buffer.concat([header.bytes, ...list]);
      const source = { size: bytes.length, read: async (from: number, to: number) => bytes.subarray(from, to) };
      const found = await decodePack(source, id);
      if (found.state !== "whole") return undefined;
      const {
        objects,
        at: { resourceVersion },
      } = found;
      expect([...objects.values()]).toEqual([resourceVersion, resourceVersion]);
      return resourceVersion;
    };
    expect(await versionOf(frames)).toBe("5");
    for (let index = 0; index + 1 < frames.length; index++) {
      const whole = index < 3 ? undefined : String(Math.floor(index / 3));
      const [before, frame, next, after] = [
        frames.slice(0, index),
        frames[index]!,
        frames[index + 1]!,
        frames.slice(index + 2),
      ];
      expect(await versionOf([...before, next, ...after])).toBe(whole);
      expect(await versionOf([...before, next, frame, ...after])).toBe(whole);
      expect(await versionOf([...before, frame, frame, next, ...after])).toBe(
        index % 3 === 2 ? String((index + 1) / 3) : whole,
      );
    }
  });
});

describe("toSafeName", () => {
  it("should give each text one plain name of its own", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[./A%a-]{0,4}$/u)), (text) => {
        const name = toSafeName(text);
        expect(name).toMatch(/^[a-z0-9%-][a-z0-9%.-]{0,199}$/u);
        expect(seen.get(name) ?? text).toBe(text);
        seen.set(name, text);
      }),
      { numRuns: 500 },
    );
    expect(toSafeName("deployments.apps")).toBe("deployments.apps");
  });
});

describe("FolderLock", () => {
  it("should let one process write and any read", async () => {
    const { store: first, clock } = createStore();
    await first.compact(id, one);
    const { store: second } = createStore({ as: other, clock });
    expect(await whole(second.load(id))).toEqual(one);
    // As `other` sees it, process 10 lives.
    const { store: third } = createStore({ as: { ...other, isAlive: () => true }, clock });
    await expect(third.append(id, [], at("2"))).rejects.toThrow(
      `${join(dir, "fleet")} is in use by process 10 on here`,
    );
    await first.close();
    await clock.advance(5_000);
    await third.compact(id, one);
    await third.close();
    await second.close();
  });

  it("should leave damaged files alone where another process writes", async () => {
    const { store: first, clock } = createStore();
    await first.compact(id, one);
    await writeFile(join(dir, "fleet/u/pods.pack"), "half a write of the other one");
    const { store: second } = createStore({ as: { ...other, isAlive: () => true }, clock });
    expect(await second.load(id)).toBeUndefined();
    expect(await readdir(join(dir, "fleet/u"))).toEqual(["pods.pack"]);
    await second.close();
    await first.close();
  });

  it.each([
    ["a process that is gone", { pid: 12, hostname: "here", token: "x" }, 0, true],
    ["our own pid, as in a container that starts again", { pid: 10, hostname: "here", token: "x" }, 0, true],
    ["a process that lives", { pid: 11, hostname: "here", token: "x" }, 0, false],
    ["another host that gives signs", { pid: 12, hostname: "there", token: "x" }, 20_000, false],
    ["another host that gives none", { pid: 12, hostname: "there", token: "x" }, 36_000, true],
    ["a pid that has been given again", { pid: 11, hostname: "here", token: "x" }, 36_000, true],
    ["nobody, made just now", undefined, 0, false],
    ["nobody, made by a process that crashed", undefined, 3_000, true],
  ])("should know what to do with the lock of %s", async (_, holder, ageMs, isTaken) => {
    const clock = createFakeClock(Date.now());
    const path = join(dir, "lock");
    await writeFile(path, holder === undefined ? "" : JSON.stringify(holder));
    const then = new Date(clock.now() - ageMs);
    await utimes(path, then, then);
    const lock = new FolderLock(createNodeDisk(), path, self, clock);
    const taken = await lock.take().then(
      () => true,
      () => false,
    );
    expect(taken).toBe(isTaken);
    await lock.release();
    expect(clock.pending).toBe(0);
  });

  it("should show that it lives, and notice that it was taken over while it slept", async () => {
    const clock = createFakeClock(Date.now());
    const path = join(dir, "lock");
    const lock = new FolderLock(createNodeDisk(), path, self, clock);
    await Promise.all([lock.take(), lock.take()]);
    await clock.advance(10_000);
    await eventually(async () => expect((await stat(path)).mtimeMs).toBeCloseTo(clock.now(), -2));
    await writeFile(path, JSON.stringify(other));
    await eventually(async () => {
      await clock.advance(10_000);
      expect(lock.isHeld).toBe(false);
    });
    await lock.release();
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: 11 });
  });
});

describe("createGate", () => {
  it("should let so many in, in order, and go on after a failure", async () => {
    const gate = createGate(2);
    const doors = Array.from({ length: 4 }, () => createDeferred());
    const entered: number[] = [];
    const results = doors.map(({ promise }, index) =>
      gate(async () => {
        entered.push(index);
        await promise;
      }),
    );
    const failed = expect(results[0]).rejects.toThrow("no");
    await Promise.resolve();
    expect(entered).toEqual([0, 1]);
    doors[0]!.reject(new Error("no"));
    await failed;
    await eventually(() => expect(entered).toEqual([0, 1, 2]));
    for (const { resolve } of doors) resolve();
    await Promise.allSettled(results);
    expect(entered).toEqual([0, 1, 2, 3]);
  });
});
