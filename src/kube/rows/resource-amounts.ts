import { parseQuantity } from "../quantity.ts";
import { toInt, toRecord } from "../read-json.ts";
import type { ResourceAmounts } from "./row.ts";

/** A ResourceList on the wire: resource name to quantity. What is no quantity is left out. */
export type Amounts = ReadonlyMap<string, string>;

/** Reads a ResourceList. */
export function toAmounts(list: unknown): Amounts {
  const amounts = new Map<string, string>();
  for (const [name, value] of Object.entries(toRecord(list))) {
    const text = typeof value === "number" ? String(value) : value;
    if (typeof text === "string" && parseQuantity(text) !== undefined) amounts.set(name, text);
  }
  return amounts;
}

/** Amounts as the schema has them. `pods` is one of its own only for a node. */
export function toResourceAmounts(amounts: Amounts): ResourceAmounts {
  const {
    cpu = null,
    memory = null,
    pods = null,
    "ephemeral-storage": ephemeralStorage = null,
    ...rest
  } = Object.fromEntries(amounts);
  const others = Object.entries(rest).map(([name, quantity]) => ({ name, quantity: quantity! }));
  others.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { cpu, memory, ephemeralStorage, pods: pods === null ? null : toInt(Number(pods)), others };
}

/** Nothing stated. */
export const noAmounts: ResourceAmounts = Object.freeze({
  cpu: null,
  memory: null,
  ephemeralStorage: null,
  pods: null,
  others: [],
});
