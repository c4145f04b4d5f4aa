import { createLabelIndex } from "../cache/label-index.ts";
import type { LabelIndex } from "../cache/label-index.ts";
import { createNodeIndex, createRowIndex } from "../cache/row-index.ts";
import type { RowIndex } from "../cache/row-index.ts";
import { createGroupCounts } from "./connection/group-counts.ts";
import type { GroupCounts } from "./connection/group-counts.ts";

/** Look-up tables over partitions, carried from revision to revision. One set for the process: what one request looked up serves the next. */
export interface Indexes {
  /** Rows by uid of their controlling owner. */
  readonly byController: RowIndex;
  /** Pods by the node they are bound to. */
  readonly byNode: RowIndex;
  /** Events by the name of what they are about. */
  readonly byRegarding: RowIndex;
  readonly byLabel: LabelIndex;
  readonly groupCounts: GroupCounts;
}

export function createIndexes(): Indexes {
  return {
    byController: createRowIndex((row) => {
      // The controller comes first.
      const owner = row.ownerRefs[0];
      return owner?.controller === true ? [owner.uid] : [];
    }),
    byNode: createNodeIndex(),
    byRegarding: createRowIndex((row) => (row.__typename === "Event" ? [row.regardingRef.name] : [])),
    byLabel: createLabelIndex(),
    groupCounts: createGroupCounts(),
  };
}
