import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ProcessIdentity } from "../../../src/cache/disk/folder-lock.ts";
import { createNodeDisk } from "../../../src/cache/disk/node-disk.ts";
import { PackedSnapshotStore } from "../../../src/cache/disk/packed-snapshot-store.ts";
import { toSafeName } from "../../../src/cache/disk/safe-name.ts";
import type { SnapshotId } from "../../../src/cache/snapshot-store.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import type { SnapshotPlace } from "../../contract/snapshot-store-suite.ts";
import { withFaults } from "./faulty-disk.ts";
import type { DiskFault } from "./faulty-disk.ts";

export const testProcess: ProcessIdentity = { pid: 1, hostname: "test", token: "t", isAlive: () => false };

/** A folder of packed snapshots on the machine's own disk, which can be made to fail. */
export async function createPackedPlace(): Promise<SnapshotPlace & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), "fleetgraph-packs-"));
  let fault: DiskFault | undefined;
  let store: PackedSnapshotStore | undefined;
  const disk = withFaults(createNodeDisk(), (call) => fault?.(call));
  const pathOf = ({ clusterUid, resource }: SnapshotId): string =>
    join(dir, "fleet", toSafeName(clusterUid), `${toSafeName(resource)}.pack`);
  return {
    dir,
    open() {
      store = new PackedSnapshotStore({ disk, dir, clock: systemClock, logger: silentLogger, self: testProcess });
      return store;
    },
    async close() {
      await store?.close();
    },
    dispose: () => rm(dir, { recursive: true }),
    fail(next) {
      fault = next;
    },
    files: {
      read: (id) => readFile(pathOf(id)).catch(() => undefined),
      async write(id, bytes) {
        await mkdir(dirname(pathOf(id)), { recursive: true });
        await writeFile(pathOf(id), bytes);
      },
      async setAside() {
        return (await readdir(dir, { recursive: true })).filter((name) => name.includes(".damaged-"));
      },
    },
  };
}
