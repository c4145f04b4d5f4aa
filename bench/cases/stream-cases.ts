import { randomUUID } from "node:crypto";
import { openGraphqlSocket } from "../clients/graphql-socket.ts";
import { openRawWatch } from "../clients/raw-watch.ts";
import type { RawWatch } from "../clients/raw-watch.ts";
import { median, percentile } from "../measure/statistics.ts";
import { until } from "../measure/until.ts";
import type { WrittenChange } from "../world/pod-changer.ts";
import type { Bench, BenchCase } from "./bench-case.ts";
import { eightFields, podQuery } from "./questions.ts";

/** When an event is at the subscriber, after a raw watch of the same client had it. */
export const eventOverhead: BenchCase = {
  name: "event",
  async run(bench) {
    const fleetgraph = await bench.fleetgraph();
    const watches = await openWatches(bench);
    const arrived = new Map<string, number>();
    const query = `subscription { podsChanged(snapshot: false) { type objects { ${eightFields} resourceVersion } } }`;
    const socket = await openGraphqlSocket({
      url: fleetgraph.url,
      headers: fleetgraph.headers,
      query,
      id: randomUUID(),
    });
    socket.onMessage = (data) => {
      const at = performance.now();
      for (const [, version] of data.toString().matchAll(/"resourceVersion":"(\d+)"/gu)) arrived.set(version!, at);
    };
    const [middle, late]: [number[], number[]] = [[], []];
    try {
      const events = bench.options.smoke ? 3 : 100;
      for (let round = 0; round <= bench.options.rounds; round += 1) {
        const overheads: number[] = [];
        for (let event = 0; event < events; event += 1) {
          const { written, rawAt } = await change(bench, watches);
          await until(async () => arrived.has(written.resourceVersion), 1);
          overheads.push(arrived.get(written.resourceVersion)! - rawAt);
        }
        if (round === 0) continue;
        middle.push(median(overheads));
        late.push(percentile(overheads, 0.99));
      }
    } finally {
      socket.close();
      for (const watch of watches.values()) watch.close();
    }
    const measured = `${bench.options.rounds} x 100 events, none lost`;
    return [
      { what: "event at the subscriber over a raw watch, p50", values: middle, bound: { must: 0.6, aim: 0.3, unit: "ms" }, measured }, // prettier-ignore
      { what: "event at the subscriber over a raw watch, p99", values: late, bound: { must: 3, aim: 1.5, unit: "ms" }, measured }, // prettier-ignore
    ];
  },
};

/** From sending a write to knowing it: by its answer and then queries until one shows it; by its answer and the event of a raw watch. */
export const freshness: BenchCase = {
  name: "freshness",
  async run(bench) {
    const fleetgraph = await bench.fleetgraph();
    const watches = await openWatches(bench);
    const ratios: number[] = [];
    const all = { ours: [] as number[], theirs: [] as number[] };
    try {
      for (let round = 0; round <= bench.options.rounds; round += 1) {
        const [ours, theirs]: [number[], number[]] = [[], []];
        for (let write = 0; write < (bench.options.smoke ? 3 : 100); write += 1) {
          const written = await bench.changer.change(bench.changer.pick());
          let shownAt = 0;
          await until(async () => {
            const { pod } = await fleetgraph.query(podQuery, written);
            shownAt = performance.now();
            return BigInt(pod.resourceVersion as string) >= BigInt(written.resourceVersion);
          }, 0);
          ours.push(shownAt - written.sentAt);
          const rawAt = await watches.get(written.cluster)!.sawAt(written.resourceVersion);
          theirs.push(Math.max(rawAt, written.answeredAt) - written.sentAt);
        }
        if (round === 0) continue;
        ratios.push(percentile(ours, 0.99) / percentile(theirs, 0.99));
        all.ours.push(...ours);
        all.theirs.push(...theirs);
      }
    } finally {
      for (const watch of watches.values()) watch.close();
    }
    const figures = (values: readonly number[]): string =>
      `${median(values).toFixed(1)} / ${percentile(values, 0.99).toFixed(1)} ms`;
    return [
      { what: "freshness: a write, sent to visible, p99", values: ratios, bound: { must: 1.5, unit: "x" }, measured: `p50 / p99 ${figures(all.ours)}, raw watch ${figures(all.theirs)}` }, // prettier-ignore
      await readAfter(bench),
    ];
  },
};

/** Whether a query with `readAfter` always shows the mutation before it. */
async function readAfter(bench: Bench) {
  const fleetgraph = await bench.fleetgraph();
  const writes = bench.options.smoke ? 3 : 100;
  let missed = 0;
  for (let write = 0; write < writes; write += 1) {
    const key = bench.changer.pick();
    const value = `w${Date.now() % 1e6}-${write}`;
    const input = { object: { ...key, apiVersion: "v1", kind: "Pod" }, set: [{ key: "bench/write", value }] };
    const { labelResource } = await fleetgraph.query(
      "mutation ($input: LabelResourceInput!) { labelResource(input: $input) { readAfter } }",
      { input },
    );
    const { pod } = await fleetgraph.query(
      `query ($cluster: String!, $namespace: String!, $name: String!, $readAfter: String) {
        pod(cluster: $cluster, namespace: $namespace, name: $name, readAfter: $readAfter) { label(key: "bench/write") }
      }`,
      { ...key, readAfter: labelResource.readAfter },
    );
    if (pod.label !== value) missed += 1;
  }
  const what = "writes that a query with readAfter did not show";
  return { what, values: [missed], bound: { must: 0, unit: "" }, measured: `${writes} writes` };
}

async function openWatches(bench: Bench): Promise<ReadonlyMap<string, RawWatch>> {
  const open = bench.pair.clusters.map(async (access) => [access.name, await openRawWatch(access)] as const);
  return new Map(await Promise.all(open));
}

async function change(bench: Bench, watches: ReadonlyMap<string, RawWatch>) {
  const written: WrittenChange = await bench.changer.change(bench.changer.pick());
  return { written, rawAt: await watches.get(written.cluster)!.sawAt(written.resourceVersion) };
}
