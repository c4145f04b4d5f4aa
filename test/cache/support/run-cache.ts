import { afterEach } from "vitest";

import { createFleetCache } from "../../../src/cache/fleet-cache.ts";
import type {
  CacheEvent,
  FleetCache,
  FleetCacheOptions,
  ResourceMetrics,
  SyncStatus,
} from "../../../src/cache/fleet-cache.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { toResourceName } from "../../../src/kube/resource-id.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { settle } from "./settle.ts";
import { FakeRegistry, fakePrepare, fakeToRow } from "./fake-fleet.ts";
import type { FakeCluster } from "./fake-fleet.ts";

export interface RunningCache {
  readonly cache: FleetCache;
  readonly clock: FakeClock;
  readonly registry: FakeRegistry;
  readonly events: CacheEvent[];
  /** "ADDED a", "MODIFIED ns/b"… of one resource, told so far. */
  changes(resource: ResourceId): readonly string[];
  /** "STALE ConnectionFailed"… of one resource, told so far. */
  states(resource: ResourceId): readonly string[];
  /** Names of the rows of the first cluster, with versions. */
  rows(resource: ResourceId, cluster?: string): readonly string[];
  status(resource: ResourceId, cluster?: string): SyncStatus | undefined;
  metrics(resource: ResourceId, cluster?: string): ResourceMetrics;
  stop(): Promise<void>;
}

const running = new Set<RunningCache>();

/** Stops what a test has left, and sees to it that nothing of it lives on. */
export function stopCachesAfterEach(): void {
  afterEach(async () => {
    for (const each of running) await each.stop();
  });
}

export async function runCache(
  clusters: readonly FakeCluster[],
  options: Partial<FleetCacheOptions> = {},
): Promise<RunningCache> {
  const clock = createFakeClock();
  const registry = new FakeRegistry(...clusters);
  const cache = createFleetCache({ registry, toRow: fakeToRow, prepare: fakePrepare, clock, random: () => 0.5, logger: silentLogger, ...options }); // prettier-ignore
  const events: CacheEvent[] = [];
  cache.subscribe((event) => events.push(event));
  const abort = new AbortController();
  const done = cache.run(abort.signal);
  const each: RunningCache = {
    cache,
    clock,
    registry,
    events,
    changes: (resource) =>
      events.flatMap((event) => {
        if (event.type !== "change" || event.change.resource !== toResourceName(resource)) return [];
        const { type, before, after } = event.change;
        return [`${type} ${(after ?? before)?.name}`];
      }),
    states: (resource) =>
      events.flatMap((event) =>
        event.type === "status" && event.resource === toResourceName(resource)
          ? [event.after === undefined ? "gone" : [event.after.state, event.after.reason].join(" ").trim()]
          : [],
      ),
    rows: (resource, cluster = clusters[0]?.name ?? "") =>
      (cache.snapshot().resource(cluster, toResourceName(resource))?.partitions ?? []).flatMap(({ key, rows }) =>
        rows.map(({ name, resourceVersion }) => `${key.namespace}/${name}@${resourceVersion}`),
      ),
    status: (resource, cluster = clusters[0]?.name ?? "") =>
      cache.snapshot().resource(cluster, toResourceName(resource))?.status,
    metrics: (resource, cluster = clusters[0]?.name ?? "") => {
      const found = cache.metrics().resources.find((each) => each.cluster === cluster && each.resource === toResourceName(resource)); // prettier-ignore
      if (found === undefined) throw new Error(`${toResourceName(resource)} of ${cluster} is not held`);
      return found;
    },
    async stop() {
      running.delete(each);
      abort.abort(new Error("test over"));
      let isDone = false;
      void done.then(() => (isDone = true));
      for (let turn = 0; turn < 50 && !isDone; turn++) await settle();
      await done;
    },
  };
  running.add(each);
  await settle(8);
  return each;
}
