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

/** One message that waits for its receiver. */
export interface QueuedChange extends SelectedChange {
  /** The first change merged into it; undefined where nothing but the receiver's rights changed. */
  readonly since: Change | undefined;
  /** What the receiver has of the object, where a loss that waited was made good before it was told; else that is what `since` changed, or `row`. */
  readonly held?: AnyRow | undefined;
  /** A change of rights is in it: whoever leaves before it was told cannot go on by replaying changes. */
  readonly byRights: boolean;
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
  /** Entries that a change of rights is in. */
  readonly byRights: number;
  /** `change` undefined: the receiver's rights changed. */
  push(selected: SelectedChange, change: Change | undefined): void;
  /**
   * The receiver may not see these any more: `rows` are all of them that the store has. Of each that it has got it is told LOST_ACCESS, as it was when
   * it was last told of it, and nothing else; of what it has not got, nothing.
   */
  lose(isLost: (row: AnyRow) => boolean, rows: readonly AnyRow[]): void;
  /** Forgets what waits of these. */
  drop(isDropped: (row: AnyRow) => boolean): void;
  /** One with the same in it. */
  copy(): ChangeQueue;
  shift(): QueuedChange | undefined;
}

export function createChangeQueue(): ChangeQueue {
  return new MergingQueue();
}

class MergingQueue implements ChangeQueue {
  /** The one that waits where it is alone: mostly it is, and taken at once. Then nothing else is here. */
  #only: QueuedChange | undefined;
  /** By a number of ours. Map keeps insertion order, so its first entry is the oldest. */
  readonly #entries = new Map<number, QueuedChange>();
  readonly #latest = new Map<string, number>();
  #next = 0;
  #byRights = 0;

  get size(): number {
    return this.#only === undefined ? this.#entries.size : 1;
  }

  get byRights(): number {
    return this.#byRights;
  }

  push({ type, reason, row }: SelectedChange, change: Change | undefined): void {
    if (this.size === 0) {
      this.#only = { type, reason, row, since: change, byRights: change === undefined };
      this.#byRights = change === undefined ? 1 : 0;
      return;
    }
    this.#spread();
    this.#merge({ type, reason, row }, change);
  }

  /** From here on there are several. */
  #spread(): void {
    const only = this.#only;
    if (only === undefined) return;
    this.#only = undefined;
    this.#byRights = 0;
    this.#latest.set(keyOf(only.row), this.#next);
    this.#set(this.#next++, only);
  }

  #merge(selected: SelectedChange, change: Change | undefined): void {
    const key = keyOf(selected.row);
    const place = this.#latest.get(key);
    const waiting = place === undefined ? undefined : this.#entries.get(place);
    const merged = waiting === undefined ? selected : mergeChanges(waiting, selected);
    if (merged === "both" || waiting === undefined || place === undefined) {
      this.#latest.set(key, this.#next);
      this.#set(this.#next++, { ...selected, since: change, byRights: change === undefined });
    } else if (merged === undefined) {
      this.#delete(place, waiting);
    } else {
      const { since, held = waiting.type === "DELETED" ? (since?.before ?? waiting.row) : undefined } = waiting;
      this.#set(place, { ...merged, since, held, byRights: waiting.byRights || change === undefined });
    }
  }

  lose(isLost: (row: AnyRow) => boolean, rows: readonly AnyRow[]): void {
    this.#spread();
    const met = new Set<string>();
    for (const [place, entry] of this.#entries) {
      if (!isLost(entry.row)) continue;
      met.add(keyOf(entry.row));
      if (entry.type === "ADDED") this.#delete(place, entry);
      else this.#set(place, { ...entry, type: "DELETED", reason: "LOST_ACCESS", row: entry.held ?? entry.since?.before ?? entry.row, byRights: true }); // prettier-ignore
    }
    for (const row of rows) {
      if (!met.has(keyOf(row))) this.push({ type: "DELETED", reason: "LOST_ACCESS", row }, undefined);
    }
  }

  drop(isDropped: (row: AnyRow) => boolean): void {
    this.#spread();
    for (const [place, entry] of this.#entries) if (isDropped(entry.row)) this.#delete(place, entry);
  }

  copy(): ChangeQueue {
    const copy = new MergingQueue();
    copy.#only = this.#only;
    copy.#byRights = this.#only?.byRights === true ? 1 : 0;
    for (const [place, entry] of this.#entries) copy.#set(place, entry);
    for (const [key, place] of this.#latest) copy.#latest.set(key, place);
    copy.#next = this.#next;
    return copy;
  }

  shift(): QueuedChange | undefined {
    const only = this.#only;
    if (only !== undefined) {
      this.#only = undefined;
      this.#byRights = 0;
      return only;
    }
    const first = this.#entries.entries().next();
    if (first.done === true) return undefined;
    const [place, entry] = first.value;
    this.#delete(place, entry);
    return entry;
  }

  #set(place: number, entry: QueuedChange): void {
    if (this.#entries.get(place)?.byRights === true) this.#byRights--;
    if (entry.byRights) this.#byRights++;
    this.#entries.set(place, entry);
  }

  #delete(place: number, entry: QueuedChange): void {
    this.#entries.delete(place);
    if (entry.byRights) this.#byRights--;
    const key = keyOf(entry.row);
    if (this.#latest.get(key) === place) this.#latest.delete(key);
  }
}

function keyOf({ clusterName, resource, namespace, name }: AnyRow): string {
  return `${clusterName}|${resource}|${namespace ?? ""}/${name}`;
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
