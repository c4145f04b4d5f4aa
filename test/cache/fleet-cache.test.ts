import { describe, expect, it } from "vitest";

import { MemorySnapshotStore } from "../../src/cache/disk/memory-snapshot-store.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { failure, toApiResource } from "./support/fake-api.ts";
import { FakeCluster, widgets } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";
import { settle } from "./support/settle.ts";

const { pods } = knownResources;
const { signal } = new AbortController();

describe("fleet cache", () => {
  stopCachesAfterEach();

  it("should hold other kinds from their first use until they have been idle for ten minutes, unless retained", async () => {
    const home = new FakeCluster("home");
    home.client.put(widgets, "a/one");
    const run = await runCache([home]);
    expect(run.status(widgets)).toBeUndefined();
    await run.cache.ensure("home", widgets, { signal, waitMs: 1_000 });
    expect(run.rows(widgets)).toEqual(["a/one@101"]);
    const release = run.cache.retain("home", widgets);
    await run.clock.advance(1_500_000);
    expect(run.rows(widgets)).toHaveLength(1);
    release();
    release();
    await run.clock.advance(590_000);
    expect(run.rows(widgets)).toHaveLength(1);
    await run.clock.advance(120_000);
    expect(run.status(widgets)).toBeUndefined();
    expect(run.states(widgets).at(-1)).toBe("gone");
    expect([...home.client.streams].some(({ resource }) => resource === "widgets.example.com")).toBe(false);
    expect(run.status(pods)).toBeDefined();
  });

  it("should not read a kind the cluster does not serve as a failure, and find it when it comes", async () => {
    const home = new FakeCluster("home");
    home.client.served = new Set(["pods"]);
    const run = await runCache([home]);
    await run.cache.ensure("home", widgets, { signal, waitMs: 1_000 });
    expect(run.status(widgets)).toMatchObject({ state: "FRESH", reason: null });
    home.client.served = undefined;
    home.client.put(widgets, "a/one");
    run.registry.setDiscovered(home, [toApiResource(widgets)]);
    await settle(4);
    expect(run.rows(widgets)).toEqual(["a/one@101"]);
  });

  it("should not take a 404 for a deletion of all while discovery still lists the kind", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    const run = await runCache([home]);
    home.discovered = [toApiResource(pods)];
    home.client.served = new Set();
    home.client.cut("Expired");
    await run.clock.advance(120_000);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    expect(run.status(pods)).toMatchObject({ state: "STALE", error: "NotFound" });
  });

  it("should not wait for a cluster that cannot be had", async () => {
    const home = new FakeCluster("home");
    home.client.fault = () => failure("ConnectionFailed");
    const run = await runCache([home]);
    await run.cache.ensure("home", widgets, { signal, waitMs: 1_000 });
    expect(run.status(widgets)).toMatchObject({ state: "UNREACHABLE", error: "ConnectionFailed", observedAtMs: null });
    await run.cache.ensure("nobody", widgets, { signal, waitMs: 1_000 });
    home.client.fault = () => "hang";
    const waiting = run.cache.ensure("home", { ...widgets, plural: "gadgets" }, { signal, waitMs: 300 });
    await run.clock.advance(300);
    await waiting;
  });

  it("should keep the rows of a cluster that goes down, and try at once when it is back", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    const run = await runCache([home]);
    home.client.fault = () => failure("Unavailable");
    run.registry.setHealth(home, "DOWN", "Timeout");
    await run.clock.advance(50_000);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
    expect(run.status(pods)).toMatchObject({ state: "STALE", reason: "Unavailable" });
    expect(run.states(pods).filter((state) => state.startsWith("STALE"))).toHaveLength(1);
    home.client.fault = () => undefined;
    const asked = home.client.count("watch", pods);
    run.registry.setHealth(home, "UP");
    await settle(6);
    expect(home.client.count("watch", pods)).toBe(asked + 1);
    // A resumed watch counts as connected when it has not been refused for a second.
    await run.clock.advance(1_000);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
  });

  it("should serve nothing of a cluster that is not the pinned one", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    const run = await runCache([home]);
    run.registry.setIdentity(home, { state: "changed", uid: "cluster-1", found: "cluster-2" });
    await settle();
    expect(run.rows(pods)).toEqual([]);
    expect(run.status(pods)).toMatchObject({ state: "UNREACHABLE", reason: "IdentityChanged" });
    expect(home.client.streams.size).toBe(0);
    const asked = home.client.requests.length;
    await run.clock.advance(100_000);
    expect(home.client.requests.length).toBe(asked);
    run.registry.setIdentity(home, { state: "pinned", uid: "cluster-1" });
    await settle(6);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
  });

  it("should follow clusters that join and leave, and come back under the same name", async () => {
    const home = new FakeCluster("home");
    const run = await runCache([home]);
    const away = new FakeCluster("away");
    away.client.put(pods, "a/one");
    run.registry.join(away);
    await settle(6);
    expect(run.rows(pods, "away")).toEqual(["a/one@101"]);
    run.registry.leave(away);
    expect(run.status(pods, "away")).toBeUndefined();
    const again = new FakeCluster("away", away.client);
    run.registry.join(again);
    await settle(8);
    expect(run.rows(pods, "away")).toEqual(["a/one@101"]);
  });

  it("should leave nothing behind when it stops", async () => {
    const home = new FakeCluster("home");
    const run = await runCache([home], { snapshots: new MemorySnapshotStore() });
    home.client.put(pods, "a/one");
    await run.clock.advance(1_000);
    await run.stop();
    expect(run.clock.pending).toBe(0);
    expect(run.registry.listeners).toBe(0);
    expect(home.client.streams.size).toBe(0);
  });

  it("should let a listener begin at exactly a snapshot, without gap or repetition", async () => {
    const home = new FakeCluster("home");
    const run = await runCache([home]);
    const begun: { readonly held: Set<string>; readonly shown: number }[] = [];
    const undo = run.cache.subscribe((event) => {
      if (event.type !== "change" || begun.length > 20) return;
      const snapshot = run.cache.snapshot();
      const held = new Set(run.rows(pods));
      begun.push({ held, shown: snapshot.sequence });
      run.cache.subscribe((later) => {
        if (later.type !== "change" || later.change.resource !== "pods") return;
        expect(later.change.sequence).toBeGreaterThan(snapshot.sequence);
        const { before, after } = later.change;
        if (before !== undefined) expect(held.delete(`a/${before.name}@${before.resourceVersion}`)).toBe(true);
        if (after !== undefined) held.add(`a/${after.name}@${after.resourceVersion}`);
      });
    });
    for (let index = 0; index < 5; index++) home.client.put(pods, `a/pod-${index}`);
    await settle();
    home.client.cut("Expired");
    for (let index = 2; index < 9; index++) home.client.put(pods, `a/pod-${index}`);
    home.client.delete(pods, "a/pod-0");
    await run.clock.advance(5_000);
    undo();
    expect(begun.length).toBeGreaterThan(8);
    for (const { held, shown } of begun) {
      expect([...held].sort()).toEqual(run.rows(pods));
      expect(run.cache.log.after("home", "pods", shown)).toBeDefined();
    }
  });

  it("should say when everybody has been told of all that is shown at once", async () => {
    const home = new FakeCluster("home");
    const run = await runCache([home]);
    home.client.put(pods, "a/one");
    await settle();
    let told = "";
    const undo = run.cache.subscribe(
      ({ type }) => (told += type === "change" ? "a" : ""),
      () => (told += "!"),
    );
    run.cache.subscribe(({ type }) => (told += type === "change" ? "b" : ""));
    // Another object under the name: deleted and added in one go.
    home.client.delete(pods, "a/one");
    home.client.put(pods, "a/one");
    await settle();
    expect(told.replaceAll("!", "").length).toBeGreaterThan(3);
    expect(told).toMatch(/^((ab)+!)+$/);
    undo();
    const before = told;
    home.client.put(pods, "a/two");
    await settle();
    expect(told).toBe(`${before}b`);
  });

  it("should harm nobody when a listener throws", async () => {
    const home = new FakeCluster("home");
    const run = await runCache([home]);
    run.cache.subscribe(() => {
      throw new Error("listener");
    });
    home.client.put(pods, "a/one");
    await settle();
    expect(run.rows(pods)).toEqual(["a/one@101"]);
  });
});
