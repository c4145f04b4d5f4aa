import type { AnyRow } from "../../kube/rows/row.ts";
import type { Change } from "../../cache/fleet-cache.ts";
import type { ChangeReason } from "../request-context.ts";

/** A change as one receiver sees it: through the filter of its stream. */
export interface SelectedChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly reason: ChangeReason;
  /** The object after the change; for DELETED as last seen. */
  readonly row: AnyRow;
}

/** One message that waits for its receiver. `since` is the first change merged into it. */
export interface QueuedChange extends SelectedChange {
  readonly since: Change;
}

/** What `change` is to a receiver whose selection is `matches`; undefined where it concerns it not at all. */
export function selectChange(change: Change, matches: (row: AnyRow) => boolean): SelectedChange | undefined {
  const { before, after, synthesised } = change;
  const was = before !== undefined && matches(before);
  const is = after !== undefined && matches(after);
  if (is && !was) {
    const reason = synthesised ? "SYNTHESISED" : before === undefined ? "CHANGED" : "ENTERED_FILTER";
    return { type: "ADDED", reason, row: after };
  }
  if (is) return { type: "MODIFIED", reason: synthesised ? "SYNTHESISED" : "CHANGED", row: after };
  if (!was) return undefined;
  const reason = synthesised ? "SYNTHESISED" : after === undefined ? "CHANGED" : "LEFT_FILTER";
  return { type: "DELETED", reason, row: before };
}

/**
 * Changes that wait for a slow receiver, merged by object, in the order of each object's first waiting change:
 * ADDED+MODIFIED = ADDED, ADDED+DELETED = nothing, MODIFIED+DELETED = DELETED, DELETED+ADDED of the same uid = MODIFIED; of another uid both
 * stay, since the receiver must see that the first is gone. So an object has at most two entries and the queue is bounded by the objects
 * that change.
 */
export interface ChangeQueue {
  /** Entries. */
  readonly size: number;
  push(selected: SelectedChange, change: Change): void;
  shift(): QueuedChange | undefined;
}

export function createChangeQueue(): ChangeQueue {
  // Map keeps insertion order, so its first entry is the oldest.
  const entries = new Map<number, QueuedChange>();
  const latest = new Map<string, number>();

  const keyOf = ({ clusterName, resource, namespace, name }: AnyRow): string =>
    `${clusterName}|${resource}|${namespace ?? ""}/${name}`;

  return {
    get size() {
      return entries.size;
    },
    push(selected, change) {
      const key = keyOf(selected.row);
      const sequence = latest.get(key);
      const waiting = sequence === undefined ? undefined : entries.get(sequence);
      const merged = waiting === undefined ? selected : mergeChanges(waiting, selected);
      if (merged === "both" || waiting === undefined || sequence === undefined) {
        entries.set(change.sequence, { ...selected, since: change });
        latest.set(key, change.sequence);
      } else if (merged === undefined) {
        entries.delete(sequence);
        latest.delete(key);
      } else {
        entries.set(sequence, { ...merged, since: waiting.since });
      }
    },
    shift() {
      const first = entries.entries().next();
      if (first.done === true) return undefined;
      const [sequence, entry] = first.value;
      entries.delete(sequence);
      const key = keyOf(entry.row);
      if (latest.get(key) === sequence) latest.delete(key);
      return entry;
    },
  };
}

function mergeChanges(waiting: SelectedChange, next: SelectedChange): SelectedChange | "both" | undefined {
  switch (next.type) {
    case "MODIFIED":
      return { type: waiting.type === "ADDED" ? "ADDED" : "MODIFIED", reason: waiting.reason, row: next.row };
    case "DELETED":
      return waiting.type === "ADDED" ? undefined : next;
    case "ADDED":
      return waiting.row.uid === next.row.uid ? { type: "MODIFIED", reason: next.reason === "SYNTHESISED" ? "SYNTHESISED" : "CHANGED", row: next.row } : "both"; // prettier-ignore
  }
}
