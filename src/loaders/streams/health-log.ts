import { createHash } from "node:crypto";
import type { ClusterChange, ClusterRegistry } from "../../cluster/cluster.ts";
import type { CacheEvent, FleetCache } from "../../cache/fleet-cache.ts";
import type { Health, NodeRow } from "../../kube/rows/row.ts";
import type { Clock } from "../../lib/clock.ts";
import { toClusterValue, toEndpointValue } from "../cluster-value.ts";
import type { HealthMessage } from "../request-context.ts";

/** One change of a health, with its place in the log. */
export interface HealthEntry extends Omit<HealthMessage, "cursor"> {
  /** Rises by one for each entry. */
  readonly sequence: number;
}

/** The latest changes of health in the fleet, bounded. It belongs to this process: probes are its own, so another replica's log is another one. */
export interface HealthLog {
  /** What stands for a sequence in cursors: it says neither how many entries there were nor which log it is of. */
  markOf(sequence: number): string;
  /** The sequence of a mark; undefined where it is of another log, or some of the entries after it are no longer held. */
  find(mark: string): number | undefined;
  /** Of the latest entry; 0 before the first. */
  readonly sequence: number;
  /** Entries after this one, oldest first; undefined where some of them are no longer held. */
  since(sequence: number): readonly HealthEntry[] | undefined;
  /** Called synchronously after each entry; returns the undo. */
  subscribe(listener: (entry: HealthEntry) => void): () => void;
  /** Stops listening. */
  close(): void;
}

export interface HealthLogOptions {
  readonly registry: Pick<ClusterRegistry, "subscribe">;
  readonly cache: Pick<FleetCache, "subscribe">;
  readonly clock: Clock;
  /** A name that no other process has and that nobody can guess. */
  readonly id: string;
  /** Entries held. */
  readonly limit: number;
}

/** Derives one entry for each change of state of a cluster, an endpoint or a node; a new reason in the same state is none. */
export function createHealthLog({ registry, cache, clock, id, limit }: HealthLogOptions): HealthLog {
  const entries: HealthEntry[] = [];
  const listeners = new Set<(entry: HealthEntry) => void>();
  let sequence = 0;

  const note = (subject: HealthEntry["subject"], clusterName: string, from: Health | undefined, to: Health): void => {
    if (from === undefined || from.state === to.state) return;
    const { state, reason, message } = to;
    const at = new Date(clock.now()).toISOString();
    const entry = { sequence: ++sequence, subject, clusterName, from: from.state, to: state, reason, message, at };
    entries.push(entry);
    if (entries.length > limit) entries.shift();
    for (const listener of listeners) listener(entry);
  };
  const onCluster = (change: ClusterChange): void => {
    if (change.type !== "status") return;
    const { cluster, before, after } = change;
    const was = new Map(before.endpoints.map(({ url, health }) => [url, health]));
    for (const endpoint of after.endpoints)
      note(toEndpointValue(endpoint), cluster.name, was.get(endpoint.url), endpoint.health);
    note(toClusterValue(cluster), cluster.name, before.health, after.health);
  };
  const onCache = (event: CacheEvent): void => {
    if (event.type !== "change" || event.change.resource !== "nodes") return;
    const { before, after, cluster } = event.change as { before?: NodeRow; after?: NodeRow; cluster: string };
    if (after !== undefined) note(after, cluster, before?.health, after.health);
  };
  const undo = [registry.subscribe(onCluster), cache.subscribe(onCache)];

  const markOf = (at: number): string => createHash("sha256").update(`${id} ${at}`).digest("base64url").slice(0, 16);

  return {
    markOf,
    find(mark) {
      // From the end: resuming streams are mostly little behind.
      for (let at = sequence; at >= sequence - entries.length; at--) if (markOf(at) === mark) return at;
      return undefined;
    },
    get sequence() {
      return sequence;
    },
    since(after) {
      if (after > sequence || after < sequence - entries.length) return undefined;
      return entries.filter((entry) => entry.sequence > after);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => undo.forEach((stop) => stop()),
  };
}
