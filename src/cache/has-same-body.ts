import { isDeepStrictEqual } from "node:util";
import type { AnyRow } from "../kube/rows/row.ts";

/** Whether two rows hold the same object in the same state. Keys, and what JSON may escape, come in different ways from list, watch and disk. */
export function hasSameBody(one: AnyRow, other: AnyRow): boolean {
  return one.body.text() === other.body.text() || isDeepStrictEqual(one.body.parse(), other.body.parse());
}
