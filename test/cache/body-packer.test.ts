import { describe, expect, it } from "vitest";

import { BodyPacker } from "../../src/cache/body-packer.ts";
import { Store } from "../../src/cache/store.ts";
import { createTextBody } from "../../src/kube/json-body.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { AnyRow } from "../../src/kube/rows/row.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { noLoad } from "../../src/lib/loop-load.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { FakeCluster } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";
import type { RunningCache } from "./support/run-cache.ts";
import { settle } from "./support/settle.ts";

const { pods } = knownResources;

function unpacked(run: RunningCache): readonly string[] {
  const { rows = [] } = run.cache.snapshot().resource("home", "pods")?.partition("a") ?? {};
  return rows.filter(({ body }) => !body.isPacked).map(({ name }) => name);
}

describe("BodyPacker", () => {
  stopCachesAfterEach();

  it("should pack all there is, then what changes, and what came while it packed", async () => {
    const home = new FakeCluster("home");
    for (let index = 0; index < 60; index++) home.client.put(pods, `a/pod-${index}`);
    const run = await runCache([home]);
    expect(unpacked(run)).toHaveLength(60);
    await run.clock.advance(10_000);
    expect(unpacked(run)).toEqual([]);
    for (const name of ["a/pod-7", "a/pod-8", "a/pod-7", "a/new"]) home.client.put(pods, name);
    home.client.delete(pods, "a/pod-8");
    await settle();
    expect(unpacked(run)).toEqual(["new", "pod-7"]);
    await run.clock.advance(2_000);
    home.client.put(pods, "a/pod-9");
    await run.clock.advance(5_000);
    expect(unpacked(run)).toEqual([]);
  });

  it("should leave few as they are, and pack all once they are many, however fast they come", async () => {
    const home = new FakeCluster("home");
    for (let index = 0; index < 40; index++) home.client.put(pods, `a/pod-${index}`);
    const run = await runCache([home]);
    await run.clock.advance(10_000);
    expect(unpacked(run)).toHaveLength(40);
    for (let index = 40; index < 1_200; index++) home.client.put(pods, `a/pod-${index}`);
    await settle();
    await run.clock.advance(60_000);
    expect(unpacked(run)).toEqual([]);
  });

  it("should let what changes wait while the process is busy, but neither for ever nor much of it", async () => {
    const home = new FakeCluster("home");
    for (let index = 0; index < 60; index++) home.client.put(pods, `a/pod-${index}`);
    let isBusy = true;
    const run = await runCache([home], { load: { isBusy: () => isBusy } });
    // What a list has brought is too much to wait.
    await run.clock.advance(10_000);
    expect(unpacked(run)).toEqual([]);
    home.client.put(pods, "a/pod-1");
    await run.clock.advance(20_000);
    home.client.put(pods, "a/pod-2");
    await settle();
    expect(unpacked(run)).toEqual(["pod-1", "pod-2"]);
    await run.clock.advance(15_000);
    expect(unpacked(run)).toEqual([]);
    home.client.put(pods, "a/pod-3");
    await run.clock.advance(10_000);
    expect(unpacked(run)).toEqual(["pod-3"]);
    isBusy = false;
    await run.clock.advance(5_000);
    expect(unpacked(run)).toEqual([]);
    isBusy = true;
    for (let change = 0; change < 4_100; change++) home.client.put(pods, `a/pod-${change % 60}`);
    await settle();
    await run.clock.advance(5_000);
    expect(unpacked(run)).toEqual([]);
  });

  it("should be through once all there was is packed, although what changes is never all packed", async () => {
    const clock = createFakeClock();
    const store = new Store({ clock, logger: silentLogger, logLimit: 100 }).add("home", pods);
    const put = (index: number): AnyRow => {
      const body = createTextBody(JSON.stringify({ metadata: { name: `pod-${index}` } }));
      const row = { namespace: "a", name: `pod-${index}`, uid: `${index}`, body } as unknown as AnyRow;
      store.edit(() => store.put(row, { resourceVersion: "1", synthesised: false }));
      return row;
    };
    for (let index = 0; index < 60; index++) put(index);
    // One body a slice.
    const slices = { begin: () => () => true, turn: () => Promise.resolve() };
    const timings = { packDelayMs: 2_000, quietPauseMs: 4, packPatienceMs: 30_000 };
    const packer = new BodyPacker({ store, clock, slices, isListing: () => false, load: noLoad, timings });
    packer.schedule();
    await clock.advance(2_100);
    expect(packer.isThrough).toBe(false);
    await clock.advance(300);
    expect(packer.isThrough).toBe(true);
    for (let change = 0; change < 2_000; change++) {
      packer.changed(put(change % 60));
      await clock.advance(3);
      expect(packer.isThrough).toBe(true);
    }
    packer.stop();
  });
});
