import type { KindSpec } from "../kinds/kind-spec.ts";
import type { Order } from "../order/compile-order.ts";
import { formatCursor } from "../page/cursor.ts";
import { findPage } from "../page/page.ts";
import type { PageRange, PageRequest } from "../page/page.ts";
import type { Relations } from "../relations/relations.ts";
import type { Connection, GroupArgs, GroupValue, PageInfoValue, ReadStateValue } from "../request-context.ts";
import { groupRows } from "./group-by.ts";
import type { GroupCounts } from "./group-counts.ts";
import { isComplete } from "./read-state.ts";
import { clipRuns, countRuns, joinRuns } from "./row-runs.ts";
import type { RowRun } from "./row-runs.ts";

/** A list that was asked for, with everything checked and nothing computed. */
export interface ListPlan<Item> {
  readonly spec: KindSpec<Item>;
  /** All that matches, of what the caller may see. */
  readonly match: () => readonly RowRun<Item>[];
  /** Whether `match` is in `order` already. */
  readonly inOrder: boolean;
  /** Equal ones choose the same rows of a partition as long as nothing changes; unset = all. */
  readonly filterKey?: string;
  readonly order: Order<Item>;
  readonly page: PageRequest;
  /** In each cursor. */
  readonly hash: string;
  readonly readStates: () => readonly ReadStateValue[];
  readonly relations: Relations;
  readonly groupCounts: GroupCounts;
  readonly maxGroups: number;
}

/** The connection of a plan: each part is computed when it is first asked for, and once. */
export function createConnection<Item>(plan: ListPlan<Item>): Connection<Item> {
  const runs = once(plan.match);
  const matching = once(() => joinRuns(runs()));
  const total = once(() => countRuns(runs()));
  const ordered = once(() => (plan.inOrder ? matching() : plan.order.sort(matching())));
  const range = once(() => {
    const { first, last, after, before } = plan.page;
    const isStart = first !== undefined && last === undefined && after === undefined && before === undefined;
    // The beginning of a list is found without looking at it.
    return isStart ? { start: 0, end: Math.min(first, total()) } : findPage(ordered(), plan.page, plan.order);
  });
  const items = once(() => ordered().slice(range().start, range().end));
  const readStates = once(plan.readStates);
  const cursorOf = (item: Item): string => formatCursor(plan.hash, plan.order.keyOf(item));
  const groups = new Map<string, readonly GroupValue[]>();

  return {
    edges: once(() => items().map((node) => ({ cursor: cursorOf(node), node }))),
    nodes: items,
    runs: once(() => ({
      filterKey: plan.filterKey ?? "",
      runs: plan.inOrder ? clipRuns(runs(), range()) : [{ rows: ordered(), ...range() }],
    })),
    pageInfo: once(() => toPageInfo(items(), range(), total(), cursorOf)),
    totalCount: total,
    complete: once(() => isComplete(readStates())),
    readStates,
    groupBy({ fields, labels }: GroupArgs) {
      const key = JSON.stringify([fields, labels]);
      let found = groups.get(key);
      if (found === undefined) groups.set(key, (found = groupRows(runs(), { fields, labels }, plan)));
      return found;
    },
  };
}

function toPageInfo<Item>(
  items: readonly Item[],
  { start, end }: PageRange,
  total: number,
  cursorOf: (item: Item) => string,
): PageInfoValue {
  const [first] = items;
  const last = items.at(-1);
  return {
    hasNextPage: end < total,
    hasPreviousPage: start > 0,
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  };
}

function once<Value>(compute: () => Value): () => Value {
  let done: { readonly value: Value } | undefined;
  return () => (done ??= { value: compute() }).value;
}
