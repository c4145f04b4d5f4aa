import { outOfReach } from "../clusters/kube-access.ts";
import type { KubeAccess } from "../clusters/kube-access.ts";
import { until } from "../measure/until.ts";
import { median } from "../measure/statistics.ts";
import { startFleetgraph } from "../targets/fleetgraph-target.ts";
import type { FleetgraphTarget } from "../targets/fleetgraph-target.ts";
import { startProcess } from "../targets/node-process.ts";
import type { Bench, BenchCase } from "./bench-case.ts";
import { timed } from "./list-cases.ts";
import { allPods, untilVisible } from "./questions.ts";

/** Memory of a cached pod, over the same process without any, the whole object still served. */
export const memoryOfPod: BenchCase = {
  name: "memory",
  async run(bench) {
    const total = bench.changer.keys.length;
    const { smoke, rounds } = bench.options;
    const values: number[] = [];
    let nodeAlone = 0;
    for (let round = 0; round < (smoke ? 1 : Math.min(3, rounds)); round += 1) {
      const empty = await settled(await startInspected(bench, []));
      nodeAlone = empty.bytes;
      await empty.target.close();
      const target = await startInspected(bench, bench.pair.clusters);
      await target.whenComplete();
      for (let time = 0; time < 2; time += 1) await timed(() => target.send(allPods(total)));
      const full = await settled(target, smoke ? 0 : 120_000);
      values.push((full.bytes - empty.bytes) / total / 1_000);
      const key = bench.changer.pick();
      const { pod } = await target.query(manifestQuery, key);
      if (pod?.manifest?.metadata?.name !== key.name) throw new Error("the whole object is not served any more");
      await target.close();
    }
    const clientGo = await clientGoHeap(bench);
    const yardstick = clientGo === undefined ? "no client-go" : `client-go, stripped: ${(clientGo / total / 1_000).toFixed(1)} KB`; // prettier-ignore
    const measured = `process without clusters ${(nodeAlone / 1e6).toFixed(0)} MB; ${yardstick}`;
    return [{ what: "memory of a cached pod", values, bound: { must: 5, aim: 2, unit: "KB" }, measured }];
  },
};

const manifestQuery = `query ($cluster: String!, $namespace: String!, $name: String!) {
  pod(cluster: $cluster, namespace: $namespace, name: $name) { manifest }
}`;

/** From the start of the process to the first complete answer: from the network, then from the disk with both clusters out of reach. */
export const startOfProcess: BenchCase = {
  name: "start",
  async run(bench) {
    const total = bench.changer.keys.length;
    const kubeconfigs = bench.pair.clusters.map(({ kubeconfig }) => kubeconfig);
    const program = bench.pair.kind === "real" ? await bench.clientGo() : undefined;
    const network: number[] = [];
    const disk: number[] = [];
    const took = { network: [] as number[], disk: [] as number[], clientGo: [] as number[] };
    for (let round = 0; round <= bench.options.rounds; round += 1) {
      const theirs = program === undefined ? Number.NaN : await startClientGo(program, kubeconfigs);
      const dir = await bench.freshDir("start");
      const ours = await firstAnswer({ clusters: bench.pair.clusters, dir, total, keepMs: 3_000 });
      const gone = await Promise.all(bench.pair.clusters.map((access) => outOfReach(access, dir)));
      const again = await firstAnswer({ clusters: gone, dir, total, keepMs: 0 });
      if (round === 0) continue;
      network.push(ours / theirs);
      disk.push(again / theirs);
      took.network.push(ours);
      took.disk.push(again);
      took.clientGo.push(theirs);
    }
    const measured = (ms: readonly number[]): string =>
      `${(median(ms) / 1_000).toFixed(2)} s, client-go ${(median(took.clientGo) / 1_000).toFixed(2)} s`;
    return [
      { what: "start to the first complete answer, from the network", values: network, bound: { must: 2.1, aim: 1.2, unit: "x" }, measured: measured(took.network) }, // prettier-ignore
      { what: "the same from disk, clusters gone, callers without names", values: disk, bound: { must: 0.5, aim: 0.25, unit: "x" }, measured: measured(took.disk) }, // prettier-ignore
    ];
  },
};

