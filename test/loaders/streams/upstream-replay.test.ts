import { describe, expect, it } from "vitest";
import { wholeAuthorizer } from "../../../src/auth/access.ts";
import type { FleetCache } from "../../../src/cache/fleet-cache.ts";
import type { KubeReader, WatchEvent } from "../../../src/kube/client.ts";
import type { ChangeMessage } from "../../../src/loaders/request-context.ts";
import { createHealthLog } from "../../../src/loaders/streams/health-log.ts";
import { createStreams } from "../../../src/loaders/streams/create-streams.ts";
import { pod } from "../support/objects.ts";
import { createWorld } from "../support/world.ts";

describe("resuming from the API server", () => {
  const begin = async (signal: AbortSignal, events: readonly WatchEvent[]) => {
    const open: AbortSignal[] = [];
    const watch: KubeReader["watch"] = async function* (_resource, _query, call) {
      open.push(call.signal);
      yield* events;
      await new Promise((resolve) => call.signal.addEventListener("abort", resolve, { once: true }));
    };
    const world = createWorld([{ name: "home", role: "home", client: { watch } }]);
    const cache = { ...world.cache, retain: () => () => {} } as unknown as FleetCache;
    const healthLog = createHealthLog({ registry: world.registry, cache, clock: world.clock, id: "x", limit: 1 });
    const streams = createStreams({
      ...world.options({ signal }),
      cache,
      healthLog,
      maxPending: 10,
      authorizer: wholeAuthorizer,
    });
    world.put("home", pod("a"));
    const before = streams.changes("Pod", { snapshot: false })[Symbol.asyncIterator]();
    const { cursor } = (await before.next()).value as ChangeMessage;
    await before.return?.();
    world.put("home", pod("a", { labels: { round: "2" } }));
    world.store.resource("home", "pods")?.log.forgetPositions();
    return { open, world, stream: streams.changes("Pod", { after: cursor })[Symbol.asyncIterator]() };
  };

  it("should end the watch with the stream, at any moment", async () => {
    const gone = new AbortController();
    const { open, stream } = await begin(gone.signal, []);
    const next = stream.next();
    expect(open[0]?.aborted).toBe(false);
    gone.abort();
    expect((await next).done).toBe(true);
    expect(open[0]?.aborted).toBe(true);
    const other = await begin(new AbortController().signal, []);
    await other.stream.return?.();
    expect(other.open[0]?.aborted).toBe(true);
  });

  it("should resynchronise where the API server does not come to the end in time", async () => {
    const { open, world, stream } = await begin(new AbortController().signal, []);
    const next = stream.next();
    await world.clock.advance(2_000);
    expect((await next).value).toMatchObject({ type: "RESYNC" });
    expect(open[0]?.aborted).toBe(true);
    await stream.return?.();
  });
});
