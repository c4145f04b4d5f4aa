import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNodeDisk } from "../../../src/cache/disk/node-disk.ts";
import { PackedSnapshotStore } from "../../../src/cache/disk/packed-snapshot-store.ts";
import { whole } from "../../contract/snapshot-store-suite.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { crashId, stateAt } from "./crash-writer.ts";
import { testProcess } from "./packed-place.ts";

describe("PackedSnapshotStore under kill -9", () => {
  let dir: string;
  let script: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "fleetgraph-crash-"));
    const entry = join(dir, "entry.ts");
    const writer = join(import.meta.dirname, "crash-writer.ts");
    await writeFile(
      entry,
      `import { writeForEver } from ${JSON.stringify(writer)};
       await writeForEver(process.argv[2], process.pid, (n) => process.stdout.write(n + "\\n"));`,
    );
    script = join(dir, "writer.mjs");
    const bundle = await rolldown({ input: entry, platform: "node", logLevel: "silent" });
    await bundle.write({ file: script, format: "esm" });
    await bundle.close();
  });
  afterAll(() => rm(dir, { recursive: true }));

  it("should hold exactly the state of a version that was written, never older than what was said", async () => {
    const cache = join(dir, "cache");
    let last = 0;
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [script, cache], { stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      const lines = createInterface(child.stdout);
      const enough = last + 10 + round * 13;
      for await (const line of lines) {
        last = Number(line);
        if (last < enough || child.killed) continue;
        // A moment later, so that it falls anywhere in a write.
        setTimeout(() => child.kill("SIGKILL"), round * 1.3);
      }
      await exited;
      const store = new PackedSnapshotStore({
        disk: createNodeDisk(),
        dir: cache,
        clock: systemClock,
        logger: silentLogger,
        self: testProcess,
      });
      const found = await whole(store.load(crashId));
      await store.close();
      expect(Number(found?.resourceVersion)).toBeGreaterThanOrEqual(last);
      expect(found).toEqual(stateAt(Number(found?.resourceVersion)));
    }
    expect(last).toBeGreaterThan(400);
  });
});
