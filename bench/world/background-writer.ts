import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import type { ClusterPair } from "../clusters/cluster-pair.ts";
import { createControlChanger } from "./control-changer.ts";
import type { PodKey } from "./pod-changer.ts";
import { pickStored, toStoredPods } from "./stored-changer.ts";
import type { StoredKey } from "./stored-changer.ts";
import { generationPath, restartCountPath } from "./stored-object.ts";

/** What is changed: pods, or objects that fleetgraph does not hold. */
export type Written = "pods" | "controls";

/** Changes the clusters while somebody asks, who is not slowed by who writes. */
export interface BackgroundWriter {
  /** Writes at the rate, or as fast as the clusters take it, while `act` is under way; `rate` says how fast that was. Rejects where a write is refused. */
  during<T>(what: Written, perSecond: number, act: () => Promise<T>): Promise<T & { readonly rate: number }>;
  close(): Promise<void>;
}

/** What is changed from. */
export interface WriterData {
  readonly clusters: ClusterPair["clusters"];
  readonly keys: readonly PodKey[];
}

/** What it is told: to begin, or to stop. */
export type WriterOrder = { readonly what: Written; readonly perSecond: number } | "stop" | "close";

/** What it answers once it is ready, and once it has stopped. */
export interface WriterReport {
  readonly done: number;
  /** Why it stopped before it was told. */
  readonly error?: string;
}

/** What writes. */
interface WriterSide {
  begin(what: Written, perSecond: number): void;
  stop(): Promise<WriterReport>;
  close(): Promise<void>;
}

/** Writes through the API servers, from a thread of its own. */
export async function startThreadWriter(data: WriterData): Promise<BackgroundWriter> {
  const thread = new Worker(new URL("change-writer.js", import.meta.url), { workerData: data });
  const tell = (order: WriterOrder): void => thread.postMessage(order);
  const report = async (): Promise<WriterReport> => ((await once(thread, "message")) as [WriterReport])[0];
  await report();
  return toWriter({
    begin: (what, perSecond) => tell({ what, perSecond }),
    stop: () => {
      tell("stop");
      return report();
    },
    async close() {
      tell("close");
      await once(thread, "exit");
    },
  });
}

/**
 * Writes into the stores of the clusters, as createStoredChanger does, by a program of Go (bench/etcd-writer): on the processors that fleetgraph is measured on it takes a
 * quarter of what a thread of Node's does.
 */
export async function startEtcdWriter(program: string, { clusters, keys }: WriterData): Promise<BackgroundWriter> {
  const controls = await createControlChanger({ clusters });
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, GOMAXPROCS: "1" } });
  const lines = createInterface(child.stdout);
  const ended = once(child, "exit").then(() => Promise.reject(new Error("etcd-writer has ended")));
  ended.catch(() => {});
  const order = (what: object): void => void child.stdin.write(`${JSON.stringify(what)}\n`);
  const answer = async (what: object): Promise<WriterReport> => {
    order(what);
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    return JSON.parse(line) as WriterReport;
  };
  const sets: readonly (readonly [Written, readonly StoredKey[], readonly number[]])[] = [
    ["pods", toStoredPods(clusters, keys), restartCountPath],
    ["controls", controls.stored, generationPath],
  ];
  for (const [, stored, field] of sets) {
    const { error } = await answer({ keys: pickStored(stored).map(({ url, path }) => ({ url, path })), field });
    if (error !== undefined) throw new Error(error);
  }
  return toWriter({
    begin: (what, perSecond) => order({ set: sets.findIndex(([name]) => name === what), perSecond }),
    stop: () => answer({ stop: true }),
    async close() {
      child.stdin.end();
      await Promise.all([ended.catch(() => {}), controls.close()]);
    },
  });
}

function toWriter({ begin, stop, close }: WriterSide): BackgroundWriter {
  return {
    async during<T>(what: Written, perSecond: number, act: () => Promise<T>) {
      const from = performance.now();
      begin(what, perSecond);
      let result: T;
      try {
        result = await act();
      } catch (error) {
        await stop();
        throw error;
      }
      const ms = performance.now() - from;
      const { done, error } = await stop();
      if (error !== undefined) throw new Error(error);
      return { ...result, rate: (done * 1_000) / ms };
    },
    close,
  };
}
