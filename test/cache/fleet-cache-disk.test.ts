import { describe, expect, it } from "vitest";

import { goneText } from "../../src/cache/stored-key.ts";
import { MemorySnapshotStore } from "../../src/cache/disk/memory-snapshot-store.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { failure } from "./support/fake-api.ts";
import { FakeCluster, widgets } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";
import { settle } from "./support/settle.ts";

const { pods } = knownResources;
const { signal } = new AbortController();

/** A disk on which a first run has left two pods and a widget. */
async function leftBehind() {
  const snapshots = new MemorySnapshotStore();
  const home = new FakeCluster("home");
  for (const name of ["one", "two"]) home.client.put(pods, `a/${name}`);
  home.client.put(widgets, "a/w");
  const run = await runCache([home], { snapshots });
  await run.cache.ensure("home", widgets, { signal, waitMs: 1_000 });
  await run.clock.advance(1_000);
  await run.stop();
  return { snapshots, api: home.client };
}

describe("fleet cache and disk", () => {
  stopCachesAfterEach();

  it("should serve everything from disk with the cluster down, marked, kinds cached on demand too", async () => {
    const { snapshots, api } = await leftBehind();
    const home = new FakeCluster("home", api);
    home.status = { ...home.status, identity: { state: "unknown" } };
    api.fault = () => failure("ConnectionFailed");
    const run = await runCache([home], { snapshots, lastKnownUid: () => "cluster-1" });
    await run.cache.ready;
    expect(run.rows(pods)).toEqual(["a/one@101", "a/two@102"]);
    expect(run.rows(widgets)).toEqual(["a/w@103"]);
    expect(run.status(pods)).toMatchObject({ state: "STALE", reason: "Restored" });
    expect(run.status(pods)!.observedAtMs).not.toBeNull();
    const row = run.cache.snapshot().resource("home", "pods")!.get("a", "one")!;
    expect([row.source, row.observedAtMs]).toEqual(["DISK", run.status(pods)!.observedAtMs]);
    run.registry.setHealth(home, "DOWN", "ConnectionFailed");
    await settle();
    expect(run.status(pods)).toMatchObject({ state: "STALE", reason: "ConnectionFailed" });
  });

  it("should confirm what it loaded without a word, and tell only what differs", async () => {
    const { snapshots, api } = await leftBehind();
    api.put(pods, "a/one");
    api.delete(pods, "a/two");
    api.put(pods, "a/three");
    const run = await runCache([new FakeCluster("home", api)], { snapshots });
    expect(run.changes(pods)).toEqual(["ADDED one", "ADDED two", "MODIFIED one", "ADDED three", "DELETED two"]);
    expect(run.changes(widgets)).toEqual(["ADDED w"]);
    const row = run.cache.snapshot().resource("home", "widgets.example.com")!.get("a", "w")!;
    expect(row.source).toBe("CACHE");
    await run.clock.advance(1_000);
    const stored = await snapshots.load({ clusterUid: "cluster-1", resource: "pods" });
    const held = [...stored!.objects].flatMap(([key, text]) => (text === goneText ? [] : [key]));
    expect(held.sort()).toEqual(["a/one", "a/three"]);
    expect(stored!.resourceVersion).toBe(String(api.version));
  });

  it("should load and write nothing of a cluster that is not the pinned one", async () => {
    const { snapshots, api } = await leftBehind();
    const home = new FakeCluster("home", api);
    home.status = { ...home.status, identity: { state: "changed", uid: "cluster-1", found: "cluster-2" } };
    const run = await runCache([home], { snapshots, lastKnownUid: () => "cluster-1" });
    await run.clock.advance(10_000);
    expect(run.rows(pods)).toEqual([]);
    expect(await snapshots.list("cluster-2")).toEqual([]);
    expect((await snapshots.load({ clusterUid: "cluster-1", resource: "pods" }))!.objects.size).toBe(2);
  });

  it("should never show rows of the earlier cluster under a uid that was accepted since", async () => {
    const { snapshots } = await leftBehind();
    const home = new FakeCluster("home");
    home.client.uid = "cluster-2";
    home.status = { ...home.status, identity: { state: "pinned", uid: "cluster-2" } };
    home.client.put(pods, "a/other");
    const run = await runCache([home], { snapshots });
    await run.clock.advance(1_000);
    expect(run.rows(pods)).toEqual(["a/other@101"]);
    expect(run.changes(pods)).toEqual(["ADDED other"]);
    expect((await snapshots.load({ clusterUid: "cluster-2", resource: "pods" }))!.objects.size).toBe(1);
  });

  it("should serve on when the disk fails, say so, and write the whole when it works again", async () => {
    const home = new FakeCluster("home");
    const snapshots = new MemorySnapshotStore();
    const append = snapshots.append.bind(snapshots);
    const run = await runCache([home], { snapshots });
    await run.clock.advance(1_000);
    const compact = snapshots.compact.bind(snapshots);
    const isFull = (): Promise<void> => Promise.reject(new Error("no space left on device"));
    snapshots.append = isFull;
    snapshots.compact = isFull;
    home.client.put(pods, "a/one");
    await run.clock.advance(1_000);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    expect(run.cache.metrics().diskError).toContain("no space left");
    snapshots.append = append;
    snapshots.compact = compact;
    await run.clock.advance(40_000);
    expect(run.cache.metrics().diskError).toBeNull();
    expect((await snapshots.load({ clusterUid: "cluster-1", resource: "pods" }))!.objects.size).toBe(1);
  });

  it("should write in batches, the latest state of each object only", async () => {
    const home = new FakeCluster("home");
    const snapshots = new MemorySnapshotStore();
    const written: number[] = [];
    const append = snapshots.append.bind(snapshots);
    snapshots.append = (id, records, at) => {
      written.push(records.length);
      return append(id, records, at);
    };
    const run = await runCache([home], { snapshots });
    await run.clock.advance(1_000);
    for (let tenth = 0; tenth < 20; tenth++) {
      for (let time = 0; time < 50; time++) home.client.put(pods, `a/pod-${time % 5}`);
      await run.clock.advance(100);
    }
    await run.clock.advance(1_000);
    expect(written.length).toBeLessThan(12);
    expect(Math.max(...written)).toBe(5);
  });

  it("should let changes wait while the process is busy, but not for long", async () => {
    const home = new FakeCluster("home");
    const snapshots = new MemorySnapshotStore();
    let isBusy = false;
    const run = await runCache([home], { snapshots, load: { isBusy: () => isBusy } });
    await run.clock.advance(2_000);
    const stored = async () => (await snapshots.load({ clusterUid: "cluster-1", resource: "pods" }))?.objects.size;
    isBusy = true;
    home.client.put(pods, "a/one");
    await run.clock.advance(3_000);
    home.client.put(pods, "a/two");
    await settle();
    expect(await stored()).toBe(0);
    await run.clock.advance(3_000);
    expect(await stored()).toBe(2);
    home.client.put(pods, "a/three");
    await run.clock.advance(2_000);
    expect(await stored()).toBe(2);
    isBusy = false;
    await run.clock.advance(1_000);
    expect(await stored()).toBe(3);
  });

  it("should pack bodies once it is quiet, write them packed, and not open them at the next start", async () => {
    const api = new FakeCluster("home");
    const snapshots = new MemorySnapshotStore();
    for (let index = 0; index < 60; index++) api.client.put(pods, `a/pod-${index}`);
    const run = await runCache([api], { snapshots });
    const rows = () => run.cache.snapshot().resource("home", "pods")!.partition("a")!.rows;
    expect(rows().filter(({ body }) => body.packed !== undefined)).toEqual([]);
    const texts = rows().map(({ body }) => body.text());
    await run.clock.advance(1_000);
    expect(await snapshots.load({ clusterUid: "cluster-1", resource: "pods" })).toBeUndefined();
    await run.clock.advance(5_000);
    expect(rows().filter(({ body }) => body.packed === undefined)).toEqual([]);
    expect(rows().map(({ body }) => body.text())).toEqual(texts);
    api.client.put(pods, "a/pod-7");
    await run.clock.advance(5_000);
    expect(rows().filter(({ body }) => body.packed === undefined)).toEqual([]);
    await run.stop();
    const stored = (await snapshots.load({ clusterUid: "cluster-1", resource: "pods" }))!;
    expect([...stored.objects.keys()]).toEqual(["\0rows/0", expect.stringContaining("dictionary"), "a/pod-7"]);

    const down = new FakeCluster("home", api.client);
    api.client.fault = () => failure("ConnectionFailed");
    const again = await runCache([down], { snapshots });
    const found = again.cache.snapshot().resource("home", "pods")!.partition("a")!.rows;
    expect(found).toHaveLength(60);
    // What changed was written at once, before it was packed.
    expect(found.flatMap(({ name, body }) => (body.packed === undefined ? [name] : []))).toEqual(["pod-7"]);
    expect(found.find(({ name }) => name === "pod-7")?.body.parse().metadata.resourceVersion).toBe("161");
    api.client.fault = () => undefined;
    await again.clock.advance(60_000);
    await again.clock.advance(5_000);
    const confirmed = again.cache.snapshot().resource("home", "pods")!.partition("a")!.rows;
    expect(confirmed.filter(({ source, body }) => source !== "CACHE" || body.packed === undefined)).toEqual([]);
    expect(again.changes(pods).every((change) => change.startsWith("ADDED"))).toBe(true);
  });

  it("should write what is not packed yet when it is stopped, and packed in the next run", async () => {
    const home = new FakeCluster("home");
    const snapshots = new MemorySnapshotStore();
    for (let index = 0; index < 60; index++) home.client.put(pods, `a/pod-${index}`);
    const run = await runCache([home], { snapshots });
    await run.stop();
    const stored = await snapshots.load({ clusterUid: "cluster-1", resource: "pods" });
    expect([...stored!.objects.keys()]).toEqual(["\0rows/0"]);
    expect(stored!.bytes.get("\0bodies/0")!.readNow().toString()).toMatch(/^\{"apiVersion"/u);

    const again = await runCache([new FakeCluster("home", home.client)], { snapshots });
    await again.clock.advance(10_000);
    const packed = await snapshots.load({ clusterUid: "cluster-1", resource: "pods" });
    expect(packed!.objects.size).toBe(2);
    expect(packed!.bytes.get("\0bodies/0")!.readNow().toString()).not.toContain("apiVersion");
  });
});
