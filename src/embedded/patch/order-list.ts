export interface ListOrder<T> {
  readonly list: readonly T[];
  /** Identities in the order the patch wants. */
  readonly order: readonly string[];
  /** Identities in the order they had before. */
  readonly before: readonly string[];
  readonly identity: (item: T) => string;
}

/**
 * `$setElementOrder`: the items the patch names come in its order; those it does not know keep their place among the ones that were
 * there before.
 */
export function orderList<T>({ list, order, before, identity }: ListOrder<T>): T[] {
  const named = order.flatMap((wanted) => list.filter((item) => identity(item) === wanted));
  const others = list.filter((item) => !order.includes(identity(item)));
  const result: T[] = [];
  let left = 0;
  let right = 0;
  while (left < named.length || right < others.length) {
    const mine = named[left];
    const other = others[right];
    if (mine === undefined || (other !== undefined && !comesFirst(before, identity(mine), identity(other)))) {
      result.push(other!);
      right++;
    } else {
      result.push(mine);
      left++;
    }
  }
  return result;
}

/** Whether both were there before, in this order. */
function comesFirst(before: readonly string[], a: string, b: string): boolean {
  const [left, right] = [before.indexOf(a), before.indexOf(b)];
  return left >= 0 && right >= 0 && left < right;
}
