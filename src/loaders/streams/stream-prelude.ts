import type { Change, FleetCache, ResourceSnapshot } from "../../cache/fleet-cache.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import type { ChangeFeed, Prelude } from "./change-feed.ts";
import { createChangeQueue, selectChange } from "./change-queue.ts";
import type { SelectedChange } from "./change-queue.ts";
import { positionKey } from "./stream-cursor.ts";
import type { StreamCursor } from "./stream-cursor.ts";
import { currentPositions, currentStates, toMessage } from "./stream-messages.ts";
import type { StreamSelection } from "./stream-selection.ts";
import { selectTouched } from "./upstream-replay.ts";
import type { UpstreamReplay } from "./upstream-replay.ts";

export interface PreludeOptions {
  readonly cache: Pick<FleetCache, "snapshot" | "log">;
  /** What the API servers told of the pairs that the log cannot replay, by `positionKey`; and whether a pair is still to be trusted. */
  readonly upstream?: {
    readonly replays: ReadonlyMap<string, UpstreamReplay>;
    readonly isTrusted: (cluster: string, resource: ResourceName) => boolean;
  };
  /** Begin with what there is. */
  readonly snapshot: boolean;
}

/** What comes before the live changes: a replay where the cursor allows it, else RESYNC and the snapshot; SYNCED in any case. */
export function createPrelude(feed: ChangeFeed, options: PreludeOptions, resume: StreamCursor | undefined): Prelude {
  const { selection, progress } = feed;
  const replay = resume === undefined ? undefined : replayable(selection, options, resume);
  if (resume !== undefined && replay !== undefined) {
    progress.reset(resume.positions);
    return replayed(feed, options, replay);
  }
  if (resume !== undefined || options.snapshot) return feed.snapshotted(options.cache.snapshot(), resume !== undefined);
  progress.reset(currentPositions(selection, options.cache));
  return [feed.synced(currentStates(selection))].values();
}

/** What a receiver missed, one change of one object. */
interface Missed {
  readonly selected: SelectedChange;
  readonly change: Change;
}

/**
 * What happened after the cursor, or undefined where any part of it cannot be replayed: clusters have come or gone since, or the cursor was given
 * under other rights, so that what its receiver holds is not what these let see.
 */
function replayable(
  selection: StreamSelection,
  options: PreludeOptions,
  { rights, positions }: StreamCursor,
): readonly Missed[] | undefined {
  if (rights !== selection.rights) return undefined;
  const { cache } = options;
  const missed: Missed[] = [];
  const known = new Set<string>();
  const snapshot = cache.snapshot();
  for (const { cluster, resource } of selection.pairs()) {
    if (selection.extent(cluster, resource) === "none") continue;
    const key = positionKey(cluster, resource);
    const position = positions.get(key);
    if (position === undefined) {
      // The receiver has nothing of it: as long as there has been nothing to have, it misses nothing.
      if (isHeld(snapshot.resource(cluster, resource))) return undefined;
      continue;
    }
    known.add(key);
    const since = cache.log.since(cluster, resource, position);
    const found = since === undefined ? missedUpstream(selection, options, cluster, resource) : select(since, selection); // prettier-ignore
    if (found === undefined) return undefined;
    missed.push(...found);
  }
  if ([...positions.keys()].some((key) => !known.has(key))) return undefined;
  return missed.sort((a, b) => a.change.sequence - b.change.sequence);
}

function select(changes: readonly Change[], { matches }: StreamSelection): readonly Missed[] {
  return changes.flatMap((change) => {
    const selected = selectChange(change, matches);
    return selected === undefined ? [] : { selected, change };
  });
}

/** What the API server told up to a snapshot, and after that our log: no gap between them. */
function missedUpstream(
  selection: StreamSelection,
  { cache, upstream }: PreludeOptions,
  cluster: string,
  resource: ResourceName,
): readonly Missed[] | undefined {
  const replay = upstream?.replays.get(positionKey(cluster, resource));
  if (replay === undefined || upstream?.isTrusted(cluster, resource) !== true) return undefined;
  const later = cache.log.after(cluster, resource, replay.sequence);
  if (later === undefined) return undefined;
  const touched = replay.touched.flatMap((object) => {
    const selected = selectTouched(object, selection);
    return selected === undefined ? [] : { selected, change: object.first };
  });
  return [...touched, ...select(later, selection)];
}

function isHeld(resource: ResourceSnapshot | undefined): boolean {
  return resource !== undefined && (resource.size > 0 || resource.resourceVersion !== "");
}

function replayed(feed: ChangeFeed, { cache }: PreludeOptions, missed: readonly Missed[]): Prelude {
  const { selection, progress } = feed;
  const readStates = currentStates(selection);
  const positions = currentPositions(selection, cache);
  const queue = createChangeQueue();
  for (const { selected, change } of missed) queue.push(selected, change);
  return (function* () {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if (item.since !== undefined) progress.reach(item.since);
      yield toMessage(item, feed.cursor());
    }
    progress.set(positions);
    yield feed.synced(readStates);
  })();
}
