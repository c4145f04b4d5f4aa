import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/lib/clock.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { WatchEvent } from "../../src/kube/client.ts";
import { call, createTestApi } from "./support/create-test-api.ts";

/** A clock turned by hand that knows how many timers are set. */
function createHandClock(): Clock & { advance(ms: number): void; readonly timers: number } {
  let now = 1_000_000;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    setTimer(callback, ms) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      now += ms;
      for (const timer of timers) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
    get timers() {
      return timers.size;
    },
  };
}

const path = "/api/v1/pods?watch=1&allowWatchBookmarks=1";
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the life of a watch", () => {
  it("should leave nothing behind when its request is aborted", async () => {
    const clock = createHandClock();
    const api = createTestApi({ clock });
    const abort = new AbortController();
    const response = await api.handler(new Request(`http://embedded${path}`, { signal: abort.signal }));
    const reading = response.text();
    await turn();
    expect(clock.timers).toBeGreaterThan(0);
    abort.abort();
    await reading.catch(() => {});
    await turn();
    expect(clock.timers).toBe(0);
    expect(api.faults.cutStreams()).toBe(0);
  });

  it("should leave nothing behind when its body is cancelled", async () => {
    const clock = createHandClock();
    const api = createTestApi({ clock });
    const response = await api.handler(new Request(`http://embedded${path}`));
    const reader = response.body!.getReader();
    void reader.read();
    await turn();
    await reader.cancel();
    await turn();
    expect(clock.timers).toBe(0);
    expect(api.faults.cutStreams()).toBe(0);
  });

  it("should send a bookmark with the latest version each interval, however busy other resources are", async () => {
    const clock = createHandClock();
    const api = createTestApi({ clock, bookmarkMs: 1000 });
    const response = await api.handler(new Request(`http://embedded${path}&resourceVersion=${api.resourceVersion}`));
    const reader = response.body!.getReader();
    const next = reader.read();
    for (let index = 0; index < 4; index++) {
      await call(api, "POST", "/api/v1/namespaces/default/configmaps", { metadata: { name: `c${index}` } });
      await turn();
      clock.advance(400);
      await turn();
    }
    const frame = JSON.parse(new TextDecoder().decode((await next).value)) as {
      type: string;
      object: { metadata: { resourceVersion: string } };
    };
    expect(frame.type).toBe("BOOKMARK");
    expect(Number(frame.object.metadata.resourceVersion)).toBeGreaterThan(4);
    await reader.cancel();
  });

  it("should end by its timeout with a last bookmark", async () => {
    const clock = createHandClock();
    const api = createTestApi({ clock });
    const response = await api.handler(new Request(`http://embedded${path}&timeoutSeconds=5&resourceVersion=${api.resourceVersion}`)); // prettier-ignore
    const reading = response.text();
    await turn();
    clock.advance(5000);
    expect(JSON.parse(await reading)).toMatchObject({
      type: "BOOKMARK",
      object: { metadata: { resourceVersion: api.resourceVersion } },
    });
    expect(clock.timers).toBe(0);
  });

  it("should throw Aborted from the client's watch, and end quietly where the loop is left", async () => {
    const clock = createHandClock();
    const api = createTestApi({ clock });
    const abort = new AbortController();
    const options = { signal: abort.signal, as: systemIdentity("test") };
    const events: WatchEvent[] = [];
    const watching = (async () => {
      for await (const event of api.client.watch(knownResources.namespaces, { resourceVersion: "0" }, options))
        events.push(event);
    })();
    await turn();
    expect(events.map((event) => event.type)).toEqual(["ADDED", "ADDED", "ADDED", "ADDED"]);
    abort.abort();
    await expect(watching).rejects.toMatchObject({ reason: "Aborted", cluster: "test" });
    const live = { signal: new AbortController().signal, as: systemIdentity("test") };
    for await (const _event of api.client.watch(knownResources.namespaces, { resourceVersion: "0" }, live)) break;
    expect(clock.timers).toBe(0);
  });
});
