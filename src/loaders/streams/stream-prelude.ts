import type { AnyRow } from "../../kube/rows/row.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import type { Change, FleetSnapshot, LogPosition, ResourceSnapshot } from "../../cache/fleet-cache.ts";
import type { ChangeMessage, ReadStateValue } from "../request-context.ts";
import { createChangeQueue, selectChange } from "./change-queue.ts";
import type { QueuedChange, SelectedChange } from "./change-queue.ts";
import { positionKey } from "./stream-cursor.ts";
import type { StreamPositions } from "./stream-cursor.ts";
import { selectTouched } from "./upstream-replay.ts";

import type { ChangeStreamOptions, Progress, StreamSelection } from "./change-stream.ts";

/** Objects in one SNAPSHOT message (DESIGN 6). */
const snapshotSize = 500;

/** What comes before the live changes: a replay where the cursor allows it, else RESYNC and the snapshot; SYNCED in any case. */
export function createPrelude(
  options: ChangeStreamOptions,
  progress: Progress,
  resume: StreamPositions | undefined,
): Iterator<ChangeMessage> {
  const replay = resume === undefined ? undefined : replayable(options, resume);
  if (resume !== undefined && replay !== undefined) {
    progress.set(resume);
    return replayed(options, progress, replay);
  }
  if (resume !== undefined || options.snapshot) {
    return snapshotted(options, progress, options.cache.snapshot(), resume !== undefined);
  }
  progress.set(currentPositions(options));
  return [synced(progress, currentStates(options))].values();
}

/** What a receiver missed, one change of one object. */
interface Missed {
  readonly selected: SelectedChange;
  readonly change: Change;
}

/** What happened after the cursor, or undefined where any part of it cannot be replayed, or clusters have come or gone since. */
function replayable(options: ChangeStreamOptions, resume: StreamPositions): readonly Missed[] | undefined {
  const { selection, cache } = options;
  const missed: Missed[] = [];
  const known = new Set<string>();
  const snapshot = cache.snapshot();
  for (const { cluster, resource } of selection.pairs()) {
    const key = positionKey(cluster, resource);
    const position = resume.get(key);
    if (position === undefined) {
      // The receiver has nothing of it: as long as there has been nothing to have, it misses nothing.
      if (isHeld(snapshot.resource(cluster, resource))) return undefined;
      continue;
    }
    known.add(key);
    const since = cache.log.since(cluster, resource, position);
    const found = since === undefined ? missedUpstream(options, cluster, resource) : select(since, selection);
    if (found === undefined) return undefined;
    missed.push(...found);
  }
  if ([...resume.keys()].some((key) => !known.has(key))) return undefined;
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
  { selection, cache, upstream }: ChangeStreamOptions,
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

function replayed(
  options: ChangeStreamOptions,
  progress: Progress,
  missed: readonly Missed[],
): Iterator<ChangeMessage> {
  const readStates = currentStates(options);
  const positions = currentPositions(options);
  const queue = createChangeQueue();
  for (const { selected, change } of missed) queue.push(selected, change);
  return (function* () {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      progress.reach(item.since);
      yield toMessage(item, progress.cursor());
    }
    progress.set(positions);
    yield synced(progress, readStates);
  })();
}

/** `snapshot` is of now, not of when the first message is asked for: the changes that follow are relative to it. */
export function snapshotted(
  options: ChangeStreamOptions,
  progress: Progress,
  snapshot: FleetSnapshot,
  resync: boolean,
): Iterator<ChangeMessage> {
  const { selection } = options;
  const readStates = currentStates(options);
  progress.set(currentPositions(options));
  const held = selection.pairs().flatMap(({ cluster, resource }) => snapshot.resource(cluster, resource) ?? []);
  const message = (objects: readonly AnyRow[]): ChangeMessage => ({
    type: "SNAPSHOT",
    reason: null,
    objects,
    readStates: [],
    cursor: null,
  });
  return (function* () {
    if (resync) yield { type: "RESYNC", reason: null, objects: [], readStates: [], cursor: null };
    let objects: AnyRow[] = [];
    for (const { partitions } of held) {
      for (const { rows } of partitions) {
        for (const row of rows) {
          if (!selection.matches(row)) continue;
          objects.push(row);
          if (objects.length < snapshotSize) continue;
          yield message(objects);
          objects = [];
        }
      }
    }
    if (objects.length > 0) yield message(objects);
    yield synced(progress, readStates);
  })();
}

function synced(progress: Progress, readStates: readonly ReadStateValue[]): ChangeMessage {
  return { type: "SYNCED", reason: null, objects: [], readStates, cursor: progress.cursor() };
}

function currentStates({ selection, toReadState }: ChangeStreamOptions): readonly ReadStateValue[] {
  return selection.pairs().flatMap(({ cluster, resource }) => toReadState(cluster, resource) ?? []);
}

function currentPositions({ selection, cache }: ChangeStreamOptions): StreamPositions {
  const positions = new Map<string, LogPosition>();
  for (const { cluster, resource } of selection.pairs()) {
    const position = cache.log.position(cluster, resource);
    if (position !== undefined) positions.set(positionKey(cluster, resource), position);
  }
  return positions;
}

/** One change to one receiver. */
export function toMessage({ type, reason, row }: QueuedChange, cursor: string): ChangeMessage {
  return { type, reason, objects: [row], readStates: [], cursor };
}
