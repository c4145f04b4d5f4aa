import { createHttpClient } from "../clients/http-client.ts";
import { median, percentile } from "../measure/statistics.ts";
import { appCount, appName } from "../world/pod-fixture.ts";
import type { Bench, BenchCase } from "./bench-case.ts";
import { timed } from "./list-cases.ts";
import { allPods, eightFields } from "./questions.ts";

const changesPerSecond = 300;
const clients = 16;

/** What queries take while the fleet changes, over what they take while it is quiet. */
export const churn: BenchCase = {
  name: "churn",
  async run(bench) {
    const { smoke, rounds } = bench.options;
    const ms = smoke ? 200 : 4_000;
    const throughput: number[] = [];
    const tail: number[] = [];
    const seen = {
      quiet: [] as number[],
      churned: [] as number[],
      quietTail: [] as number[],
      churnedTail: [] as number[],
      rate: [] as number[],
    };
    for (let round = 0; round <= rounds; round += 1) {
      const quiet = await askByMany(bench, ms);
      const quietTail = await askForAll(bench, ms);
      const { churned, churnedTail, rate } = await whileChanging(bench, async () => ({
        churned: await askByMany(bench, ms),
        churnedTail: await askForAll(bench, ms),
      }));
      if (round === 0) continue;
      throughput.push(churned / quiet);
      tail.push(churnedTail / quietTail);
      seen.quiet.push(quiet);
      seen.churned.push(churned);
      seen.quietTail.push(quietTail);
      seen.churnedTail.push(churnedTail);
      seen.rate.push(rate);
    }
    const rate = `${median(seen.rate).toFixed(0)} changes a second`;
    return [
      {
        what: "100 pods x 16 clients while the fleet changes",
        values: throughput,
        bound: { must: 0.8, unit: "x", atLeast: true },
        measured: `${median(seen.churned).toFixed(0)}/s, quiet ${median(seen.quiet).toFixed(0)}/s; ${rate}`,
      },
      {
        what: "all pods while the fleet changes, p99",
        values: tail,
        bound: { must: 3, unit: "x" },
        measured: `${median(seen.churnedTail).toFixed(1)} ms, quiet ${median(seen.quietTail).toFixed(1)} ms; ${rate}`,
      },
    ];
  },
};

/** Answers a second. */
async function askByMany(bench: Bench, ms: number): Promise<number> {
  const fleetgraph = await bench.fleetgraph();
  const { url, headers } = fleetgraph;
  const query = `query($selector: String!) { pods(first: 1000, labelSelector: $selector) { nodes { ${eightFields} } } }`;
  const until = performance.now() + ms;
  let answers = 0;
  let app = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const http = createHttpClient({ url, headers });
      while (performance.now() < until) {
        await timed(() => fleetgraph.send(query, { selector: `app=${appName(app++ % appCount)}` }, http));
        answers += 1;
      }
      http.close();
    }),
  );
  return (answers * 1_000) / ms;
}

/** p99 of one client that asks for all pods again and again, ms. */
async function askForAll(bench: Bench, ms: number): Promise<number> {
  const fleetgraph = await bench.fleetgraph();
  const query = allPods(bench.changer.keys.length);
  const until = performance.now() + ms;
  const times: number[] = [];
  while (performance.now() < until) times.push(await timed(() => fleetgraph.send(query)));
  return percentile(times, 0.99);
}

/** Changes pods at the rate, or as fast as the clusters take it, while `act` is under way; `rate` says how fast that was. */
async function whileChanging<T>({ changer }: Bench, act: () => Promise<T>): Promise<T & { readonly rate: number }> {
  const from = performance.now();
  let isStopped = false;
  let begun = 0;
  let done = 0;
  const work = Promise.all(
    Array.from({ length: 16 }, async () => {
      while (!isStopped) {
        const dueAt = from + (begun++ * 1_000) / changesPerSecond;
        const waitMs = dueAt - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        await changer.change(changer.pick());
        done += 1;
      }
    }),
  );
  const stopped = work.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    const result = await act();
    return { ...result, rate: (done * 1_000) / (performance.now() - from) };
  } finally {
    isStopped = true;
    const error = await stopped;
    // oxlint-disable-next-line no-unsafe-finally -- what the clusters refused explains whatever came of it
    if (error !== undefined) throw error;
  }
}
