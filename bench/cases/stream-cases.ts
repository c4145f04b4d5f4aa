import { openWatches } from "../clients/raw-watch.ts";
import { median, percentile } from "../measure/statistics.ts";
import { until } from "../measure/until.ts";
import type { Bench, BenchCase } from "./bench-case.ts";
import { podQuery } from "./questions.ts";

/** From sending a write to knowing it: by its answer and then queries until one shows it; by its answer and the event of a raw watch. */
export const freshness: BenchCase = {
  name: "freshness",
  async run(bench) {
    const fleetgraph = await bench.fleetgraph();
    const watches = await openWatches(bench.pair);
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
