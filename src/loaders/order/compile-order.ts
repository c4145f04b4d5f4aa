import { parseObjectId, toObjectId } from "../../kube/object-key.ts";
import { splitApiVersion } from "../../kube/resource-id.ts";
import type { ObjectRow } from "../../kube/rows/row.ts";
import { compareCodePoints } from "../../cache/compare-code-points.ts";
import { badInput } from "../input-error.ts";
import { memoised } from "../memoised.ts";
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
  /** The order of the parts of ids; as compareIds, but without making the ids. */
  readonly compareTies: (a: Item, b: Item) => number;
}

/** Nulls come last in either direction; the id breaks ties, ascending. Throws BAD_USER_INPUT for a field the kind cannot be sorted by. */
export function compileOrder<Item>(options: OrderOptions<Item>): Order<Item> {
  const { spec, orderBy, clusterRank, idOf, compareTies } = options;
  const keys = orderBy === null || orderBy === undefined || orderBy.length === 0 ? spec.defaultOrder : orderBy;
  const fields = keys.map(({ field }, index): OrderField<Item> => {
    const found = Object.hasOwn(spec.order, field) ? spec.order[field] : undefined;
    if (found === undefined)
      throw badInput(`orderBy[${index}].field`, `must be one of ${Object.keys(spec.order).join(", ")}`);
    return found;
  });
  const readers = fields.map((field) => toReader(field, clusterRank));
  const comparers = fields.map(({ type }, index) => toComparer(type, keys[index]?.direction === "DESC"));

  const valuesOf = (item: Item): SortValue[] => readers.map((read) => read(item));
  const compareValues = (a: readonly SortValue[], b: readonly SortValue[]): number => {
    for (let i = 0; i < comparers.length; i++) {
      const order = comparers[i]!(a[i] ?? null, b[i] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  };

  return {
    keys,
    types: fields.map(({ type }) => type),
    keyOf: (item) => ({ values: valuesOf(item), id: idOf(item) }),
    compareKeys: (a, b) => compareValues(a.values, b.values) || compareIds(a.id, b.id),
    sort(items) {
      const entries = items.map((item) => ({ item, values: valuesOf(item) }));
      entries.sort((a, b) => compareValues(a.values, b.values) || compareTies(a.item, b.item));
      return entries.map(({ item }) => item);
    },
  };
}

function toReader<Item>(field: OrderField<Item>, clusterRank: ClusterRank): (item: Item) => SortValue {
  if (field.type !== "bigint") return (item) => field.read(item, clusterRank);
  const parse = memoised(field.parse);
  return (item) => {
    const text = field.text(item);
    return text === null ? null : parse(text);
  };
}

function toComparer(type: OrderField<unknown>["type"], descending: boolean): (a: SortValue, b: SortValue) => number {
  const sign = descending ? -1 : 1;
  const compare =
    type === "text"
      ? (a: SortValue, b: SortValue) => compareCodePoints(a as string, b as string)
      : (a: SortValue, b: SortValue) => ((a as number | bigint) < (b as number | bigint) ? -1 : 1);
  return (a, b) => {
    if (a === b) return 0;
    if (a === null) return 1;
    return b === null ? -1 : sign * compare(a, b);
  };
}

/** By cluster, namespace, name, kind and group: what an id is made of, in an order people can follow. */
export function compareIds(a: string, b: string): number {
  const [left, right] = [parseObjectId(a), parseObjectId(b)];
  // A cursor's id is whatever somebody made of it: what is none of ours still has a place.
  if (left === undefined || right === undefined) return compareCodePoints(a, b);
  const byCluster = compareCodePoints(left.cluster, right.cluster);
  if (byCluster !== 0 || !("kind" in left) || !("kind" in right)) return byCluster;
  return (
    compareCodePoints(left.namespace, right.namespace) ||
    compareCodePoints(left.name, right.name) ||
    compareCodePoints(left.kind, right.kind) ||
    compareCodePoints(left.group, right.group)
  );
}

/** compareIds for two rows. */
export function compareRows(a: ObjectRow, b: ObjectRow): number {
  return (
    compareCodePoints(a.clusterName, b.clusterName) ||
    compareCodePoints(a.namespace ?? "", b.namespace ?? "") ||
    compareCodePoints(a.name, b.name) ||
    compareCodePoints(a.kind, b.kind) ||
    compareCodePoints(splitApiVersion(a.apiVersion).group, splitApiVersion(b.apiVersion).group)
  );
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
