import { ApiError } from "../../kube/api-error.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import { createPullStream } from "../../lib/pull-stream.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { CacheEvent, Change, FleetCache, LogPosition, SyncStatus } from "../../cache/fleet-cache.ts";
import type { ChangeMessage, ReadStateValue } from "../request-context.ts";
import { createChangeQueue, selectChange } from "./change-queue.ts";
import type { ChangeQueue, QueuedChange } from "./change-queue.ts";
import { formatStreamCursor, parseStreamCursor, positionKey } from "./stream-cursor.ts";
import type { StreamPositions } from "./stream-cursor.ts";

/** What a stream is about. */
export interface StreamSelection {
  /** Names the stream and its arguments: a cursor of another one is refused. */
  readonly filterHash: string;
  /** The clusters and resources it reads now; clusters that join later are found by `covers`. */
  pairs(): readonly { readonly cluster: string; readonly resource: ResourceName }[];
  covers(cluster: string, resource: ResourceName): boolean;
  /** Filter and rights: whether the caller is to see this row. Pure, so that it answers for a row of the past too. */
  matches(row: AnyRow): boolean;
}

export interface ChangeStreamOptions {
  readonly selection: StreamSelection;
  readonly cache: Pick<FleetCache, "snapshot" | "subscribe" | "log">;
  readonly positionOf: (change: Change) => LogPosition;
  readonly toReadState: (cluster: string, resource: ResourceName, status: SyncStatus | undefined) => ReadStateValue;
  readonly signal: AbortSignal;
  /** A cursor to resume after. */
  readonly after?: string | null;
  /** Begin with what there is. */
  readonly snapshot: boolean;
  /** Objects that may wait for a slow receiver before it is cut off. */
  readonly maxPending: number;
}

/** Objects in one SNAPSHOT message (DESIGN 6). */
const snapshotSize = 500;

/**
 * One receiver's stream of changes (DESIGN 6): replay or snapshot, SYNCED, then what happens, at the receiver's pace. No change of the
 * selection is lost between snapshot and stream: both are taken in one tick. What waits is merged by object and bounded; over it the stream
 * ends with SUBSCRIPTION_OVERFLOW and the cursor of the last message. Throws ApiError CURSOR_INVALID at once for a bad cursor.
 */
export function createChangeStream(options: ChangeStreamOptions): PullStream<ChangeMessage> {
  const { selection, cache, signal, maxPending } = options;
  const resume =
    options.after === undefined || options.after === null
      ? undefined
      : parseStreamCursor(options.after, selection.filterHash);
  const queue = createChangeQueue();
  const states = new Map<string, ReadStateValue>();
  const sent = new Map<string, LogPosition>();
  let prelude: Iterator<ChangeMessage> | undefined = createPrelude(options, sent, resume);

  const cursor = (): string => formatStreamCursor(selection.filterHash, sent);
  const stream = createPullStream<ChangeMessage>({
    signal,
    onClose: () => unsubscribe(),
    produce() {
      if (prelude !== undefined) {
        const next = prelude.next();
        if (next.done !== true) return next.value;
        prelude = undefined;
      }
      if (states.size > 0) {
        const readStates = [...states.values()];
        states.clear();
        return { type: "CLUSTER_STATE", reason: null, objects: [], readStates, cursor: cursor() };
      }
      return nextChange(queue, options, sent);
    },
  });
  const unsubscribe = cache.subscribe((event: CacheEvent) => {
    if (event.type === "status") {
      if (!selection.covers(event.cluster, event.resource)) return;
      const state = options.toReadState(event.cluster, event.resource, event.after);
      states.set(positionKey(event.cluster, event.resource), state);
    } else {
      const { change } = event;
      if (!selection.covers(change.cluster, change.resource)) return;
      const selected = selectChange(change, selection.matches);
      if (selected === undefined) return;
      queue.push(selected, change);
      if (queue.size > maxPending) return stream.fail(overflow(maxPending, prelude === undefined ? cursor() : null));
    }
    stream.wake();
  });
  if (signal.aborted) unsubscribe();
  return stream;
}

function nextChange(
  queue: ChangeQueue,
  options: ChangeStreamOptions,
  sent: Map<string, LogPosition>,
): ChangeMessage | undefined {
  const item = queue.shift();
  if (item === undefined) return undefined;
  advance(sent, item, options);
  // With nothing left to send, everything up to now is told, also what the filter left out.
  if (queue.size === 0) catchUp(sent, options);
  return toMessage(item, formatStreamCursor(options.selection.filterHash, sent));
}

function advance(sent: Map<string, LogPosition>, { since }: QueuedChange, { positionOf }: ChangeStreamOptions): void {
  sent.set(positionKey(since.cluster, since.resource), positionOf(since));
}

