import { describe, expect, it } from "vitest";

import { MemorySnapshotStore } from "../../src/cache/disk/memory-snapshot-store.ts";
import type { SnapshotStore, StoredBytes } from "../../src/cache/snapshot-store.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import type { LogLine } from "../support/recording-logger.ts";
import { failure } from "./support/fake-api.ts";
import { FakeCluster } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";
import type { RunningCache } from "./support/run-cache.ts";
import { settle } from "./support/settle.ts";

const { pods } = knownResources;

/** Two blocks. */
const count = 300;

/** Pods on a disk that counts how often bodies are read, and can be made to damage them. */
async function leftBehind() {
  const held = new MemorySnapshotStore();
  const { client: api } = new FakeCluster("home");
  for (let index = 0; index < count; index++) api.put(pods, `a/pod-${100 + index}`);
  const run = await runCache([new FakeCluster("home", api)], { snapshots: held });
  await run.stop();
  const disk = { reads: 0, isOpen: new Set<object>(), isDamaged: false };
  const check = (value: Buffer): Buffer => {
    disk.reads++;
    if (disk.isDamaged) throw new Error("damaged");
    return value;
  };
  const counting = (each: StoredBytes): StoredBytes => ({
    length: each.length,
    read: async () => check(await each.read()),
    readNow: () => check(each.readNow()),
  });
  const snapshots: SnapshotStore = {
    list: (uid) => held.list(uid),
    append: (...args) => held.append(...args),
    compact: (...args) => held.compact(...args),
    remove: (id) => held.remove(id),
    async load(id) {
      const loaded = await held.load(id);
      if (loaded === undefined) return undefined;
      const bytes = new Map([...loaded.bytes].map(([key, each]) => [key, counting(each)]));
      const opened = { ...loaded, bytes, close: async () => void disk.isOpen.delete(opened) };
      disk.isOpen.add(opened);
      return opened;
    },
  };
  const lines: LogLine[] = [];
  const start = (): Promise<RunningCache> =>
    runCache([new FakeCluster("home", api)], { snapshots, logger: createRecordingLogger(lines) });
  return { api, disk, start, warnings: () => lines.filter(({ level }) => level === "warn") };
}

const rowOf = (run: RunningCache, name: string) => run.cache.snapshot().resource("home", "pods")!.get("a", name)!;

describe("bodies of a start from disk", () => {
  stopCachesAfterEach();

  it("should be read with their block when one is asked for, and all others once nobody waits", async () => {
    const { api, disk, start } = await leftBehind();
    api.fault = () => failure("ConnectionFailed");
    const run = await start();
    // The first block, for the form of all rows.
    expect([run.rows(pods).length, disk.reads]).toEqual([count, 1]);
    expect(rowOf(run, "pod-101").body.parse().metadata.name).toBe("pod-101");
    expect(disk.reads).toBe(1);
    for (const name of ["pod-398", "pod-399"]) expect(rowOf(run, name).body.parse().metadata.name).toBe(name);
    expect(disk.reads).toBe(2);
    await run.clock.advance(1_000);
    await settle();
    expect(disk.reads).toBe(2);
    expect(disk.isOpen).toEqual(new Set());
  });

  it("should be closed by a cache that stops before it has read them", async () => {
    const { api, disk, start } = await leftBehind();
    api.fault = () => failure("ConnectionFailed");
    const run = await start();
    await run.stop();
    // What has no bytes may be closed twice.
    expect(disk.reads).toBe(1);
    expect(disk.isOpen).toEqual(new Set());
  });

  it.each([
    ["nobody asked for them", () => {}],
    ["somebody asked for one", (run: RunningCache) => expect(() => rowOf(run, "pod-399").body.text()).toThrow("cannot be read")], // prettier-ignore
  ])("should take the rows with them where they are damaged, said once, and be listed anew: %s", async (_when, act) => {
    const { api, disk, start, warnings } = await leftBehind();
    api.fault = () => failure("ConnectionFailed");
    const run = await start();
    expect(run.rows(pods)).toHaveLength(count);
    disk.isDamaged = true;
    act(run);
    await run.clock.advance(1_000);
    expect(run.rows(pods)).toEqual([]);
    api.fault = () => undefined;
    await run.clock.advance(60_000);
    expect(run.states(pods)).toContain("gone");
    expect(warnings().map(({ message }) => message)).toEqual(["cannot load rows from disk"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
    const rows = run.cache.snapshot().resource("home", "pods")!.partition("a")!.rows;
    expect(rows.map(({ source }) => source)).toEqual(Array.from({ length: count }, () => "CACHE"));
    expect(rows[299]!.body.parse().metadata.name).toBe("pod-399");
    expect(run.metrics(pods).lists).toBe(1);
  });

  it("should be listed anew where damage shows while the cluster is listed", async () => {
    const { api, disk, start, warnings } = await leftBehind();
    api.fault = () => failure("ConnectionFailed");
    const run = await start();
    disk.isDamaged = true;
    api.fault = () => undefined;
    run.registry.setHealth(run.registry.list()[0]!, "DOWN", "ConnectionFailed");
    run.registry.setHealth(run.registry.list()[0]!, "UP");
    await run.clock.advance(60_000);
    expect(warnings().map(({ message }) => message)).toEqual(["cannot load rows from disk"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
    const rows = run.cache.snapshot().resource("home", "pods")!.partition("a")!.rows;
    for (const { name, body } of rows) expect(body.parse().metadata.name).toBe(name);
    expect(rows).toHaveLength(count);
  });

  it("should leave nothing behind where the first are damaged already", async () => {
    const { api, disk, start, warnings } = await leftBehind();
    api.fault = () => failure("ConnectionFailed");
    disk.isDamaged = true;
    const run = await start();
    expect(run.rows(pods)).toEqual([]);
    expect(run.status(pods)?.state).not.toBe("STALE");
    expect(warnings().map(({ message }) => message)).toEqual(["cannot load rows from disk"]);
    expect(disk.isOpen).toEqual(new Set());
  });
});
