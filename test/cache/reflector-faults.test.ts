import { describe, expect, it } from "vitest";

import { KubeError } from "../../src/kube/kube-error.ts";
import type { KubeErrorReason } from "../../src/kube/kube-error.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { expired, failure } from "./support/fake-api.ts";
import type { Fault, Request } from "./support/fake-api.ts";
import { settle } from "./support/settle.ts";
import { FakeCluster } from "./support/fake-fleet.ts";
import { runCache, stopCachesAfterEach } from "./support/run-cache.ts";

const { pods } = knownResources;

/** Faults for pods alone. */
function onPods(fault: (request: Request) => Fault | undefined): (request: Request) => Fault | undefined {
  return (request) => (request.resource === "pods" ? fault(request) : undefined);
}

function namesIn(home: FakeCluster): readonly string[] {
  return [...home.client.state(pods)].map(([key, { metadata }]) => `${key}@${metadata.resourceVersion}`).sort();
}

async function withPods(count: number, pageLimit = 500) {
  const home = new FakeCluster("home");
  for (let index = 0; index < count; index++) home.client.put(pods, `a/pod-${String(index).padStart(2, "0")}`);
  return { home, run: await runCache([home], { timings: { pageLimit } }) };
}

describe("reflector on a bad day", () => {
  stopCachesAfterEach();

  it.each(["HTTP", "in-band"])(
    "should relist once after 410 (%s) and tell what it missed, deletions included",
    async (way) => {
      const { home, run } = await withPods(0);
      for (const name of ["keeps", "changes", "goes", "returns"]) home.client.put(pods, `a/${name}`);
      await settle();
      const told = run.changes(pods).length;
      const streams = [...home.client.streams].filter(({ resource }) => resource === "pods");
      for (const stream of streams) stream.isSilent = true;
      home.client.put(pods, "a/changes");
      home.client.delete(pods, "a/goes");
      home.client.delete(pods, "a/returns");
      home.client.put(pods, "a/returns");
      home.client.put(pods, "a/comes");
      home.client.tick();
      home.client.compact();
      for (const stream of streams) {
        stream.isSilent = false;
        if (way === "HTTP") stream.fail(failure("ConnectionFailed"));
        else stream.push({ type: "ERROR", error: expired() });
      }
      await run.clock.advance(10_000);
      expect(run.rows(pods)).toEqual(namesIn(home));
      expect(run.changes(pods).slice(told).sort()).toEqual([
        "ADDED comes",
        "ADDED returns",
        "DELETED goes",
        "DELETED returns",
        "MODIFIED changes",
      ]);
      expect(run.metrics(pods).lists).toBe(2);
      expect(run.status(pods)).toMatchObject({ state: "FRESH" });
    },
  );

  it.each<KubeErrorReason>(["InternalError", "Expired", "Unauthorized", "Timeout", "ConnectionFailed"])(
    "should delete nothing while the second page of a relist fails with %s",
    async (reason) => {
      const { home, run } = await withPods(25, 10);
      home.client.fault = onPods(() => failure("ConnectionFailed"));
      home.client.cut();
      home.client.delete(pods, "a/pod-03");
      home.client.delete(pods, "a/pod-20");
      home.client.tick();
      home.client.compact();
      home.client.fault = onPods(({ verb, query }) =>
        verb === "list" && "continue" in query ? failure(reason) : undefined,
      );
      await run.clock.advance(120_000);
      expect(run.metrics(pods).lists).toBeGreaterThan(3);
      expect(run.rows(pods)).toHaveLength(25);
      expect(run.status(pods)).toMatchObject({ state: "STALE" });
      home.client.fault = () => undefined;
      await run.clock.advance(60_000);
      expect(run.rows(pods)).toEqual(namesIn(home));
      expect(run.status(pods)).toMatchObject({ state: "FRESH" });
    },
  );

  it("should begin a list anew whose pages do not belong together", async () => {
    const { home, run } = await withPods(25, 10);
    home.client.delete(pods, "a/pod-20");
    home.client.compact();
    home.client.pageLag = 3;
    home.client.cut();
    await run.clock.advance(30_000);
    expect(run.rows(pods)).toHaveLength(24);
    expect(run.changes(pods).filter((change) => change.startsWith("DELETED"))).toEqual(["DELETED pod-20"]);
    home.client.pageLag = 0;
    await run.clock.advance(60_000);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
  });

  it("should not follow a continue token in a circle", async () => {
    const home = new FakeCluster("home");
    for (let index = 0; index < 4; index++) home.client.put(pods, `a/pod-${index}`);
    home.client.tamper = (list) => (list.items.length > 0 ? { ...list, continue: '{"at":104,"from":0}' } : list);
    const run = await runCache([home], { timings: { pageLimit: 2 } });
    expect(run.status(pods)).toMatchObject({ state: "SYNCING", error: "MalformedResponse" });
    expect(home.client.count("list", pods)).toBeLessThan(4);
  });

  it.each<KubeErrorReason>([
    "InternalError",
    "ServiceUnavailable",
    "TooManyRequests",
    "Timeout",
    "ConnectionFailed",
    "MalformedResponse",
  ])("should resume the watch after %s where it was, without a list of all and without haste", async (reason) => {
    const { home, run } = await withPods(3);
    home.client.cut(reason);
    home.client.put(pods, "a/pod-00");
    await run.clock.advance(5_000);
    expect(run.rows(pods)).toEqual(namesIn(home));
    expect(run.metrics(pods).lists).toBe(1);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
    const before = home.client.requests.length;
    home.client.fault = onPods(({ verb }) => (verb === "watch" ? failure(reason) : undefined));
    home.client.cut(reason);
    await run.clock.advance(60_000);
    const asked = home.client.requests.slice(before).filter(({ resource }) => resource === "pods").length;
    expect(asked).toBeGreaterThan(2);
    // Four requests an attempt, three of them for one object at most, at pauses of 0.6, 1.2, 2.4 … 22 s.
    expect(asked).toBeLessThan(44);
  });

  it("should not make haste when a server closes each stream at once", async () => {
    const { home, run } = await withPods(3);
    const before = home.client.requests.length;
    for (let tenth = 0; tenth < 600; tenth++) {
      home.client.close();
      await run.clock.advance(100);
    }
    const perResource = home.client.requests.slice(before).filter(({ resource }) => resource === "pods").length;
    expect(perResource).toBeLessThan(30);
    expect(run.metrics(pods).lists).toBe(1);
  });

  it("should come back within a second of each stream that told something, however many the server ends", async () => {
    const { home, run } = await withPods(3);
    for (let times = 0; times < 10; times++) {
      home.client.put(pods, "a/pod-00");
      await settle();
      home.client.close();
      await settle(8);
      expect(run.status(pods)).toMatchObject({ state: "STALE", reason: "StreamClosed" });
      await run.clock.advance(800);
      expect(run.metrics(pods).watches).toBe(times + 2);
      home.client.put(pods, "a/pod-01");
      await settle();
      expect(run.rows(pods)).toEqual(namesIn(home));
    }
    expect(run.metrics(pods).lists).toBe(1);
  });

  it("should take the end of a long watch for what it is", async () => {
    const { home, run } = await withPods(3);
    for (let minute = 0; minute < 8; minute++) {
      await run.clock.advance(60_000);
      home.client.bookmark();
      await settle();
    }
    home.client.close();
    await settle(8);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
    expect(run.metrics(pods)).toMatchObject({ watches: 2, lists: 1, failures: 0 });
    expect(run.states(pods)).toEqual(["SYNCING Connecting", "FRESH"]);
  });

  it("should wait as long as a server asks for", async () => {
    const { home, run } = await withPods(3);
    home.client.fault = onPods(() => failure("TooManyRequests", { retryAfterMs: 20_000 }));
    home.client.cut();
    await run.clock.advance(1_000);
    const asked = home.client.requests.length;
    await run.clock.advance(18_000);
    expect(home.client.requests.slice(asked).filter(({ resource }) => resource === "pods")).toEqual([]);
    expect(run.status(pods)).toMatchObject({ state: "STALE", reason: "TooManyRequests" });
  });

  it("should leave a silent stream after 90 s, and miss nothing", async () => {
    const { home, run } = await withPods(3);
    for (const stream of home.client.streams) stream.isSilent = true;
    home.client.put(pods, "a/pod-00");
    await run.clock.advance(89_000);
    expect(run.metrics(pods).watches).toBe(1);
    await run.clock.advance(4_000);
    expect(run.metrics(pods)).toMatchObject({ watches: 2, lists: 1, failures: 0 });
    expect(run.rows(pods)).toEqual(namesIn(home));
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
  });

  it("should take it for a proof of being in step that a watch was resumed, also where there is nothing to tell", async () => {
    const { run } = await withPods(3);
    await run.clock.advance(94_000);
    expect(run.metrics(pods)).toMatchObject({ watches: 2, lists: 1, failures: 0 });
    expect(run.clock.now() - (run.status(pods)?.observedAtMs ?? 0)).toBeLessThan(4_000);
  });

  it("should say STALE where a silent stream turns out to be a server that does not answer", async () => {
    const { home, run } = await withPods(3);
    for (const stream of home.client.streams) stream.isSilent = true;
    home.client.fault = () => "hang";
    await run.clock.advance(90_000 + 31_000);
    expect(run.status(pods)).toMatchObject({ state: "STALE", reason: "Timeout" });
    expect(run.rows(pods)).toEqual(namesIn(home));
  });

  it("should not be confused by a wall clock that jumps", async () => {
    const { home, run } = await withPods(3);
    for (const ms of [86_400_000, -172_800_000]) {
      run.clock.jump(ms);
      await run.clock.advance(60_000);
      home.client.tick();
      home.client.bookmark();
      await settle();
    }
    expect(run.metrics(pods)).toMatchObject({ watches: 1, lists: 1, failures: 0 });
  });

  it("should relist when the same line cannot be read twice", async () => {
    const { home, run } = await withPods(3);
    let torn = 0;
    home.client.fault = onPods(({ verb }) =>
      verb === "watch" && torn++ < 2 ? failure("MalformedResponse") : undefined,
    );
    home.client.cut("MalformedResponse");
    await run.clock.advance(20_000);
    expect(run.metrics(pods).lists).toBe(2);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
  });

  it("should list from scratch when the server says that our version is from the future", async () => {
    const { home, run } = await withPods(3);
    let refused = 0;
    home.client.fault = onPods(({ verb }) => {
      if (verb !== "watch" || refused++ > 0) return undefined;
      const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
      return new KubeError({
        reason: "ServerTimeout",
        status: 504,
        message: "Timeout: Too large resource version: 104",
        causes,
      });
    });
    home.client.cut();
    await run.clock.advance(10_000);
    expect(run.metrics(pods).lists).toBe(2);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
  });

  it("should notice an etcd restored to an older state at once, and go back with it", async () => {
    const { home, run } = await withPods(3);
    home.client.put(pods, "a/later");
    home.client.put(pods, "a/pod-00");
    await settle();
    const position = run.cache.log.position("home", "pods")!;
    expect(run.cache.log.since("home", "pods", position)).toEqual([]);
    home.client.restore(103);
    await run.clock.advance(3_000);
    expect(run.rows(pods)).toEqual(["a/pod-00@101", "a/pod-01@102", "a/pod-02@103"]);
    expect(run.changes(pods).slice(-2)).toEqual(["MODIFIED pod-00", "DELETED later"]);
    expect(run.cache.log.since("home", "pods", position)).toBeUndefined();
    home.client.put(pods, "a/other");
    await settle();
    expect(run.rows(pods)).toEqual(namesIn(home));
  });

  it.each<[string, (home: FakeCluster) => void]>([
    ["something else", (home) => home.client.put(pods, "a/other")],
    ["the same object", (home) => home.client.put(pods, "a/pod-02", { spec: { other: true } })],
    ["nothing of this kind", (home) => home.client.tick()],
  ])("should notice an etcd that was restored and has overtaken us, by writing %s", async (_what, write) => {
    const { home, run } = await withPods(3);
    home.client.put(pods, "a/later");
    home.client.put(pods, "a/pod-00");
    await settle();
    home.client.fault = () => failure("ConnectionFailed");
    home.client.restore(103);
    for (let index = 0; index < 5; index++) write(home);
    await run.clock.advance(1_000);
    home.client.fault = () => undefined;
    await run.clock.advance(30_000);
    expect(run.rows(pods)).toEqual(namesIn(home));
  });

  it("should list all after an outage of a minute, since a restored etcd may have overtaken us", async () => {
    const { home, run } = await withPods(3);
    home.client.put(pods, "a/later");
    await settle();
    home.client.fault = () => failure("ConnectionFailed");
    home.client.restore(103);
    await run.clock.advance(70_000);
    for (let index = 0; index < 10; index++) home.client.put(pods, "a/pod-02");
    home.client.fault = () => undefined;
    await run.clock.advance(60_000);
    expect(run.rows(pods)).toEqual(namesIn(home));
  });

  it("should take an object that was restored to a malformed state by what comes next, though a version comes again", async () => {
    const { home, run } = await withPods(1);
    home.client.put(pods, "a/pod-00", { malformed: true });
    home.client.put(pods, "a/pod-00", { spec: { nodeName: "before" } });
    await settle();
    home.client.restore(102);
    await run.clock.advance(3_000);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: 1 });
    home.client.put(pods, "a/pod-00", { spec: { nodeName: "after" } });
    await settle();
    expect(run.rows(pods)).toEqual(["a/pod-00@103"]);
    expect(run.changes(pods)).toEqual(["ADDED pod-00", "MODIFIED pod-00", "MODIFIED pod-00"]);
    expect(run.status(pods)).toMatchObject({ state: "FRESH", skipped: 0 });
  });

  it("should hide the rows when we may no longer list them, and show them when we may", async () => {
    const { home, run } = await withPods(3);
    home.client.fault = onPods(() => failure("Forbidden"));
    home.client.cut();
    await run.clock.advance(2_000);
    expect(run.rows(pods)).toEqual([]);
    expect(run.status(pods)).toMatchObject({ state: "FORBIDDEN", error: "Forbidden" });
    expect(run.changes(pods).filter((change) => change.startsWith("DELETED"))).toEqual([]);
    expect(run.states(pods).slice(-2)).toEqual(["gone", "FORBIDDEN Forbidden"]);
    const asked = home.client.requests.length;
    await run.clock.advance(25_000);
    expect(home.client.requests.slice(asked).filter(({ resource }) => resource === "pods")).toEqual([]);
    home.client.fault = () => undefined;
    await run.clock.advance(60_000);
    expect(run.rows(pods)).toHaveLength(3);
  });

  it("should go on when a server answers neither list nor watch", async () => {
    const home = new FakeCluster("home");
    home.client.put(pods, "a/one");
    let hung = 0;
    home.client.fault = onPods(() => (hung++ < 2 ? "hang" : undefined));
    const run = await runCache([home]);
    expect(run.status(pods)).toMatchObject({ state: "SYNCING" });
    await run.clock.advance(31_000);
    expect(run.states(pods)).toContain("UNREACHABLE Timeout");
    await run.clock.advance(60_000);
    expect(run.rows(pods)).toEqual(["a/one@101"]);
  });

  it("should survive an error that is none of ours", async () => {
    const { home, run } = await withPods(3);
    home.client.fault = onPods(({ verb }) => {
      if (verb === "watch") throw new TypeError("a bug in the client");
      return undefined;
    });
    home.client.cut();
    await run.clock.advance(10_000);
    expect(run.rows(pods)).toHaveLength(3);
    home.client.fault = () => undefined;
    await run.clock.advance(30_000);
    expect(run.status(pods)).toMatchObject({ state: "FRESH" });
  });
});
