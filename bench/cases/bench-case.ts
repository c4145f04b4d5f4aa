import type { ClusterPair } from "../clusters/cluster-pair.ts";
import type { BenchOptions } from "../options.ts";
import type { FleetgraphTarget } from "../targets/fleetgraph-target.ts";
import type { PlainTarget } from "../targets/plain-target.ts";
import type { PodChanger } from "../world/pod-changer.ts";

/** What a row of the table is judged by: the first two columns of issue and README. */
export interface Bound {
  /** Unset: there is only an aim. */
  readonly must?: number;
  readonly aim?: number;
  /** "x", "ms", "KB" or "". */
  readonly unit: string;
  /** The figure is to be at least this, not at most. */
  readonly atLeast?: boolean;
}

export interface RowResult {
  readonly what: string;
  /** One for each round; the row's figure is their median. */
  readonly values: readonly number[];
  /** Unset: told for what it is worth, not judged. */
  readonly bound?: Bound;
  /** The medians behind it: "fleetgraph 3.1 ms, plain Node 38.5 ms". */
  readonly measured: string;
}

/** What all cases share; the targets start when first asked for and live to the end of the run. */
export interface Bench {
  readonly options: BenchOptions;
  readonly pair: ClusterPair;
  readonly changer: PodChanger;
  /** Of a caller who may read pods and nodes of both clusters, and label pods. */
  readonly token: string;
  fleetgraph(): Promise<FleetgraphTarget>;
  plain(): Promise<PlainTarget>;
  /** `act`, while plain Node gets no processor: it, too, works at every change. Resolves once it has taken up what it missed. */
  withoutPlain<T>(act: () => Promise<T>): Promise<T>;
  /** A folder of this run that was not there before. */
  freshDir(name: string): Promise<string>;
  /** Path of client-go's program; undefined where it cannot be built. */
  clientGo(): Promise<string | undefined>;
  /** Path of the program that writes into etcd; undefined where it cannot be built. */
  etcdWriter(): Promise<string | undefined>;
  /** A line on standard error. */
  say(text: string): void;
}

/** One question, asked of fleetgraph and its yardstick in turn. */
export interface BenchCase {
  /** For --only. */
  readonly name: string;
  /** Why it cannot be had on embedded clusters; unset where it can. */
  readonly needsReal?: string;
  /** Rejects where an answer is wrong. */
  run(bench: Bench): Promise<readonly RowResult[]>;
}
