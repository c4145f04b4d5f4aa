import { parseQuantity, toMilli, toWhole } from "../../kube/quantity.ts";
import type { ResourceAmounts } from "../../kube/rows/row.ts";
import type { Figures, OrderField } from "./kind-spec.ts";

/** cpuMilli and memoryBytes of ResourceAggregate, each value rounded up as on the object itself, so that a sum is the sum of what is shown. */
export function amountFigures<Row>(read: (row: Row) => ResourceAmounts): Figures<Row> {
  return {
    cpuMilli: (row) => wellFormed(read(row).cpu, toMilli),
    memoryBytes: (row) => wellFormed(read(row).memory, toWhole),
  };
}

/** A sort key by value of a quantity. */
export function quantityOrder<Row>(read: (row: Row) => string | null): OrderField<Row> {
  return { type: "bigint", read: (row) => toNano(read(row)) };
}

function toNano(quantity: string | null): bigint | null {
  return quantity === null ? null : (parseQuantity(quantity) ?? null);
}

function wellFormed(quantity: string | null, convert: (text: string) => bigint): bigint | null {
  return quantity === null || parseQuantity(quantity) === undefined ? null : convert(quantity);
}
