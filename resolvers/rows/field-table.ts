import type { StringMap } from "../../src/kube/rows/row.ts";
import type { RequestContext } from "../../src/loaders/request-context.ts";

/**
 * How fields of one GraphQL type are read from its source value where its property does not already say it. Synchronous: a promise in a
 * leaf of a wide list costs more than the whole rest (STYLE, "type-graphql"). Fields that are not named here are read as properties.
 */
export type FieldTable<Source> = Readonly<Record<string, (source: Source, context: RequestContext) => unknown>>;

/** Tables by the name of a GraphQL object type, or of an interface for all types that implement it. */
export type FieldTables = Readonly<Record<string, FieldTable<never>>>;

/** The entries of a map as the type KeyValue has them. */
export function toKeyValues(map: StringMap): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

/**
 * Remembers what `compute` gives for a row as long as the operation lasts: several fields that are read from a body parse it once, and
 * nothing parsed outlives the answer.
 */
export function perOperation<Row extends object, Value>(
  compute: (row: Row, context: RequestContext) => Value,
): (row: Row, context: RequestContext) => Value {
  const byContext = new WeakMap<RequestContext, WeakMap<Row, { readonly value: Value }>>();
  return (row, context) => {
    let byRow = byContext.get(context);
    if (byRow === undefined) byContext.set(context, (byRow = new WeakMap()));
    let known = byRow.get(row);
    if (known === undefined) byRow.set(row, (known = { value: compute(row, context) }));
    return known.value;
  };
}
