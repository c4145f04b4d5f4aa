import { randomUUID } from "node:crypto";
import { openBareSocket, openGraphqlSocket } from "../clients/graphql-socket.ts";
import type { GraphqlSocket } from "../clients/graphql-socket.ts";
import { median } from "../measure/statistics.ts";
import type { BenchProcess } from "../targets/node-process.ts";
import type { Inspector } from "../targets/inspector.ts";
import { startFleetgraph } from "../targets/fleetgraph-target.ts";
import { inParallel } from "../world/in-parallel.ts";
import type { PodKey } from "../world/pod-changer.ts";
import type { Bench, BenchCase } from "./bench-case.ts";

/** One change to many sockets: when the last one has it, and what an idle one takes. */
export const manySockets: BenchCase = {
  name: "sockets",
  async run(bench) {
    const count = bench.options.smoke ? 50 : 5_000;
    const plain = await bench.plain();
    const dir = await bench.freshDir("sockets");
    const fleetgraph = await startFleetgraph({
      clusters: bench.pair.clusters,
      dir,
      token: bench.token,
      inspected: true,
    });
    try {
      await fleetgraph.whenComplete();
      const key = bench.changer.pick();
      const subscribe = (filter: string): string =>
        `subscription { podsChanged(snapshot: false, namespaces: ["${key.namespace}"]${filter}) { type objects { namespace name uid phase nodeName ip restarts startedAt resourceVersion } } }`;
      const ours = (filters: number): Side => ({
        ...fleetgraph,
        open: (index) =>
          openGraphqlSocket({
            url: fleetgraph.url,
            headers: fleetgraph.headers,
            query: subscribe(toFilter(index % filters)),
            id: randomUUID(),
          }),
      });
      const bare: Side = {
        ...plain,
        open: () => openBareSocket(`${plain.url.replace("http", "ws")}/${key.namespace}`),
      };
      const ratios = { one: [] as number[], many: [] as number[], memory: [] as number[] };
      const took = {
        one: [] as number[],
        many: [] as number[],
        bare: [] as number[],
        ourKb: [] as number[],
        bareKb: [] as number[],
      };
      for (let round = 0; round < bench.options.rounds; round += 1) {
        const theirs = await measure(bench, bare, count, key);
        const one = await measure(bench, ours(1), count, key);
        const many = await measure(bench, ours(200), count, key);
        ratios.one.push(one.ms / theirs.ms);
        ratios.many.push(many.ms / theirs.ms);
        ratios.memory.push(one.bytes / theirs.bytes);
        took.one.push(one.ms);
        took.many.push(many.ms);
        took.bare.push(theirs.ms);
        took.ourKb.push(one.bytes / 1_024);
        took.bareKb.push(theirs.bytes / 1_024);
      }
      const against = (ms: readonly number[]): string =>
        `${median(ms).toFixed(0)} ms, bare ws ${median(took.bare).toFixed(0)} ms`;
      return [
        {
          what: `one change to ${count} sockets, the last one`,
          values: ratios.one,
          bound: { must: 1, aim: 0.7, unit: "x" },
          measured: against(took.one),
        },
        {
          what: "the same with 200 filters that all match",
          values: ratios.many,
          bound: { must: 1, aim: 0.9, unit: "x" },
          measured: against(took.many),
        },
        {
          what: "memory of an idle socket",
          values: ratios.memory,
          bound: { must: 3, aim: 1.6, unit: "x" },
          measured: `${median(took.ourKb).toFixed(1)} KiB, bare ws ${median(took.bareKb).toFixed(1)} KiB`,
        },
      ];
    } finally {
      await fleetgraph.close();
    }
  },
};

interface Side {
  readonly process: BenchProcess;
  readonly inspector: Inspector;
  open(index: number): Promise<GraphqlSocket>;
}

/** All of them match every pod. */
function toFilter(index: number): string {
  return index === 0 ? "" : `, where: { not: { name: { eq: "none-${index}" } } }`;
}

/** Time from the first socket's event to the last one's, over the change's own way, which both sides have alike; and resident bytes an idle socket takes. */
async function measure(bench: Bench, { process, inspector, open }: Side, count: number, key: PodKey) {
  const resident = async (): Promise<number> => {
    await inspector.heap();
    return process.residentBytes();
  };
  const before = await resident();
  const sockets: GraphqlSocket[] = [];
  try {
    await inParallel(
      Array.from({ length: count }, (_, index) => index),
      50,
      async (index) => {
        sockets.push(await open(index));
      },
    );
    const bytes = (await resident()) - before;
    const times: number[] = [];
    for (let change = 0; change < (bench.options.smoke ? 2 : 8); change += 1) {
      const reached = new Promise<number>((resolve) => {
        let left = sockets.length;
        for (const socket of sockets) {
          socket.onMessage = () => {
            socket.onMessage = () => {};
            left -= 1;
            if (left === 0) resolve(performance.now());
          };
        }
      });
      const { sentAt } = await bench.changer.change(key);
      times.push((await reached) - sentAt);
    }
    // The first ones warm up what the path needs.
    return { bytes: bytes / count, ms: median(times.slice(times.length > 4 ? 3 : 1)) };
  } finally {
    for (const socket of sockets) socket.close();
    await new Promise((resolve) => setTimeout(resolve, bench.options.smoke ? 50 : 1_500));
  }
}
