export interface ListOrder<T> {
  readonly list: readonly T[];
  /** Identities in the order the patch wants. */
  readonly order: readonly string[];
  /** Identities in the order they had before. */
  readonly before: readonly string[];
  readonly identity: (item: T) => string;
}

/**
 * The items the patch names come in its order; those it does not know keep their place among the ones that were there before. An item
 * that is new comes before those: the real server puts it in front.
 */
export function orderList<T>({ list, order, before, identity }: ListOrder<T>): T[] {
  const named = order.flatMap((wanted) => list.filter((item) => identity(item) === wanted));
  const others = list.filter((item) => !order.includes(identity(item)));
  const result: T[] = [];
  let left = 0;
  let right = 0;
  while (left < others.length || right < named.length) {
    const other = others[left];
    const mine = named[right];
    if (mine === undefined || (other !== undefined && comesFirst(before, identity(other), identity(mine)))) {
      result.push(other!);
      left++;
    } else {
      result.push(mine);
      right++;
    }
  }
  return result;
}

/** Whether both were there before, in this order. */
function comesFirst(before: readonly string[], a: string, b: string): boolean {
  const [left, right] = [before.indexOf(a), before.indexOf(b)];
  return left >= 0 && right >= 0 && left < right;
}
