import { createHttpClient } from "../clients/http-client.ts";
import { median, percentile } from "../measure/statistics.ts";
import { appCount, appName } from "../world/pod-fixture.ts";
import { startEtcdWriter, startThreadWriter } from "../world/background-writer.ts";
import type { Bench, BenchCase, RowResult } from "./bench-case.ts";
import { timed } from "./list-cases.ts";
import { allPods, eightFields } from "./questions.ts";

const changesPerSecond = 300;
const clients = 16;
/** Rounds before those that are measured: in the first, V8 compiles what changes need while queries are answered, on the processors that both want. */
const warmRounds = 2;

/** What clients get in one state of the world. */
interface Seen {
  /** Answers a second to many clients. */
  readonly throughput: number;
  /** p99 of one client that asks for all pods, ms. */
  readonly tail: number;
  /** Processor time of fleetgraph for each answer, whatever else it does meanwhile, ms. */
  readonly cpu: number;
  /** Writes a second; 0 while it is quiet. */
  readonly rate: number;
}

/**
 * What queries take while the fleet changes: over what they take while it is quiet, and over what they take while objects that fleetgraph does not hold
 * change as fast in the same clusters. On one machine the first figure is mostly what the writes leave of its processors; the second is fleetgraph's part.
 */
export const churn: BenchCase = {
  name: "churn",
  async run(bench) {
    const { smoke, rounds } = bench.options;
    const ms = smoke ? 200 : 4_000;
    const fleet = { clusters: bench.pair.clusters, keys: bench.changer.keys };
    const program = bench.pair.kind === "real" ? await bench.etcdWriter() : undefined;
    const writer = await (program === undefined ? startThreadWriter(fleet) : startEtcdWriter(program, fleet));
    const all: { quiet: Seen; changing: Seen; control: Seen }[] = [];
    try {
      await bench.withoutPlain(async () => {
        for (let round = smoke ? 0 : -warmRounds; round < rounds; round += 1) {
          const quiet = await see(bench, ms);
          const changing = await writer.during("pods", changesPerSecond, () => see(bench, ms));
          // As fast as the fleet changed, so that both leave the same to fleetgraph.
          const control = await writer.during("controls", changing.rate, () => see(bench, ms));
          if (round >= 0) all.push({ quiet, changing, control });
        }
      });
    } finally {
      await writer.close();
    }
    return toRows(all);
  },
};

function toRows(all: readonly { quiet: Seen; changing: Seen; control: Seen }[]): RowResult[] {
  const of = (state: "quiet" | "changing" | "control", figure: keyof Seen, digits = 0): string =>
    median(all.map((seen) => seen[state][figure])).toFixed(digits);
  const ratios = (over: "quiet" | "control", figure: keyof Seen): number[] =>
    all.map((seen) => seen.changing[figure] / seen[over][figure]);
  const changes = `${of("changing", "rate")} changes a second`;
  const besides = `${of("control", "rate")} of what is not held`;
  return [
    {
      what: "100 pods x 16 clients while the fleet changes",
      values: ratios("quiet", "throughput"),
      bound: { must: 0.8, unit: "x", atLeast: true },
      measured: `${of("changing", "throughput")}/s, quiet ${of("quiet", "throughput")}/s; ${changes}`,
    },
    {
      what: "100 pods x 16 clients, over as many changes of what it does not hold",
      values: ratios("control", "throughput"),
      bound: { must: 0.8, unit: "x", atLeast: true },
      measured: `${of("changing", "throughput")}/s, control ${of("control", "throughput")}/s; ${changes}, ${besides}`,
    },
    {
      what: "all pods while the fleet changes, p99",
      values: ratios("quiet", "tail"),
      bound: { must: 3, unit: "x" },
      measured: `${of("changing", "tail", 1)} ms, quiet ${of("quiet", "tail", 1)} ms; ${changes}`,
    },
    {
      what: "all pods, p99, over as many changes of what it does not hold",
      values: ratios("control", "tail"),
      bound: { must: 3, unit: "x" },
      measured: `${of("changing", "tail", 1)} ms, control ${of("control", "tail", 1)} ms; ${changes}, ${besides}`,
    },
    {
      what: "its processor time an answer, over as many changes of what it does not hold",
      values: ratios("control", "cpu"),
      measured: `${of("changing", "cpu", 2)} ms, control ${of("control", "cpu", 2)} ms, quiet ${of("quiet", "cpu", 2)} ms; of 100 pods x 16 clients`,
    },
  ];
}

async function see(bench: Bench, ms: number): Promise<Omit<Seen, "rate"> & { readonly rate: 0 }> {
  const fleetgraph = await bench.fleetgraph();
  const before = await fleetgraph.process.cpuMs();
  const throughput = await askByMany(bench, ms);
  const cpu = ((await fleetgraph.process.cpuMs()) - before) / ((throughput * ms) / 1_000);
  return { throughput, cpu, tail: await askForAll(bench, ms), rate: 0 };
}

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
