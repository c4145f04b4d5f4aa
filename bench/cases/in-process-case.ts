import "reflect-metadata";
import { execute, parse } from "graphql";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { toResourceName } from "../../src/kube/resource-id.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { PodRow } from "../../src/kube/rows/row.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { createIndexes } from "../../src/loaders/indexes.ts";
import { withRowWriter } from "../../src/server/rows/row-writer.ts";
import { createWorld } from "../../test/loaders/support/world.ts";
import { compareInRounds } from "../measure/rounds.ts";
import { podFixtures } from "../world/pod-fixture.ts";
import { createSeededRandom } from "../world/seeded-random.ts";
import type { BenchCase } from "./bench-case.ts";
import { toRow } from "./list-cases.ts";
import { allPods, eightFields } from "./questions.ts";

/**
 * The list without HTTP, in this process: resolve and serialise to bytes, after one row in a hundred has changed, beside JSON.stringify of rows that lie
 * ready. The store's work for the changes themselves is done before.
 */
export const inProcess: BenchCase = {
  name: "in-process",
  async run({ options }) {
    const { rounds, pods, nodes, smoke } = options;
    const clusters = ["home", "abroad"];
    const world = createWorld(clusters.map((name, index) => ({ name, role: index === 0 ? "home" : "abroad" })));
    const objects = clusters.flatMap((cluster) =>
      Array.from(podFixtures(cluster, pods, nodes), ({ pod, status }): readonly [string, KubeObject] => [
        cluster,
        { apiVersion: "v1", kind: "Pod", ...pod, status },
      ]),
    );
    for (const [cluster, object] of objects) world.put(cluster, object);
    const schema = buildFleetSchema();
    const writer = withRowWriter(execute, schema, { clock: systemClock });
    const document = parse(allPods(objects.length));
    const indexes = createIndexes();
    const random = createSeededRandom(1);
    const partitions = () =>
      clusters.flatMap((cluster) => world.cache.snapshot().resource(cluster, toResourceName(knownResources.pods))?.partitions ?? []); // prettier-ignore
    const change = (): void => {
      for (let left = Math.ceil(objects.length / 100); left > 0; left--) {
        const [cluster, { metadata, ...rest }] = random.pick(objects);
        world.put(cluster, { ...rest, metadata: { ...metadata, labels: { ...metadata.labels, changed: random.suffix(8) } } }); // prettier-ignore
      }
    };
    const ask = async (): Promise<string | readonly Buffer[]> => {
      const contextValue = { loaders: createLoaders(world.options({ indexes, clock: systemClock })) };
      return writer.write(await writer.execute({ schema, document, contextValue }));
    };
    const ready = partitions().flatMap(({ rows }) => rows.map((row) => pick(row as PodRow)));
    // The first two write everything: it is kept from the second on.
    await ask();
    await ask();
    const result = await compareInRounds({
      rounds,
      samples: smoke ? 1 : 5,
      before: async () => {
        change();
        partitions();
      },
      ours: () => inMs(ask),
      theirs: () => inMs(async () => JSON.stringify(ready)),
    });
    const what = "the same in process: resolve + serialise, 1 % changed before each";
    return [toRow(what, result, { must: 1, aim: 0.2, unit: "x" }, "JSON.stringify")];
  },
};

function pick(row: PodRow): object {
  return Object.fromEntries(eightFields.split(" ").map((name) => [name, row[name as keyof PodRow]]));
}

async function inMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - startedMs;
}
