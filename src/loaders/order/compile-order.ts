import { toObjectId } from "../../kube/object-key.ts";
import { splitApiVersion } from "../../kube/resource-id.ts";
import type { ObjectRow } from "../../kube/rows/row.ts";
import { compareCodePoints } from "../../cache/compare-code-points.ts";
import { badInput } from "../input-error.ts";
import type { ClusterRank, KindSpec, OrderField } from "../kinds/kind-spec.ts";
import type { OrderInput } from "../request-context.ts";

export type SortValue = string | number | bigint | null;

/** Where an item stands in an order: its sort values, and its id, which breaks ties. Enough to find the place when the item is gone. */
export interface SortKey {
  readonly values: readonly SortValue[];
  readonly id: string;
}

/** A total order over the items of a list. */
export interface Order<Item> {
  readonly keys: readonly OrderInput[];
  readonly types: readonly OrderField<Item>["type"][];
  keyOf(item: Item): SortKey;
  compareKeys(a: SortKey, b: SortKey): number;
  sort(items: readonly Item[]): readonly Item[];
}

export interface OrderOptions<Item> {
  readonly spec: KindSpec<Item>;
  readonly orderBy: readonly OrderInput[] | null | undefined;
  readonly clusterRank: ClusterRank;
  readonly idOf: (item: Item) => string;
}

/** Nulls come last in either direction; the id breaks ties, ascending. Throws BAD_USER_INPUT for a field the kind cannot be sorted by. */
export function compileOrder<Item>({ spec, orderBy, clusterRank, idOf }: OrderOptions<Item>): Order<Item> {
  const keys = orderBy === null || orderBy === undefined || orderBy.length === 0 ? spec.defaultOrder : orderBy;
  const fields = keys.map(({ field }, index): OrderField<Item> => {
    const found = Object.hasOwn(spec.order, field) ? spec.order[field] : undefined;
    if (found === undefined)
      throw badInput(`orderBy[${index}].field`, `must be one of ${Object.keys(spec.order).join(", ")}`);
    return found;
  });
  const descending = keys.map(({ direction }) => direction === "DESC");

  const valuesOf = (item: Item): SortValue[] => fields.map((field) => field.read(item, clusterRank));
  const compareValues = (a: readonly SortValue[], b: readonly SortValue[]): number => {
    for (let i = 0; i < descending.length; i++) {
      const order = compareValue(a[i] ?? null, b[i] ?? null, descending[i] ?? false);
      if (order !== 0) return order;
    }
    return 0;
  };

  return {
    keys,
    types: fields.map(({ type }) => type),
    keyOf: (item) => ({ values: valuesOf(item), id: idOf(item) }),
    compareKeys: (a, b) => compareValues(a.values, b.values) || compareCodePoints(a.id, b.id),
    sort(items) {
      const entries = items.map((item) => ({ item, values: valuesOf(item) }));
      // An id costs more than the rest of the row: it is made only where all else is equal.
      entries.sort((a, b) => compareValues(a.values, b.values) || compareCodePoints(idOf(a.item), idOf(b.item)));
      return entries.map(({ item }) => item);
    },
  };
}

function compareValue(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const order =
    typeof a === "string" && typeof b === "string" ? compareCodePoints(a, b) : (a as number | bigint) < (b as number | bigint) ? -1 : a > b ? 1 : 0; // prettier-ignore
  return descending ? -order : order;
}

/** The id of an object whose origin is the cluster it was read from. */
export function rowId(row: ObjectRow): string {
  const { group } = splitApiVersion(row.apiVersion);
  return toObjectId({
    cluster: row.clusterName,
    group,
    kind: row.kind,
    namespace: row.namespace ?? "",
    name: row.name,
  });
}
