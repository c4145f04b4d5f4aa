import type { FleetSnapshot, PartitionSnapshot } from "../../cache/fleet-cache.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import { positionKey } from "./stream-cursor.ts";
import type { StreamSelection } from "./stream-selection.ts";

/** What another set of rights makes of a selection: rows of the snapshot that may be seen since now, and that may not be seen any more. */
export interface RightsDifference {
  readonly gained: readonly AnyRow[];
  readonly lost: readonly AnyRow[];
  /** Whose read states are others now. */
  readonly pairs: readonly { readonly cluster: string; readonly resource: ResourceName }[];
}

/** undefined: none. "unknown": what the receiver has seen cannot be told, since the rights somewhere were not known before. */
export function compareRights(
  before: StreamSelection,
  after: StreamSelection,
  snapshot: FleetSnapshot,
): RightsDifference | "unknown" | undefined {
  const gained: AnyRow[] = [];
  const lost: AnyRow[] = [];
  const changed: { cluster: string; resource: ResourceName }[] = [];
  const pairs = new Map([...before.pairs(), ...after.pairs()].map((pair) => [positionKey(pair.cluster, pair.resource), pair])); // prettier-ignore
  for (const pair of pairs.values()) {
    const { cluster, resource } = pair;
    const was = before.stateOf(cluster);
    const is = after.stateOf(cluster);
    // What has changed meanwhile, and whether it could be seen when it did, nobody knows.
    if (was === "unavailable" && is !== "unavailable") return "unknown";
    const wasExtent = before.extent(cluster, resource);
    const isExtent = after.extent(cluster, resource);
    if (was !== is || wasExtent !== isExtent) changed.push(pair);
    // Nothing is taken back from the receiver because its rights cannot be asked for; it only gets no more.
    if (is === "unavailable" || (wasExtent === isExtent && wasExtent !== "some")) continue;
    for (const partition of snapshot.resource(cluster, resource)?.partitions ?? []) {
      comparePartition(partition, before, after, { gained, lost });
    }
  }
  if (gained.length + lost.length + changed.length > 0) return { gained, lost, pairs: changed };
  return before.rights === after.rights ? undefined : { gained, lost, pairs: changed };
}

function comparePartition(
  { key, rows }: PartitionSnapshot,
  before: StreamSelection,
  after: StreamSelection,
  { gained, lost }: { gained: AnyRow[]; lost: AnyRow[] },
): void {
  const was = before.sees(key);
  const is = after.sees(key);
  if (was === is) return;
  for (const row of rows) {
    if (was && before.wants(row)) lost.push(row);
    if (is && after.wants(row)) gained.push(row);
  }
}
