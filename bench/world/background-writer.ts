import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { ClusterPair } from "../clusters/cluster-pair.ts";
import type { PodKey } from "./pod-changer.ts";

/** What is changed: pods, or objects that fleetgraph does not hold. */
export type Written = "pods" | "controls";

/** Changes the clusters from a thread of its own, so that who asks meanwhile is not slowed by who writes. */
export interface BackgroundWriter {
  /** Writes at the rate, or as fast as the clusters take it, while `act` is under way; `rate` says how fast that was. Rejects where a write is refused. */
  during<T>(what: Written, perSecond: number, act: () => Promise<T>): Promise<T & { readonly rate: number }>;
  close(): Promise<void>;
}

/** What the thread gets to begin with. */
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

export async function startBackgroundWriter(data: WriterData): Promise<BackgroundWriter> {
  const thread = new Worker(new URL("change-writer.js", import.meta.url), { workerData: data });
  const tell = (order: WriterOrder): void => thread.postMessage(order);
  const report = async (): Promise<WriterReport> => ((await once(thread, "message")) as [WriterReport])[0];
  await report();
  return {
    async during<T>(what: Written, perSecond: number, act: () => Promise<T>) {
      const from = performance.now();
      tell({ what, perSecond });
      const stop = async (): Promise<WriterReport & { readonly ms: number }> => {
        const ms = performance.now() - from;
        tell("stop");
        return { ...(await report()), ms };
      };
      let result: T;
      try {
        result = await act();
      } catch (error) {
        await stop();
        throw error;
      }
      const { done, error, ms } = await stop();
      if (error !== undefined) throw new Error(error);
      return { ...result, rate: (done * 1_000) / ms };
    },
    async close() {
      tell("close");
      await once(thread, "exit");
    },
  };
}
