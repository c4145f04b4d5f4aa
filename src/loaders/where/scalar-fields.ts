import { parseDuration } from "../../kube/duration.ts";
import { parseQuantity } from "../../kube/quantity.ts";
import { toMicros } from "../instant.ts";
import { badInput, shown } from "../input-error.ts";
import { isAbsent, itemsOf, predicateField } from "./predicate.ts";
import type { Field, Operators } from "./predicate.ts";

/** StringPredicate: exact, by code point. */
export const stringOperators: Operators<string> = {
  eq: (operand, path) => {
    const wanted = text(operand, path);
    return (value) => value === wanted;
  },
  in: (operand, path) => {
    const wanted = new Set(itemsOf(operand, path).map((item) => text(item, path)));
    return (value) => wanted.has(value);
  },
  startsWith: (operand, path) => {
    const prefix = text(operand, path);
    return (value) => value.startsWith(prefix);
  },
  contains: (operand, path) => {
    const part = text(operand, path);
    return (value) => value.includes(part);
  },
};

/** Conditions on a string. */
export function stringField<Row>(read: (row: Row) => string | null | undefined): Field<Row> {
  return predicateField(read, stringOperators);
}

/** Conditions on one of our enums. */
export function enumField<Row>(read: (row: Row) => string): Field<Row> {
  const { eq, in: among } = stringOperators;
  return predicateField(read, { eq, in: among } as Operators<string>);
}

const numberOperators: Operators<number> = orderedOperators((operand, path) => {
  if (typeof operand === "number" && Number.isFinite(operand)) return operand;
  throw badInput(path, `must be a number but got: ${shown(operand)}`);
});

/** IntPredicate or FloatPredicate. */
export function numberField<Row>(read: (row: Row) => number | null | undefined): Field<Row> {
  return predicateField(read, numberOperators);
}

const quantityOperators: Operators<bigint> = orderedOperators((operand, path) => {
  const value = typeof operand === "string" || typeof operand === "number" ? parseQuantity(String(operand)) : undefined;
  if (value === undefined) throw badInput(path, `must be a quantity like "500m" or "1Gi" but got: ${shown(operand)}`);
  return value;
});

/** QuantityPredicate: by value, so "0.5" equals "500m". */
export function quantityField<Row>(read: (row: Row) => string | null | undefined): Field<Row> {
  const readNano = (row: Row): bigint | undefined => {
    const quantity = read(row);
    return isAbsent(quantity) ? undefined : parseQuantity(quantity);
  };
  return predicateField(readNano, quantityOperators);
}

/** BooleanPredicate. */
export function booleanField<Row>(read: (row: Row) => boolean | null): Field<Row> {
  return predicateField(read, {
    eq: (operand, path) => {
      if (typeof operand !== "boolean") throw badInput(path, `must be true or false but got: ${shown(operand)}`);
      return (value) => value === operand;
    },
  });
}

/** TimePredicate: by instant, not by text. */
export function timeField<Row>(read: (row: Row) => string | null | undefined): Field<Row> {
  const readMicros = (row: Row): number | undefined => {
    const time = read(row);
    return isAbsent(time) ? undefined : toMicros(time);
  };
  return predicateField(readMicros, {
    before: (operand, path) => {
      const limit = instant(operand, path);
      return (value) => value < limit;
    },
    after: (operand, path) => {
      const limit = instant(operand, path);
      return (value) => value > limit;
    },
    olderThan: (operand, path, { nowMs }) => {
      if (nowMs === undefined) {
        throw badInput(path, "is not taken by streams: nothing tells when an object grows old; use before");
      }
      const ms = typeof operand === "string" ? parseDuration(operand) : undefined;
      if (ms === undefined) throw badInput(path, `must be a duration like "90s" or "7d" but got: ${shown(operand)}`);
      const limit = (nowMs - ms) * 1000;
      return (value) => value < limit;
    },
  });
}

function orderedOperators<Value extends number | bigint>(
  parse: (operand: unknown, path: string) => Value,
): Operators<Value> {
  return {
    eq: (operand, path) => {
      const wanted = parse(operand, path);
      return (value) => value === wanted;
    },
    in: (operand, path) => {
      const wanted = new Set(itemsOf(operand, path).map((item) => parse(item, path)));
      return (value) => wanted.has(value);
    },
    gt: (operand, path) => {
      const limit = parse(operand, path);
      return (value) => value > limit;
    },
    gte: (operand, path) => {
      const limit = parse(operand, path);
      return (value) => value >= limit;
    },
    lt: (operand, path) => {
      const limit = parse(operand, path);
      return (value) => value < limit;
    },
    lte: (operand, path) => {
      const limit = parse(operand, path);
      return (value) => value <= limit;
    },
  };
}

function text(operand: unknown, path: string): string {
  if (typeof operand === "string") return operand;
  throw badInput(path, `must be a string but got: ${shown(operand)}`);
}

function instant(operand: unknown, path: string): number {
  const micros = typeof operand === "string" || operand instanceof Date ? toMicros(operand) : undefined;
  if (micros === undefined) {
    throw badInput(path, `must be a time like "2026-11-21T02:44:48Z" but got: ${shown(operand)}`);
  }
  return micros;
}
