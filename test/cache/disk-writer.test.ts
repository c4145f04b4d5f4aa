import { describe, expect, it } from "vitest";

import { DiskWriter } from "../../src/cache/disk-writer.ts";
import type { DiskWriterOptions } from "../../src/cache/disk-writer.ts";
import { MemorySnapshotStore } from "../../src/cache/disk/memory-snapshot-store.ts";
import { Store } from "../../src/cache/store.ts";
import { goneText } from "../../src/cache/stored-key.ts";
import { createTextBody } from "../../src/kube/json-body.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { noLoad } from "../../src/lib/loop-load.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { settle } from "./support/settle.ts";

const { pods } = knownResources;
const id = { clusterUid: "cluster-1", resource: "pods" };

/** A writer of pods, of slices of one object each; `meanwhile` runs between two of them. */
function createWriter() {
  const clock = createFakeClock();
  const store = new Store({ clock, logger: silentLogger, logLimit: 100 }).add("home", pods);
  const snapshots = new MemorySnapshotStore();
  const world = { meanwhile: (): void => {} };
  const options: DiskWriterOptions = {
    snapshots,
    id,
    store,
    isRestored: true,
    isWorthRewriting: false,
    mayWrite: () => true,
    packer: { dictionary: undefined, isThrough: true },
    slices: {
      begin: () => () => true,
      turn: async () => world.meanwhile(),
    },
    clock,
    load: noLoad,
    timings: { diskIntervalMs: 1_000, diskPatienceMs: 5_000, diskRetryMs: 30_000, quietPauseMs: 4 },
    onResult: (error) => expect(error).toBeUndefined(),
  };
  const writer = new DiskWriter(options);
  const written = async (): Promise<unknown> => {
    const { resourceVersion, objects } = (await snapshots.load(id))!;
    return { resourceVersion, objects: Object.fromEntries(objects) };
  };
  const toText = (name: string, version: number): string => JSON.stringify({ metadata: { name }, version });
  const put = (name: string, version: number): void => {
    const row = { namespace: "a", name, uid: name, body: createTextBody(toText(name, version)) } as unknown as AnyRow;
    store.edit(() => store.put(row, { resourceVersion: `${version}`, synthesised: false }));
    store.observed(clock.now(), `${version}`);
    writer.changed(row);
  };
  const remove = (name: string, version: number): void => {
    const row = store.get("a", name)!;
    store.edit(() => store.remove("a", name, { resourceVersion: `${version}`, synthesised: false }));
    store.observed(clock.now(), `${version}`);
    writer.changed(row);
  };
  return { clock, writer, world, written, put, remove, toText };
}

describe("DiskWriter", () => {
  it("should let others run between two objects, and write all as they were when it began", async () => {
    const { clock, writer, world, written, put, remove, toText } = createWriter();
    for (const [at, name] of ["one", "two", "three"].entries()) put(name, at + 1);
    let turns = 0;
    world.meanwhile = () => {
      if (turns++ > 0) return;
      put("two", 4);
      remove("three", 5);
    };
    await clock.advance(1_000);
    // After each slice a pause.
    for (let pause = 0; pause < 3; pause++) await clock.advance(4);
    await settle();
    expect(turns).toBeGreaterThan(1);
    const before = { "a/one": toText("one", 1), "a/two": toText("two", 2), "a/three": toText("three", 3) };
    expect(await written()).toEqual({ resourceVersion: "3", objects: before });
    for (let step = 0; step < 300; step++) await clock.advance(4);
    const after = { "a/one": toText("one", 1), "a/two": toText("two", 4), "a/three": goneText };
    expect(await written()).toEqual({ resourceVersion: "5", objects: after });
    // Nobody waits for pauses at the end.
    put("one", 6);
    put("four", 7);
    await clock.advance(1_000);
    await writer.stop();
    expect(await written()).toMatchObject({ resourceVersion: "7" });
  });
});
