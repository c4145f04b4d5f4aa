import { describe, expect, it } from "vitest";

import { knownResources } from "../../src/kube/known-resources.ts";
import { toResourceName } from "../../src/kube/resource-id.ts";
import { failure, toApiResource } from "./support/fake-api.ts";
import type { Request } from "./support/fake-api.ts";
import { settle } from "./support/settle.ts";
import { FakeCluster, widgets } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";

const { pods, nodes } = knownResources;
const ofPods = (request: Request, ...verbs: Request["verb"][]): boolean =>
  request.resource === "pods" && verbs.includes(request.verb);

function statusOf(run: Awaited<ReturnType<typeof runCache>>, resource = pods) {
  return run.cache.snapshot().resource("home", toResourceName(resource))?.status;
}

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
    expect(statusOf(run)).toMatchObject({ state: "FRESH", reason: null, error: null, skipped: 0 });
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
    for (const { rows, get, ...partition } of partitions) void [rows, get, partition];
    expect(partitions[1]!.get("\u{10000}")?.name).toBe("\u{10000}");
    expect(partitions[1]!.get("nobody")).toBeUndefined();
  });

  it("should relist once after 410 and tell what it missed, deletions included", async () => {
    const home = new FakeCluster("home");
    for (const name of ["keeps", "changes", "goes", "returns"]) home.client.put(pods, `a/${name}`);
    const run = await runCache([home]);
    const told = run.changes(pods).length;
    home.client.fault = () => failure("ConnectionFailed");
    home.client.cut();
    await run.clock.advance(5_000);
    home.client.put(pods, "a/changes");
    home.client.delete(pods, "a/goes");
    home.client.delete(pods, "a/returns");
    home.client.put(pods, "a/returns");
    home.client.put(pods, "a/comes");
    home.client.tick();
    home.client.compact();
    home.client.fault = () => undefined;
    const lists = run.cache.metrics().resources.find(({ resource }) => resource === "pods")!.lists;
    await run.clock.advance(60_000);
    expect(run.rows(pods)).toEqual(
      [...home.client.state(pods)].map(([key, { metadata }]) => `${key}@${metadata.resourceVersion}`).sort(),
    );
    expect(run.changes(pods).slice(told).sort()).toEqual([
      "ADDED comes",
      "ADDED returns",
      "DELETED goes",
      "DELETED returns",
      "MODIFIED changes",
    ]);
    const after = run.cache.metrics().resources.find(({ resource }) => resource === "pods")!.lists;
    expect(after - lists).toBe(1);
    const synthesised = run.events.filter((event) => event.type === "change" && event.change.synthesised);
    expect(synthesised.length).toBe(run.changes(pods).length);
  });

  it("should delete nothing while the second page of a relist fails", async () => {
    const home = new FakeCluster("home");
    for (let index = 0; index < 25; index++) home.client.put(pods, `a/pod-${String(index).padStart(2, "0")}`);
    const run = await runCache([home], { timings: { pageLimit: 10 } });
    expect(run.rows(pods)).toHaveLength(25);
    home.client.delete(pods, "a/pod-20");
    home.client.compact();
    home.client.fault = (request) =>
      ofPods(request, "list") && "continue" in request.query ? failure("InternalError") : undefined;
    home.client.cut();
    await run.clock.advance(30_000);
    expect(run.rows(pods).length).toBeGreaterThanOrEqual(24);
    expect(run.changes(pods).filter((change) => change.startsWith("DELETED"))).toEqual(["DELETED pod-20"]);
    home.client.fault = () => undefined;
    await run.clock.advance(60_000);
    expect(run.rows(pods)).toHaveLength(24);
    expect(run.changes(pods).filter((change) => change.startsWith("DELETED"))).toEqual(["DELETED pod-20"]);
  });

  it("should not read a kind the cluster does not serve as a failure, and find it when it comes", async () => {
    const home = new FakeCluster("home");
    home.client.served = new Set([...home.client.requests.map(({ resource }) => resource), "pods", "nodes"]);
    const run = await runCache([home]);
    const { signal } = new AbortController();
    await run.cache.ensure("home", widgets, { signal, waitMs: 1_000 });
    expect(statusOf(run, widgets as typeof pods)).toMatchObject({ state: "FRESH", reason: null });
    home.client.served = undefined;
    home.client.put(widgets, "a/one");
    run.registry.setDiscovered(home, [toApiResource(widgets)]);
    await settle(4);
    expect(run.rows(widgets)).toEqual(["a/one@101"]);
    expect(nodes.namespaced).toBe(false);
  });
});
