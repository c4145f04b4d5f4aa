import type { KubeObject } from "../../kube/object.ts";

/** Cells of one row, in the order of the kind's columns. */
export type Printer = (object: KubeObject, now: number) => readonly unknown[];

/** By storage name. */
export const printers: Readonly<Record<string, Printer>> = {};