function catchUp(sent: Map<string, LogPosition>, { selection, cache }: ChangeStreamOptions): void {
  for (const { cluster, resource } of selection.pairs()) {
    const position = cache.log.position(cluster, resource);
    if (position !== undefined) sent.set(positionKey(cluster, resource), position);
  }
}

function toMessage({ type, reason, row }: QueuedChange, cursor: string): ChangeMessage {
  return { type, reason, objects: [row], readStates: [], cursor };
}

/** What comes before the live changes: a replay where the cursor allows it, else RESYNC and the snapshot; SYNCED in any case. */
function createPrelude(
  options: ChangeStreamOptions,
  sent: Map<string, LogPosition>,
  resume: StreamPositions | undefined,
): Iterator<ChangeMessage> {
  const replay = resume === undefined ? undefined : replayable(options, resume);
  if (resume !== undefined && replay !== undefined) {
    for (const [key, position] of resume) sent.set(key, position);
    return replayed(options, sent, replay, currentStates(options), currentPositions(options));
  }
  catchUp(sent, options);
  return resume === undefined && !options.snapshot
    ? [synced(options, sent, currentStates(options))].values()
    : snapshotted(options, sent, resume !== undefined);
}

function currentPositions(options: ChangeStreamOptions): Map<string, LogPosition> {
  const positions = new Map<string, LogPosition>();
  catchUp(positions, options);
  return positions;
}

/** The changes after the cursor, or undefined where any part of it cannot be replayed, or clusters have come or gone since. */
function replayable({ selection, cache }: ChangeStreamOptions, resume: StreamPositions): readonly Change[] | undefined {
  const changes: Change[] = [];
  const known = new Set<string>();
  for (const { cluster, resource } of selection.pairs()) {
    const key = positionKey(cluster, resource);
    const position = resume.get(key);
    if (position === undefined) {
      if (cache.log.position(cluster, resource) !== undefined) return undefined;
      continue;
    }
    known.add(key);
    const since = cache.log.since(cluster, resource, position);
    if (since === undefined) return undefined;
    changes.push(...since);
  }
  if ([...resume.keys()].some((key) => !known.has(key))) return undefined;
  return changes.sort((a, b) => a.sequence - b.sequence);
}

function* replayed(
  options: ChangeStreamOptions,
  sent: Map<string, LogPosition>,
  changes: readonly Change[],
  readStates: readonly ReadStateValue[],
  positions: StreamPositions,
): Generator<ChangeMessage> {
  const queue = createChangeQueue();
  for (const change of changes) {
    const selected = selectChange(change, options.selection.matches);
    if (selected !== undefined) queue.push(selected, change);
  }
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    advance(sent, item, options);
    yield toMessage(item, formatStreamCursor(options.selection.filterHash, sent));
  }
  for (const [key, position] of positions) sent.set(key, position);
  yield synced(options, sent, readStates);
}

function snapshotted(
  options: ChangeStreamOptions,
  sent: Map<string, LogPosition>,
  resync: boolean,
): Iterator<ChangeMessage> {
  // Taken now, not when the first message is asked for: the changes that follow are relative to it.
  const { selection, cache } = options;
  const snapshot = cache.snapshot();
  const readStates = currentStates(options);
  const held = selection.pairs().flatMap(({ cluster, resource }) => snapshot.resource(cluster, resource) ?? []);
  return (function* () {
    if (resync) yield { type: "RESYNC", reason: null, objects: [], readStates: [], cursor: null };
    let objects: AnyRow[] = [];
    for (const { partitions } of held) {
      for (const { rows } of partitions) {
        for (const row of rows) {
          if (!selection.matches(row)) continue;
          objects.push(row);
          if (objects.length < snapshotSize) continue;
          yield { type: "SNAPSHOT", reason: null, objects, readStates: [], cursor: null };
          objects = [];
        }
      }
    }
    if (objects.length > 0) yield { type: "SNAPSHOT", reason: null, objects, readStates: [], cursor: null };
    yield synced(options, sent, readStates);
  })();
}

function synced(
  { selection }: ChangeStreamOptions,
  sent: StreamPositions,
  readStates: readonly ReadStateValue[],
): ChangeMessage {
  return {
    type: "SYNCED",
    reason: null,
    objects: [],
    readStates,
    cursor: formatStreamCursor(selection.filterHash, sent),
  };
}

function currentStates({ selection, cache, toReadState }: ChangeStreamOptions): readonly ReadStateValue[] {
  const snapshot = cache.snapshot();
  return selection
    .pairs()
    .map(({ cluster, resource }) => toReadState(cluster, resource, snapshot.resource(cluster, resource)?.status));
}

function overflow(maxPending: number, cursor: string | null): ApiError {
  return new ApiError(
    "SUBSCRIPTION_OVERFLOW",
    `The receiver is too slow: more than ${maxPending} changed objects wait for it. Subscribe again with after: extensions.cursor.`,
    { cursor, retryable: true },
  );
}
