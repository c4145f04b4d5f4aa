import type { BenchCase } from "./bench-case.ts";
import { churn } from "./churn-case.ts";
import { eventOverhead } from "./event-case.ts";
import { inProcess } from "./in-process-case.ts";
import { listChanged, listFirst, listSome } from "./list-cases.ts";
import { loopDelay, memoryOfPod, startOfProcess } from "./process-cases.ts";
import { badInput, oneObject, upstreamCalls } from "./single-cases.ts";
import { manySockets } from "./socket-cases.ts";
import { freshness } from "./stream-cases.ts";

/** In the order of the table; those that take the clusters apart come last. */
export const allCases: readonly BenchCase[] = [
  listChanged,
  listFirst,
  inProcess,
  listSome,
  oneObject,
  upstreamCalls,
  eventOverhead,
  freshness,
  churn,
  badInput,
  manySockets,
  memoryOfPod,
  startOfProcess,
  loopDelay,
];
