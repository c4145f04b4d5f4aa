import type { BenchCase } from "./bench-case.ts";
import { listChanged, listFirst, listSome } from "./list-cases.ts";

/** In the order of the table; those that take the clusters apart come last. */
export const allCases: readonly BenchCase[] = [listChanged, listFirst, listSome];
