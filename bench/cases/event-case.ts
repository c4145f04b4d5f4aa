import { randomUUID } from "node:crypto";
import { openBareSocket, openGraphqlSocket } from "../clients/graphql-socket.ts";
import type { GraphqlSocket } from "../clients/graphql-socket.ts";
import { openWatches } from "../clients/raw-watch.ts";
import type { RawWatch } from "../clients/raw-watch.ts";
import { Sightings } from "../clients/sightings.ts";
import { median, percentile } from "../measure/statistics.ts";
import { until } from "../measure/until.ts";
import { untilQuiet } from "../targets/node-process.ts";
import type { BenchProcess } from "../targets/node-process.ts";
import type { WrittenChange } from "../world/pod-changer.ts";
import { createStoredChanger, toStoredPods } from "../world/stored-changer.ts";
import { restartCountPath } from "../world/stored-object.ts";
import type { Bench, BenchCase, RowResult } from "./bench-case.ts";
import { eightFields } from "./questions.ts";

/**
 * When an event is at the subscriber, after a raw watch of the same client had it; and the same of plain Node, which sends what its informer tells to a bare
 * WebSocket: what of it is the machine's, which the watch's bytes cross twice. One sleeps while the other is measured, all rounds of one first.
 */
export const eventOverhead: BenchCase = {
  name: "event",
  async run(bench) {
    const watches = await openWatches(bench.pair);
    const stored = toStoredPods(bench.pair.clusters, bench.changer.keys);
    const changer = createStoredChanger(stored, restartCountPath);
    const change = stored.length > 0 ? changer.change : () => bench.changer.change(bench.changer.pick());
    const [fleetgraph, plain] = [await bench.fleetgraph(), await bench.plain()];
    const measurement = { bench, watches, change, events: bench.options.smoke ? 3 : 100 };
    try {
      const theirs = await measureRounds({ ...measurement, subscribe: subscribePlain, asleep: fleetgraph });
      const ours = await measureRounds({ ...measurement, subscribe: subscribeFleetgraph, asleep: plain });
      return toRows(ours, theirs, `${bench.options.rounds} x ${measurement.events} events, none lost`);
    } finally {
      changer.close();
      for (const watch of watches.values()) watch.close();
    }
  },
};

/** How much later than a raw watch, ms. */
interface Late {
  readonly middle: number;
  readonly late: number;
}

function toRows(ours: readonly Late[], theirs: readonly Late[], measured: string): RowResult[] {
  const of = (side: readonly Late[], figure: keyof Late): number[] => side.map((round) => round[figure]);
  const over = (figure: keyof Late): number[] => {
    const relay = median(of(theirs, figure));
    return of(ours, figure).map((ms) => ms / relay);
  };
  const both = (figure: keyof Late): string =>
    `${median(of(ours, figure)).toFixed(2)} ms, bare relay ${median(of(theirs, figure)).toFixed(2)} ms`;
  return [
    { what: "event at the subscriber over a raw watch, p50", values: of(ours, "middle"), bound: { must: 0.6, aim: 0.3, unit: "ms" }, measured }, // prettier-ignore
    { what: "event at the subscriber over a raw watch, p99", values: of(ours, "late"), bound: { must: 3, aim: 1.5, unit: "ms" }, measured }, // prettier-ignore
    { what: "the same, over a bare relay's p50", values: over("middle"), measured: both("middle") },
    { what: "the same, over a bare relay's p99", values: over("late"), measured: both("late") },
  ];
}

/** Who hears of every change of a pod. */
interface Subscriber {
  readonly process: BenchProcess;
  /** performance.now() when the change was there, come or to come, by `name@resourceVersion`. */
  sawAt(change: string): Promise<number>;
  close(): void;
}

async function subscribeFleetgraph(bench: Bench): Promise<Subscriber> {
  const { url, headers, process } = await bench.fleetgraph();
  const query = `subscription { podsChanged(snapshot: false) { type objects { ${eightFields} resourceVersion } } }`;
  const socket = await openGraphqlSocket({ url, headers, query, id: randomUUID() });
  let isSynced = false;
  socket.onMessage = (data) => (isSynced ||= data.includes("SYNCED"));
  // What changes before is not among what it hears of.
  await until(async () => isSynced, 1);
  return toSubscriber(process, [socket]);
}

/** It has a group of sockets for each namespace. */
async function subscribePlain(bench: Bench): Promise<Subscriber> {
  const { url, process } = await bench.plain();
  const namespaces = new Set(bench.changer.keys.map(({ namespace }) => namespace));
  const open = [...namespaces].map((namespace) => openBareSocket(`${url.replace("http", "ws")}/${namespace}`));
  return toSubscriber(process, await Promise.all(open));
}

/** Both clusters may count the same versions at the same time. */
const changed = /"name":"([^"]+)".*?"resourceVersion":"(\d+)"/gu;

function toSubscriber(process: BenchProcess, sockets: readonly GraphqlSocket[]): Subscriber {
  const sightings = new Sightings((text) => ({
    names: Array.from(text.matchAll(changed), ([, name, version]) => `${name}@${version}`),
    rest: "",
  }));
  for (const socket of sockets) socket.onMessage = (data) => sightings.note(data);
  return {
    process,
    sawAt: (change) => sightings.at(change),
    close: () => sockets.forEach((socket) => socket.close()),
  };
}

/** A change that was written, of some pod. */
type Written = Pick<WrittenChange, "cluster" | "name" | "resourceVersion">;

function toKey({ name, resourceVersion }: Written): string {
  return `${name}@${resourceVersion}`;
}

interface Measurement {
  readonly bench: Bench;
  readonly watches: ReadonlyMap<string, RawWatch>;
  readonly change: () => Promise<Written>;
  readonly events: number;
}

interface Rounds extends Measurement {
  readonly subscribe: (bench: Bench) => Promise<Subscriber>;
  /** Gets no processor meanwhile. */
  readonly asleep: { readonly process: BenchProcess };
}

/** All rounds of one, before the other: who has just woken has timers to catch up with. Nor is anything left over of what was measured before. */
async function measureRounds({ subscribe, asleep, ...measurement }: Rounds): Promise<Late[]> {
  const all: Late[] = [];
  const wake = asleep.process.pause();
  try {
    const subscriber = await subscribe(measurement.bench);
    await warmUp({ ...measurement, subscriber });
    await untilQuiet(subscriber.process);
    for (let round = 0; round < measurement.bench.options.rounds; round += 1) {
      all.push(await measure({ ...measurement, subscriber }));
    }
    subscriber.close();
  } finally {
    wake();
    await untilQuiet(asleep.process);
  }
  return all;
}

type Subscribed = Measurement & { readonly subscriber: Subscriber };

/**
 * So many rounds of events before those that are measured. A stream lives for days; its first thousand or two events are those with which V8 compiles what they need, on four
 * threads besides, and that is as much work again as the events are.
 */
const warmRounds = 20;

async function warmUp(measurement: Subscribed): Promise<void> {
  const rounds = measurement.bench.options.smoke ? 1 : warmRounds;
  for (let round = 0; round < rounds; round += 1) await measure(measurement);
}

async function measure({ watches, change, subscriber, events }: Subscribed): Promise<Late> {
  const late: number[] = [];
  for (let event = 0; event < events; event += 1) {
    const written = await change();
    // What the watch brought is read when both are there.
    const at = await subscriber.sawAt(toKey(written));
    late.push(at - (await watches.get(written.cluster)!.sawAt(written.resourceVersion)));
  }
  return { middle: median(late), late: percentile(late, 0.99) };
}
