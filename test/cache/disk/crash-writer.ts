import { createNodeDisk } from "../../../src/cache/disk/node-disk.ts";
import { PackedSnapshotStore } from "../../../src/cache/disk/packed-snapshot-store.ts";
import type { SnapshotRecord, StoredSnapshot } from "../../../src/cache/snapshot-store.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";

/** A process of its own that writes without end, for a test to kill: what it has written is said on stdout, one version a line. */
export const crashId = { clusterUid: "crash", resource: "pods" } as const;

const keyCount = 50;

/** What version `n` changes. Several frames, so that a crash can fall between them. */
export function changesOf(n: number): readonly SnapshotRecord[] {
  return [0, 17, 31].map((offset) => ({
    key: `ns/${(n + offset) % keyCount}`,
    value: (n + offset) % 7 === 0 ? undefined : `${n}:`.repeat(300),
  }));
}

/** What there is at version `n`. */
export function stateAt(n: number): StoredSnapshot {
  const objects = new Map<string, string>();
  for (let version = 1; version <= n; version++) {
    for (const { key, value } of changesOf(version)) {
      if (value === undefined) objects.delete(key);
      else objects.set(key, value);
    }
  }
  return { resourceVersion: String(n), observedAtMs: n, objects };
}

/** Goes on from what lies in `dir` until it is killed. */
export async function writeForEver(dir: string, pid: number, say: (version: number) => void): Promise<never> {
  const self = { pid, hostname: "test", token: String(pid), isAlive: () => false };
  const store = new PackedSnapshotStore({
    disk: createNodeDisk(),
    dir,
    clock: systemClock,
    logger: silentLogger,
    self,
    syncIntervalMs: 20,
  });
  const found = await store.load(crashId);
  const objects = new Map(found?.objects);
  for (let n = Number(found?.resourceVersion ?? 0) + 1; ; n++) {
    const records = changesOf(n);
    for (const { key, value } of records) {
      if (value === undefined) objects.delete(key);
      else objects.set(key, value);
    }
    const at = { resourceVersion: String(n), observedAtMs: n };
    await (n % 40 === 0 ? store.compact(crashId, { ...at, objects }) : store.append(crashId, records, at));
    say(n);
  }
}
