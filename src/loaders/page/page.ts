import { ApiError } from "../../kube/api-error.ts";
import { firstIndex } from "../../lib/first-index.ts";
import { badInput } from "../input-error.ts";
import type { LoaderLimits } from "../limits.ts";
import type { Order, SortKey } from "../order/compile-order.ts";
import type { PageArgs } from "../request-context.ts";
import { parseCursor } from "./cursor.ts";

/** Which page is asked for, checked. */
export interface PageRequest {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly after: SortKey | undefined;
  readonly before: SortKey | undefined;
}

/** Where a page lies in its list: items `start` to `end - 1`. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
}

/** Throws BAD_USER_INPUT for what makes no sense, LIMIT_EXCEEDED for too much, CURSOR_INVALID for a foreign cursor. null is like unset. */
export function parsePage<Item>(args: PageArgs, hash: string, order: Order<Item>, limits: LoaderLimits): PageRequest {
  const first = parseSize(args.first, "first", limits);
  const last = parseSize(args.last, "last", limits);
  if (first !== undefined && last !== undefined) {
    throw new ApiError("BAD_USER_INPUT", "Arguments first and last cannot be used together: give one of them.");
  }
  const place = (cursor: string | null | undefined, argument: string): SortKey | undefined =>
    cursor === null || cursor === undefined ? undefined : parseCursor(cursor, argument, hash, order.types);
  return {
    first: first ?? (last === undefined ? limits.defaultPage : undefined),
    last,
    after: place(args.after, "after"),
    before: place(args.before, "before"),
  };
}

function parseSize(size: number | null | undefined, argument: string, { maxPage }: LoaderLimits): number | undefined {
  if (size === null || size === undefined) return undefined;
  if (!Number.isInteger(size) || size < 0) throw badInput(argument, `must not be negative but got: ${size}`);
  if (size > maxPage) {
    throw new ApiError("LIMIT_EXCEEDED", `Argument ${argument} must be at most ${maxPage} but got: ${size}. Ask for less and page on.`, {
      limit: { name: argument, maximum: maxPage, found: size },
    }); // prettier-ignore
  }
  return size;
}

/** By place, not by item: a page is right also when the item of its cursor is gone. `items` are in order. */
export function findPage<Item>(items: readonly Item[], request: PageRequest, order: Order<Item>): PageRange {
  const { first, last, after, before } = request;
  // The first item that comes after, or not before, the place.
  let start = after === undefined ? 0 : firstIndex(items.length, (i) => order.compareKeys(keyAt(i), after) > 0);
  let end =
    before === undefined ? items.length : firstIndex(items.length, (i) => order.compareKeys(keyAt(i), before) >= 0);
  end = Math.max(start, end);
  if (first !== undefined) end = Math.min(end, start + first);
  if (last !== undefined) start = Math.max(start, end - last);
  return { start, end };

  function keyAt(index: number): SortKey {
    return order.keyOf(items[index] as Item);
  }
}
