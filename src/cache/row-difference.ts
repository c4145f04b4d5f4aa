import type { ObjectRow } from "../kube/rows/row.ts";
import { compareCodePoints } from "./compare-code-points.ts";

/** One row that differs between two revisions of a partition; at least one side is there. */
export interface RowDifference<Row> {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** What differs between two lists ordered by name. Rows are the same version exactly when they are the same object, so equal runs cost one comparison a row. */
export function differenceOf<Row extends ObjectRow>(
  before: readonly Row[],
  after: readonly Row[],
): readonly RowDifference<Row>[] {
  const differences: RowDifference<Row>[] = [];
  let left = 0;
  let right = 0;
  while (left < before.length || right < after.length) {
    const old = before[left];
    const now = after[right];
    if (old === now) {
      left++;
      right++;
      continue;
    }
    const order = old === undefined ? 1 : now === undefined ? -1 : compareCodePoints(old.name, now.name);
    differences.push({ before: order <= 0 ? old : undefined, after: order >= 0 ? now : undefined });
    if (order <= 0) left++;
    if (order >= 0) right++;
  }
  return differences;
}
