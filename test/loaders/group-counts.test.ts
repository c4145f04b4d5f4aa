import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../bench/world/seeded-random.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { createIndexes } from "../../src/loaders/indexes.ts";
import type { Connection, GroupArgs, GroupValue } from "../../src/loaders/request-context.ts";
import type { PodRow } from "../../src/kube/rows/row.ts";
import { accesses, createRandomWorld } from "../server/rows/random-world.ts";

/** The plainest way: go over the rows. */
function countByHand(
  rows: readonly PodRow[],
  { labels }: GroupArgs,
  read: (row: PodRow) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify([read(row), ...labels.map((label) => row.labelMap[label] ?? null)]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const toCounts = (groups: readonly GroupValue[]): Map<string, number> =>
  new Map(groups.map(({ keys, count }) => [JSON.stringify(keys.map(({ value }) => value)), count]));

describe("groupBy over what changes", () => {
  it("should count what a scan counts, with remembered counts and relations alike, for every caller", async () => {
    const random = createSeededRandom(3);
    const { world, change } = createRandomWorld(random);
    const indexes = createIndexes();
    const cases: readonly (readonly [GroupArgs, (row: PodRow) => string])[] = [
      [{ fields: ["PHASE"], labels: ["tier", "none"] }, (row) => row.phase],
      [{ fields: ["NAMESPACE"], labels: ["app"] }, (row) => row.namespace],
    ];
    for (let round = 0; round < 150; round++) {
      change();
      const access = random.pick(accesses);
      const list = (where: object | null): Promise<Connection<PodRow>> =>
        Promise.resolve(createLoaders(world.options({ indexes, access })).pods({ first: 50_000, where } as never));
      const where = random.next() < 0.3 ? { labels: [{ key: "app", eq: "web" }] } : null;
      const pods = await list(where);
      const [args, read] = random.pick(cases);
      const groups = pods.groupBy(args);
      expect(toCounts(groups)).toEqual(countByHand(pods.nodes(), args, read));
      const restarts = groups.map((group) => (group["restarts"] as { readonly sum: bigint }).sum);
      expect(restarts.reduce((a, b) => a + b, 0n)).toBe(
        pods.nodes().reduce((sum, row) => sum + BigInt(row.restarts), 0n),
      );
      // What is related is looked at anew: other partitions, other rights.
      const byWorkload = (await list(where)).groupBy({ fields: ["WORKLOAD"], labels: [] });
      const fresh = createLoaders(world.options({ access })).pods({ first: 50_000, where } as never);
      expect(byWorkload).toEqual((await fresh).groupBy({ fields: ["WORKLOAD"], labels: [] }));
    }
  });
});
