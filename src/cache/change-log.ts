import { hash } from "node:crypto";

import type { ResourceName } from "../kube/resource-id.ts";
import type { Change, ChangeLog, LogPosition } from "./fleet-cache.ts";

/**
 * Where a stream stands that has seen this change and nothing after it. Versions alone do not do: all changes found by one relist have the version of
 * that list, and a list's version may be that of a real event. So the hash is over the uid, and "~" is before it where the change was
 * synthesised: within one world (no etcd restored) no two changes of a resource share a position, and a replica that saw the real event at that
 * version does not take a cursor from halfway through another replica's relist for its own. 32 bits are enough beside the version.
 */
export function toLogPosition({ resourceVersion, synthesised, before, after }: Change): LogPosition {
  return new ChangePosition(resourceVersion, (after ?? before)?.uid ?? "", synthesised);
}

/** Hashed only where somebody looks: most positions are passed by. It keeps nothing of the change's rows. */
class ChangePosition implements LogPosition {
  readonly resourceVersion: string;
  readonly #uid: string;
  readonly #synthesised: boolean;
  #uidHash: string | undefined;

  constructor(resourceVersion: string, uid: string, synthesised: boolean) {
    this.resourceVersion = resourceVersion;
    this.#uid = uid;
    this.#synthesised = synthesised;
  }

  get uidHash(): string {
    if (this.#uidHash === undefined) {
      const short = hash("sha256", this.#uid, "hex").slice(0, 8);
      this.#uidHash = this.#synthesised ? `~${short}` : short;
    }
    return this.#uidHash;
  }
}

interface Entry {
  /** undefined: a finished list, a place to stand without being a change. */
  readonly change: Change | undefined;
  /** Version of the change or of the list; undefined where the position no longer means anything (`forgetPositions`). */
  resourceVersion: string | undefined;
  /** What it keeps in memory, about. */
  readonly bytes: number;
}

/** How much a log may hold; where one is reached, the older half goes. */
export interface LogLimits {
  /** Changes; up to twice as many for a while. */
  readonly changes: number;
  /** Memory that only the log keeps: mostly rows that were replaced or deleted. */
  readonly bytes: number;
}

/** Of an entry with its change, and of a row beside its body: the mean of pods, measured. */
const entryBytes = 256;
const rowBytes = 1_024;

/** The change log of one resource of one cluster: the latest changes. */
export class ResourceLog {
  readonly #limits: LogLimits;
  #entries: Entry[] = [];
  #bytes = 0;
  #droppedThrough: number;

  /** `sequence`: of the last change of the process before this log began. */
  constructor(limits: LogLimits, sequence: number) {
    this.#limits = limits;
    this.#droppedThrough = sequence;
  }

  append(change: Change): void {
    const { before, resourceVersion } = change;
    const bytes = entryBytes + (before === undefined ? 0 : rowBytes + before.body.byteLength);
    this.#push({ change, resourceVersion, bytes });
  }

  /** Notes the end of a list: from here on (version, "") is a position. */
  listed(resourceVersion: string): void {
    const last = this.#entries.at(-1);
    if (last?.change === undefined && last?.resourceVersion === resourceVersion) return;
    this.#push({ change: undefined, resourceVersion, bytes: entryBytes });
  }

  /** The world went back (etcd restored, another cluster accepted): old versions may come again and mean something else. */
  forgetPositions(): void {
    for (const entry of this.#entries) entry.resourceVersion = undefined;
  }

  since(position: LogPosition): readonly Change[] | undefined {
    // From the end: resuming streams are mostly little behind.
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      if (isAt(this.#entries[index]!, position)) return changesOf(this.#entries.slice(index + 1));
    }
    return undefined;
  }

  after(sequence: number): readonly Change[] | undefined {
    if (sequence < this.#droppedThrough) return undefined;
    return changesOf(this.#entries).filter((change) => change.sequence > sequence);
  }

  position(): LogPosition | undefined {
    const last = this.#entries.at(-1);
    if (last?.resourceVersion === undefined) return undefined;
    return last.change === undefined
      ? { resourceVersion: last.resourceVersion, uidHash: "" }
      : toLogPosition(last.change);
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    // Cut in halves, so that cutting costs nothing a change; the bound is on what is kept, twice the limit at worst.
    if (this.#entries.length > this.#limits.changes * 2) this.#keep(this.#limits.changes);
    while (this.#bytes > this.#limits.bytes && this.#entries.length > 1) this.#keep(this.#entries.length >> 1);
  }

  #keep(count: number): void {
    for (const { change, bytes } of this.#entries.slice(0, -count)) {
      if (change !== undefined) this.#droppedThrough = change.sequence;
      this.#bytes -= bytes;
    }
    this.#entries = this.#entries.slice(-count);
  }
}

/** All logs behind the one interface. */
export function createChangeLog(
  logOf: (cluster: string, resource: ResourceName) => ResourceLog | undefined,
): ChangeLog {
  return {
    since: (cluster, resource, position) => logOf(cluster, resource)?.since(position),
    after: (cluster, resource, sequence) => logOf(cluster, resource)?.after(sequence),
    position: (cluster, resource) => logOf(cluster, resource)?.position(),
  };
}

function isAt({ change, resourceVersion }: Entry, position: LogPosition): boolean {
  if (resourceVersion === undefined || resourceVersion !== position.resourceVersion) return false;
  return change === undefined ? position.uidHash === "" : toLogPosition(change).uidHash === position.uidHash;
}

function changesOf(entries: readonly Entry[]): Change[] {
  return entries.flatMap(({ change }) => (change === undefined ? [] : [change]));
}
