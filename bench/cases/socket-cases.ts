import { randomUUID } from "node:crypto";
import { openBareSocket, openGraphqlSocket } from "../clients/graphql-socket.ts";
import type { GraphqlSocket } from "../clients/graphql-socket.ts";
import { median } from "../measure/statistics.ts";
import type { BenchProcess } from "../targets/node-process.ts";
import { startPlain } from "../targets/plain-target.ts";
import { outOfReach } from "../clusters/kube-access.ts";
import { startFleetgraph } from "../targets/fleetgraph-target.ts";
import { inParallel } from "../world/in-parallel.ts";
import type { PodKey } from "../world/pod-changer.ts";
import type { Bench, BenchCase } from "./bench-case.ts";
import { eightFields } from "./questions.ts";

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
        `subscription { podsChanged(snapshot: false, namespaces: ["${key.namespace}"]${filter}) { type objects { ${eightFields} resourceVersion } } }`;
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
        const [own, bareBytes] = [await idleBytes(bench, "ours", count), await idleBytes(bench, "bare", count)];
        ratios.memory.push(own / bareBytes);
        took.one.push(one.ms);
        took.many.push(many.ms);
        took.bare.push(theirs.ms);
        took.ourKb.push(own / 1_024);
        took.bareKb.push(bareBytes / 1_024);
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
          bound: { aim: 0.9, unit: "x" },
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
  open(index: number): Promise<GraphqlSocket>;
}

/** All of them match every pod. */
function toFilter(index: number): string {
  return index === 0 ? "" : `, where: { not: { name: { eq: "none-${index}" } } }`;
}

/** From sending the change to the last socket's event, ms; the change's own way is alike for both sides. */
async function measure(bench: Bench, side: Side, count: number, key: PodKey): Promise<{ readonly ms: number }> {
  const sockets = await openMany(side, count);
  try {
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
    return { ms: median(times.slice(times.length > 4 ? 3 : 1)) };
  } finally {
    await closeMany(bench, sockets);
  }
}

/**
 * Resident bytes that an idle socket with a subscription takes, in a process that holds nothing else: pages that were used before would be taken
 * again, and hide it.
 */
async function idleBytes(bench: Bench, side: "ours" | "bare", count: number): Promise<number> {
  const dir = await bench.freshDir("idle");
  const clusters = await Promise.all(bench.pair.clusters.map((access) => outOfReach(access, dir)));
  const target = side === "ours" ? await startFleetgraph({ clusters, dir, inspected: true }) : await startPlain([]);
  const query = `subscription { podsChanged(snapshot: false) { type objects { ${eightFields} } } }`;
  try {
    const open = (): Promise<GraphqlSocket> =>
      side === "ours"
        ? openGraphqlSocket({ url: target.url, headers: {}, query, id: randomUUID() })
        : openBareSocket(`${target.url.replace("http", "ws")}/none`);
    const resident = async (): Promise<number> => {
      await quiet(target.process);
      await target.inspector.heap();
      return target.process.residentBytes();
    };
    const before = await resident();
    const sockets = await openMany({ ...target, open }, count);
    const bytes = (await resident()) - before;
    await closeMany(bench, sockets);
    return bytes / count;
  } finally {
    await target.close();
  }
}

async function openMany({ process, open }: Pick<Side, "process" | "open">, count: number): Promise<GraphqlSocket[]> {
  const sockets: GraphqlSocket[] = [];
  await inParallel(
    Array.from({ length: count }, (_, index) => index),
    50,
    async (index) => {
      sockets.push(await open(index));
    },
  );
  await quiet(process);
  return sockets;
}

async function closeMany(bench: Bench, sockets: readonly GraphqlSocket[]): Promise<void> {
  for (const socket of sockets) socket.close();
  await new Promise((resolve) => setTimeout(resolve, bench.options.smoke ? 50 : 1_500));
}

/** Resolves when the process has nothing to do any more: subscriptions go on being set up after they were sent. */
async function quiet(process: BenchProcess): Promise<void> {
  const stepMs = 300;
  for (let still = 0, before = await process.cpuMs(); still < 2;) {
    await new Promise((resolve) => setTimeout(resolve, stepMs));
    const now = await process.cpuMs();
    still = now - before < stepMs / 5 ? still + 1 : 0;
    before = now;
  }
}
