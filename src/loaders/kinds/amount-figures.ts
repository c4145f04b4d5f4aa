import { parseQuantity, toMilli, toWhole } from "../../kube/quantity.ts";
import type { ResourceAmounts } from "../../kube/rows/row.ts";
import type { Figures, OrderField, ParseAmount } from "./kind-spec.ts";

/** cpuMilli and memoryBytes of ResourceAggregate, each value rounded up as on the object itself, so that a sum is the sum of what is shown. */
export function amountFigures<Row>(read: (row: Row) => ResourceAmounts): Figures<Row> {
  return {
    cpuMilli: [(row) => read(row).cpu, wellFormed(toMilli)],
    memoryBytes: [(row) => read(row).memory, wellFormed(toWhole)],
  };
}

/** A sort key by value of a quantity. */
export function quantityOrder<Row>(text: (row: Row) => string | null): OrderField<Row> {
  return { type: "bigint", text, parse: (quantity) => parseQuantity(quantity) ?? null };
}

function wellFormed(convert: (quantity: string) => bigint): ParseAmount {
  return (quantity) => (parseQuantity(quantity) === undefined ? null : convert(quantity));
}
