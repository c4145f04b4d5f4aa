import { randomUUID } from "node:crypto";
import { openBareSocket, openGraphqlSocket } from "../clients/graphql-socket.ts";
import type { GraphqlSocket } from "../clients/graphql-socket.ts";
import { openWatches } from "../clients/raw-watch.ts";
import type { RawWatch } from "../clients/raw-watch.ts";
import { median, percentile } from "../measure/statistics.ts";
import { until } from "../measure/until.ts";
import type { BenchProcess } from "../targets/node-process.ts";
import type { Bench, BenchCase } from "./bench-case.ts";
import { eightFields } from "./questions.ts";

/**
 * When an event is at the subscriber, after a raw watch of the same client had it; and the same of plain Node, which sends what its informer tells to a bare
 * WebSocket: what of it is the machine's, which the watch's bytes cross twice. One sleeps while the other is measured.
 */
export const eventOverhead: BenchCase = {
  name: "event",
  async run(bench) {
    const watches = await openWatches(bench.pair);
    const ours = await subscribeFleetgraph(bench);
    const theirs = await subscribePlain(bench);
    const events = bench.options.smoke ? 3 : 100;
    const all: { readonly ours: Late; readonly theirs: Late }[] = [];
    try {
      for (let round = 0; round <= bench.options.rounds; round += 1) {
        const late = {
          ours: await measure({ bench, watches, subscriber: ours, asleep: theirs, events }),
          theirs: await measure({ bench, watches, subscriber: theirs, asleep: ours, events }),
        };
        if (round > 0) all.push(late);
      }
    } finally {
      ours.close();
      theirs.close();
      for (const watch of watches.values()) watch.close();
    }
    return toRows(all, `${bench.options.rounds} x ${events} events, none lost`);
  },
};

/** How much later than a raw watch, ms. */
interface Late {
  readonly middle: number;
  readonly late: number;
}

function toRows(all: readonly { readonly ours: Late; readonly theirs: Late }[], measured: string) {
  const of = (side: "ours" | "theirs", figure: keyof Late): number[] => all.map((round) => round[side][figure]);
  const over = (figure: keyof Late): number[] => all.map(({ ours, theirs }) => ours[figure] / theirs[figure]);
  const both = (figure: keyof Late): string =>
    `${median(of("ours", figure)).toFixed(2)} ms, bare relay ${median(of("theirs", figure)).toFixed(2)} ms`;
  return [
    { what: "event at the subscriber over a raw watch, p50", values: of("ours", "middle"), bound: { must: 0.6, aim: 0.3, unit: "ms" }, measured }, // prettier-ignore
    { what: "event at the subscriber over a raw watch, p99", values: of("ours", "late"), bound: { must: 3, aim: 1.5, unit: "ms" }, measured }, // prettier-ignore
    { what: "the same, over a bare relay's p50", values: over("middle"), measured: both("middle") }, // prettier-ignore
    { what: "the same, over a bare relay's p99", values: over("late"), measured: both("late") },
  ];
}

/** Who hears of every change of a pod. */
interface Subscriber {
  readonly process: BenchProcess;
  /** performance.now() when the change was there, by its resourceVersion. */
  readonly arrived: ReadonlyMap<string, number>;
  close(): void;
}

async function subscribeFleetgraph(bench: Bench): Promise<Subscriber> {
  const { url, headers, process } = await bench.fleetgraph();
  const query = `subscription { podsChanged(snapshot: false) { type objects { ${eightFields} resourceVersion } } }`;
  return toSubscriber(process, [await openGraphqlSocket({ url, headers, query, id: randomUUID() })]);
}

/** It has a group of sockets for each namespace. */
async function subscribePlain(bench: Bench): Promise<Subscriber> {
  const { url, process } = await bench.plain();
  const namespaces = new Set(bench.changer.keys.map(({ namespace }) => namespace));
  const open = [...namespaces].map((namespace) => openBareSocket(`${url.replace("http", "ws")}/${namespace}`));
  return toSubscriber(process, await Promise.all(open));
}

function toSubscriber(process: BenchProcess, sockets: readonly GraphqlSocket[]): Subscriber {
  const arrived = new Map<string, number>();
  for (const socket of sockets) {
    socket.onMessage = (data) => {
      const at = performance.now();
      for (const [, version] of data.toString().matchAll(/"resourceVersion":"(\d+)"/gu)) arrived.set(version!, at);
    };
  }
  return { process, arrived, close: () => sockets.forEach((socket) => socket.close()) };
}

interface Measurement {
  readonly bench: Bench;
  readonly watches: ReadonlyMap<string, RawWatch>;
  readonly subscriber: Subscriber;
  /** Catches up before this is over. */
  readonly asleep: Subscriber;
  readonly events: number;
}

async function measure({ bench, watches, subscriber, asleep, events }: Measurement): Promise<Late> {
  const late: number[] = [];
  let last = "";
  const wake = asleep.process.pause();
  try {
    for (let event = 0; event < events; event += 1) {
      const { cluster, resourceVersion } = await bench.changer.change(bench.changer.pick());
      const rawAt = await watches.get(cluster)!.sawAt(resourceVersion);
      await until(async () => subscriber.arrived.has(resourceVersion), 1);
      last = resourceVersion;
      late.push(subscriber.arrived.get(resourceVersion)! - rawAt);
    }
  } finally {
    wake();
  }
  await until(async () => asleep.arrived.has(last), 1);
  return { middle: median(late), late: percentile(late, 0.99) };
}
