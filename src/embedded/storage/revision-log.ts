import { createDeferred } from "../../lib/deferred.ts";
import type { Deferred } from "../../lib/deferred.ts";
import { invariant } from "../../lib/invariant.ts";
import type { KubeObject } from "../../kube/object.ts";

/** One change of one object. */
export interface LogEntry {
  /** The cluster's counter after this change: every change has its own, without gaps. */
  readonly revision: number;
  readonly type: "create" | "update" | "delete";
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** The object after the change; for a deletion its last state under the revision of the deletion. */
  readonly object: KubeObject;
  /** The object before; undefined for a creation. */
  readonly previous: KubeObject | undefined;
}

/**
 * The history of a cluster: one counter, entries in its order, the oldest compacted away. A reader takes `changed()` before it
 * looks at the entries, so that no change falls between looking and waiting.
 */
export interface RevisionLog {
  /** Revision of the last entry. */
  readonly revision: number;
  /** Entries up to here are gone. */
  readonly compactedRevision: number;
  /** Entries after a revision, in order; undefined where some of them are compacted. */
  entriesAfter(revision: number): readonly LogEntry[] | undefined;
  /** Resolves at the next append or compaction after the call. */
  changed(): Promise<void>;
  append(entry: LogEntry): void;
  /** Forgets everything up to `revision`, at most up to the present. */
  compact(revision: number): void;
}

export interface RevisionLogOptions {
  /** Entries held at least; a quarter more are kept before the oldest go at once. */
  readonly historyLimit: number;
}

export function createRevisionLog({ historyLimit }: RevisionLogOptions): RevisionLog {
  let entries: LogEntry[] = [];
  let compactedRevision = 0;
  let next: Deferred | undefined;

  const wake = (): void => {
    const waiting = next;
    next = undefined;
    waiting?.resolve();
  };
  const compact = (revision: number): void => {
    const last = compactedRevision + entries.length;
    const target = Math.min(revision, last);
    if (target <= compactedRevision) return;
    entries = entries.slice(target - compactedRevision);
    compactedRevision = target;
  };

  return {
    get revision() {
      return compactedRevision + entries.length;
    },
    get compactedRevision() {
      return compactedRevision;
    },
    entriesAfter(revision) {
      if (revision < compactedRevision) return undefined;
      return entries.slice(revision - compactedRevision);
    },
    changed() {
      next ??= createDeferred();
      return next.promise;
    },
    append(entry) {
      invariant(entry.revision === compactedRevision + entries.length + 1, "revisions have no gaps");
      entries.push(entry);
      if (entries.length > historyLimit * 1.25) compact(entry.revision - historyLimit);
      wake();
    },
    compact(revision) {
      compact(revision);
      wake();
    },
  };
}
