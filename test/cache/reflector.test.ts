import { describe, expect, it } from "vitest";

import { knownResources } from "../../src/kube/known-resources.ts";
import { settle } from "./support/settle.ts";
import { FakeCluster } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";

const { pods } = knownResources;

describe("reflector", () => {
  stopCachesAfterEach();

  it("should hold what a list says and follow the watch", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    const run = await runCache([home]);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    home.client.put(pods, "b/two");
    home.client.put(pods, "a/one");
    await settle();
    home.client.delete(pods, "b/two");
    await settle();
    expect(run.rows(pods)).toEqual(["a/one@103"]);
    expect(run.changes(pods)).toEqual(["ADDED one", "ADDED two", "MODIFIED one", "DELETED two"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", reason: null, error: null, skipped: 0 });
  });

  it("should order partitions and rows by code point", async () => {
    const home = new FakeCluster("home");
    for (const key of ["b/z", "b/a-b", "b/a", "b/a.b", "a/Z", "b/\u{10000}", "b/\uffee"]) home.client.put(pods, key);
    const run = await runCache([home]);
    const { partitions } = run.cache.snapshot().resource("home", "pods")!;
    expect(partitions.map(({ key, rows }) => [key.namespace, rows.map(({ name }) => name)])).toEqual([
      ["a", ["Z"]],
      ["b", ["a", "a-b", "a.b", "z", "\uffee", "\u{10000}"]],
    ]);
    expect(partitions[1]!.get("\u{10000}")?.name).toBe("\u{10000}");
    expect(partitions[1]!.get("nobody")).toBeUndefined();
  });

  it("should list in pages and not call it in step before the last", async () => {
    const home = new FakeCluster("home");
    for (let index = 0; index < 25; index++) home.client.put(pods, `a/pod-${index}`);
    const run = await runCache([home], { timings: { pageLimit: 10 } });
    expect(run.rows(pods)).toHaveLength(25);
    expect(run.states(pods)).toEqual(["SYNCING Connecting", "SYNCING Listing", "FRESH"]);
    expect(home.client.count("list", pods)).toBe(3);
  });

  it("should ask for the most recent state, page by page, and watch from the version of the list", async () => {
    const home = new FakeCluster("home");
    await runCache([home]);
    const queries = home.client.requests.filter(({ resource }) => resource === "pods").map(({ verb, query }) => [verb, query]); // prettier-ignore
    expect(queries).toEqual([
      ["list", { limit: 500, inPieces: true }],
      ["watch", { resourceVersion: "100", timeoutSeconds: 450, inPieces: true }],
    ]);
  });

  it("should tell each event that proves to be in step, and none of them as a transition", async () => {
    const home = new FakeCluster("home");
    const run = await runCache([home]);
    const before = run.status(pods)!.observedAtMs!;
    await run.clock.advance(30_000);
    home.client.tick();
    home.client.bookmark();
    await settle();
    expect(run.status(pods)!.observedAtMs! - before).toBe(30_000);
    expect(run.cache.snapshot().resource("home", "pods")!.resourceVersion).toBe("101");
    expect(run.states(pods)).toEqual(["SYNCING Connecting", "FRESH"]);
  });

  it("should skip a malformed object, count it, keep its older row, and forget the matter when it is well again", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    home.client.put(pods, "a/bad", { malformed: true });
    const run = await runCache([home]);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: 1 });
    home.client.put(pods, "a/one", { malformed: true });
    await settle();
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: 2 });
    home.client.put(pods, "a/one");
    home.client.delete(pods, "a/bad");
    await settle();
    expect(run.rows(pods)).toEqual(["a/one@104"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: 0 });
  });

  it("should survive objects that are no objects, and delete nothing for a list that holds one", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    const run = await runCache([home]);
    const nonsense = [
      null,
      7,
      "pod",
      [],
      {},
      { metadata: null },
      { metadata: { name: 5 } },
      { metadata: { name: "" } },
    ];
    for (const stream of home.client.streams) for (const object of nonsense) if (stream.resource === "pods") stream.push({ type: "MODIFIED", object }); // prettier-ignore
    await settle();
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: nonsense.length });
    home.client.tamper = (list) => ({ ...list, items: [null] });
    home.client.tick();
    home.client.compact();
    home.client.cut();
    await run.clock.advance(10_000);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: 1 });
    home.client.tamper = (list) => list;
    home.client.delete(pods, "a/one");
    await settle();
    expect(run.rows(pods)).toEqual([]);
  });

  it("should tell an object made anew under the same name as a deletion and an addition", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    const run = await runCache([home]);
    const stream = [...home.client.streams].find(({ resource }) => resource === "pods")!;
    stream.isSilent = true;
    home.client.delete(pods, "a/one");
    stream.isSilent = false;
    home.client.put(pods, "a/one");
    await settle();
    expect(run.changes(pods)).toEqual(["ADDED one", "DELETED one", "ADDED one"]);
    const synthesised = run.events.flatMap((event) =>
      event.type === "change" && event.change.resource === "pods" ? [event.change.synthesised] : [],
    );
    expect(synthesised).toEqual([true, true, false]);
  });

  it("should drop what is older than what was seen, a deleted object's last words included, and list once to be sure", async () => {
    const home = new FakeCluster("home");
    const old = home.client.put(pods, "a/one");
    home.client.put(pods, "a/one");
    const gone = home.client.put(pods, "a/two");
    const run = await runCache([home]);
    home.client.delete(pods, "a/two");
    await settle();
    for (let time = 0; time < 20; time++) {
      for (const stream of home.client.streams) {
        if (stream.resource !== "pods") continue;
        stream.push({ type: "MODIFIED", object: old });
        stream.push({ type: "ADDED", object: gone });
        stream.push({ type: "DELETED", object: old });
      }
      await run.clock.advance(1_000);
      expect(run.rows(pods)).toEqual(["a/one@102"]);
    }
    expect(run.changes(pods)).toEqual(["ADDED one", "ADDED two", "DELETED two"]);
    expect(run.metrics(pods)).toMatchObject({ lists: 2 });
    expect(run.metrics(pods).oldEvents).toBeGreaterThan(40);
  });

  it("should trust the order of the watch where versions are not numbers", async () => {
    const home = new FakeCluster("home");
    home.client.tamper = (list) => ({ ...list, resourceVersion: "opaque" });
    const run = await runCache([home]);
    const stream = [...home.client.streams].find(({ resource }) => resource === "pods")!;
    for (const resourceVersion of ["z", "b", "b", "y"]) {
      const metadata = { name: "one", namespace: "a", uid: "1", resourceVersion };
      stream.push({ type: "MODIFIED", object: { metadata } });
    }
    await settle();
    expect(run.changes(pods)).toEqual(["ADDED one", "MODIFIED one", "MODIFIED one"]);
    expect(run.rows(pods)).toEqual(["a/one@y"]);
  });

  it("should believe a deletion with the version of the object itself", async () => {
    const home = new FakeCluster("home");
    const object = home.client.put(pods, "a/one");
    const run = await runCache([home]);
    for (const stream of home.client.streams) if (stream.resource === "pods") stream.push({ type: "DELETED", object });
    await settle();
    expect(run.rows(pods)).toEqual([]);
    expect(run.metrics(pods)).toMatchObject({ oldEvents: 0 });
  });
});