/** Delay of the event loop while everything is read for the first time, and while one cluster is read again. */
export const loopDelay: BenchCase = {
  name: "loop",
  needsReal: "embedded clusters cannot be made to forget",
  async run(bench) {
    const initial: number[] = [];
    const relist: number[] = [];
    const most: number[] = [];
    for (let round = 0; round < Math.min(3, bench.options.rounds); round += 1) {
      const target = await startInspected(bench, bench.pair.clusters);
      await target.whenComplete();
      initial.push(await percentileOf(target, 99));
      most.push(await percentileOf(target, 100));
      await target.inspector.evaluate("globalThis.benchLoop.reset()");
      await bench.pair.forceRelist();
      const home = bench.pair.clusters[0].name;
      const written = await retried(() => bench.changer.change(bench.changer.pick(({ cluster }) => cluster === home)));
      await until(async () => {
        const { pod } = await target.query(versionQuery, written);
        return BigInt(pod.resourceVersion as string) >= BigInt(written.resourceVersion);
      }, 50);
      relist.push(await percentileOf(target, 99));
      await target.close();
      await untilVisible(bench, [written]);
    }
    const bound = { must: 60, aim: 20, unit: "ms" };
    return [
      { what: "event-loop delay p99 during initial sync", values: initial, bound, measured: `longest ${median(most).toFixed(0)} ms` }, // prettier-ignore
      { what: "event-loop delay p99 during a relist", values: relist, bound, measured: "" },
    ];
  },
};

const versionQuery = `query ($cluster: String!, $namespace: String!, $name: String!) {
  pod(cluster: $cluster, namespace: $namespace, name: $name) { resourceVersion }
}`;

async function startInspected(bench: Bench, clusters: readonly KubeAccess[]): Promise<FleetgraphTarget> {
  const dir = await bench.freshDir("inspected");
  const some = clusters.length > 0 ? clusters : await Promise.all(bench.pair.clusters.map((access) => outOfReach(access, dir))); // prettier-ignore
  return startFleetgraph({ clusters: some, dir, inspected: true, ...(clusters.length > 0 ? { token: bench.token } : {}) }); // prettier-ignore
}

async function percentileOf({ inspector }: FleetgraphTarget, percent: number): Promise<number> {
  return Number(await inspector.evaluate(`globalThis.benchLoop.percentile(${percent})`)) / 1e6;
}

/** Heap and buffers once they shrink no more: what is packed when it is quiet is packed then. */
async function settled(target: FleetgraphTarget, withinMs = 5_000) {
  const read = async (): Promise<number> => {
    const { heapUsed, arrayBuffers } = await target.inspector.heap();
    return heapUsed + arrayBuffers;
  };
  const deadline = performance.now() + withinMs;
  let bytes = await read();
  for (let still = 0; still < 3 && performance.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = await read();
    still = Math.abs(now - bytes) < bytes / 200 ? still + 1 : 0;
    bytes = now;
  }
  return { target, bytes };
}

interface FirstAnswer {
  readonly clusters: readonly KubeAccess[];
  readonly dir: string;
  readonly total: number;
  /** Afterwards, so that all of it gets to the disk. */
  readonly keepMs: number;
}

/** ms from the start of the process to the end of the first answer that holds every pod. */
async function firstAnswer({ clusters, dir, total, keepMs }: FirstAnswer): Promise<number> {
  const target = await startFleetgraph({ clusters, dir });
  try {
    let answeredAt = 0;
    // Seldom enough not to be part of what is measured.
    await until(async () => {
      const { pods } = await target.query("{ pods(first: 1) { totalCount } }");
      if (pods.totalCount !== total) return false;
      const { body } = await target.send(allPods(total));
      answeredAt = performance.now();
      const { data } = JSON.parse(body.toString()) as { data: { pods: { nodes: readonly unknown[] } } };
      return data.pods.nodes.length === total;
    }, 20);
    await new Promise((resolve) => setTimeout(resolve, keepMs));
    return answeredAt - target.process.startedAt;
  } finally {
    await target.close();
  }
}

async function startClientGo(program: string, kubeconfigs: readonly string[]): Promise<number> {
  const process_ = startProcess({ command: [program, ...kubeconfigs] });
  await process_.saw(/synced (\d+)/u);
  const ms = performance.now() - process_.startedAt;
  await process_.saw(/heap (\d+)/u);
  await process_.stop();
  return ms;
}

async function clientGoHeap(bench: Bench): Promise<number | undefined> {
  const program = bench.pair.kind === "real" ? await bench.clientGo() : undefined;
  if (program === undefined) return undefined;
  const process_ = startProcess({ command: [program, ...bench.pair.clusters.map(({ kubeconfig }) => kubeconfig)] });
  const [, bytes] = await process_.saw(/heap (\d+)/u);
  await process_.stop();
  return Number(bytes);
}

/** An API server that has just come back refuses for a moment. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await until(async () => {
    result = await act();
    return true;
  }, 200);
  return result as T;
}
