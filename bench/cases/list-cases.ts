import { compareInRounds } from "../measure/rounds.ts";
import type { Comparison } from "../measure/rounds.ts";
import { appCount, appName } from "../world/pod-fixture.ts";
import type { Bench, BenchCase, Bound, RowResult } from "./bench-case.ts";
import { allPods, eightFields, newSelection, untilVisible } from "./questions.ts";

/** All pods x 8 fields, after one row in a hundred has changed. */
export const listChanged: BenchCase = {
  name: "list8",
  async run(bench) {
    const { fleetgraph, plain, total } = await sides(bench);
    const query = allPods(total);
    const result = await compareInRounds({
      rounds: bench.options.rounds,
      samples: bench.options.smoke ? 1 : 3,
      before: async () => untilVisible(bench, await bench.changer.changeMany(Math.ceil(total / 100))),
      ours: () => timed(() => fleetgraph.send(query)),
      theirs: () => timed(() => plain.send("/list")),
    });
    return [toRow("all pods x 8 fields, 1 % changed before each", result, { must: 0.5, aim: 0.25, unit: "x" })];
  },
};

/** A selection nobody has asked for yet. */
export const listFirst: BenchCase = {
  name: "first",
  async run(bench) {
    const { fleetgraph, plain, total } = await sides(bench);
    const { rounds, smoke } = bench.options;
    const samples = smoke ? 1 : 3;
    const bound: Bound = { must: 2.5, aim: 1.5, unit: "x" };
    const alone = await compareInRounds({
      rounds,
      samples,
      ours: () => timed(() => fleetgraph.send(newSelection(total))),
      theirs: () => timed(() => plain.send("/list")),
    });
    const related = await compareInRounds({
      rounds,
      samples,
      ours: () => timed(() => fleetgraph.send(newSelection(total, "node { name ready }"))),
      theirs: () => timed(() => plain.send("/list-with-node")),
    });
    return [
      toRow("the first request of a selection", alone, bound),
      toRow("the first request of a selection, with pod -> node", related, bound),
    ];
  },
};

/** Few rows of many, and figures over all. */
export const listSome: BenchCase = {
  name: "app",
  async run(bench) {
    const { fleetgraph, plain } = await sides(bench);
    const { rounds, smoke } = bench.options;
    const bound: Bound = { must: 1, aim: 0.3, unit: "x" };
    let app = 0;
    const query = `query($selector: String!) { pods(first: 1000, labelSelector: $selector) { nodes { ${eightFields} } } }`;
    const byLabel = await compareInRounds({
      rounds,
      samples: smoke ? 2 : 40,
      ours: () => timed(() => fleetgraph.send(query, { selector: `app=${appName(app++ % appCount)}` })),
      theirs: () => timed(() => plain.send(`/app?app=${appName(app % appCount)}`)),
    });
    const groups = await compareInRounds({
      rounds,
      samples: smoke ? 2 : 30,
      ours: () => timed(() => fleetgraph.send(groupQuery)),
      theirs: () => timed(() => plain.send("/groups")),
    });
    return [toRow("100 pods by an indexed label", byLabel, bound), toRow("groupBy over all", groups, bound)];
  },
};

export const groupQuery =
  '{ pods { groupBy(fields: [CLUSTER, PHASE], labels: ["tier"]) { keys { name value } count } } }';

async function sides(bench: Bench) {
  const [fleetgraph, plain] = [await bench.fleetgraph(), await bench.plain()];
  return { fleetgraph, plain, total: bench.changer.keys.length };
}

/** What the answer took; rejects where it is none. */
export async function timed(
  send: () => Promise<{ readonly status: number; readonly body: Buffer; readonly ms: number }>,
): Promise<number> {
  const { status, body, ms } = await send();
  const start = body.subarray(0, 200).toString();
  if (status !== 200 || start.startsWith('{"errors"')) throw new Error(`answered with ${status}: ${start}`);
  return ms;
}

export function toRow(
  what: string,
  { ratios, ours, theirs }: Comparison,
  bound: Bound,
  yardstick = "plain Node",
): RowResult {
  const figure = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
  return { what, values: ratios, bound, measured: `${figure(ours)}, ${yardstick} ${figure(theirs)}` };
}
