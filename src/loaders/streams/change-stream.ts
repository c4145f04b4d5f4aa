import { ApiError } from "../../kube/api-error.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import { createPullStream } from "../../lib/pull-stream.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { CacheEvent, Change, FleetCache, LogPosition } from "../../cache/fleet-cache.ts";
import type { ChangeMessage, ReadStateValue } from "../request-context.ts";
import { createChangeQueue, selectChange } from "./change-queue.ts";
import type { ChangeQueue } from "./change-queue.ts";
import { formatStreamCursor, parseStreamCursor, positionKey } from "./stream-cursor.ts";
import type { StreamPositions } from "./stream-cursor.ts";
import type { UpstreamReplay } from "./upstream-replay.ts";

import { createPrelude, snapshotted, toMessage } from "./stream-prelude.ts";

/** What a stream is about. */
export interface StreamSelection {
  /** Names the stream and its arguments: a cursor of another one is refused. */
  readonly filterHash: string;
  /** The clusters and resources it reads now; clusters that join later are found by `covers`. */
  pairs(): readonly { readonly cluster: string; readonly resource: ResourceName }[];
  covers(cluster: string, resource: ResourceName): boolean;
  /** Filter and rights: whether the caller is to see this row. Pure, so that it answers for a row of the past too. */
  matches(row: AnyRow): boolean;
  /** The part of `matches` that an object keeps for life, rights included: false = the receiver cannot have held it and is not to hear of it. */
  reaches(row: AnyRow): boolean;
}

export interface ChangeStreamOptions {
  readonly selection: StreamSelection;
  readonly cache: Pick<FleetCache, "snapshot" | "subscribe" | "log">;
  readonly positionOf: (change: Change) => LogPosition;
  /** As it is now; undefined where the cluster has left. */
  readonly toReadState: (cluster: string, resource: ResourceName) => ReadStateValue | undefined;
  readonly signal: AbortSignal;
  /** A cursor to resume after. */
  readonly after?: string | null;
  /** What the API servers told of the pairs that the log cannot replay, by `positionKey`; and whether a pair is still to be trusted. */
  readonly upstream?: {
    readonly replays: ReadonlyMap<string, UpstreamReplay>;
    readonly isTrusted: (cluster: string, resource: ResourceName) => boolean;
  };
  /** Begin with what there is. */
  readonly snapshot: boolean;
  /** Objects that may wait for a slow receiver before it is cut off. */
  readonly maxPending: number;
}

/**
 * One receiver's stream of changes (DESIGN 6): replay or snapshot, SYNCED, then what happens, at the receiver's pace. No change of the
 * selection is lost between snapshot and stream: both are taken in one tick. What waits is merged by object and bounded; over it the stream
 * ends with SUBSCRIPTION_OVERFLOW and the cursor of the last message. When a cluster leaves or a resource is let go the stream starts over
 * with RESYNC. Throws ApiError CURSOR_INVALID at once for a bad cursor.
 */
export function createChangeStream(options: ChangeStreamOptions): PullStream<ChangeMessage> {
  const { selection, cache, signal, maxPending, after } = options;
  const resume = after === undefined || after === null ? undefined : parseStreamCursor(after, selection.filterHash);
  const states = new Map<string, ReadStateValue>();
  let progress = createProgress(options);
  let queue = createChangeQueue();
  let prelude: Iterator<ChangeMessage> | undefined = createPrelude(options, progress, resume);
  let fromSequence = 0;

  const stream = createPullStream<ChangeMessage>({
    signal,
    onClose: () => unsubscribe(),
    produce() {
      if (prelude !== undefined) {
        const next = prelude.next();
        // SYNCED is its last message.
        if (next.done === true || next.value.type === "SYNCED") prelude = undefined;
        if (next.done !== true) return next.value;
      }
      if (states.size > 0) {
        const readStates = [...states.values()];
        states.clear();
        return { type: "CLUSTER_STATE", reason: null, objects: [], readStates, cursor: progress.cursor() };
      }
      return nextChange(queue, progress);
    },
  });
  const noteState = (cluster: string, resource: ResourceName): void => {
    const state = options.toReadState(cluster, resource);
    if (state !== undefined) states.set(positionKey(cluster, resource), state);
  };
  const startOver = (): void => {
    const snapshot = cache.snapshot();
    fromSequence = snapshot.sequence;
    queue = createChangeQueue();
    states.clear();
    progress = createProgress(options);
    prelude = snapshotted(options, progress, snapshot, true);
  };
  const unsubscribe = cache.subscribe((event: CacheEvent) => {
    if (event.type === "status") {
      if (!selection.covers(event.cluster, event.resource)) return;
      if (event.after === undefined) startOver();
      else noteState(event.cluster, event.resource);
    } else {
      const { change } = event;
      if (change.sequence <= fromSequence || !selection.covers(change.cluster, change.resource)) return;
      progress.hear(change);
      const selected = selectChange(change, selection.matches);
      if (selected === undefined) return;
      queue.push(selected, change);
      if (queue.size > maxPending)
        return stream.fail(overflow(maxPending, prelude === undefined ? progress.cursor() : null));
    }
    stream.wake();
  });
  if (signal.aborted) unsubscribe();
  return stream;
}

/** How far the receiver has come, by cluster and resource. */
export interface Progress {
  /** The listener was told of it; it counts as told to the receiver once nothing waits. */
  hear(change: Change): void;
  /** Everything up to this change has been sent. */
  reach(change: Change): void;
  /** Everything heard has been sent or filtered out. */
  catchUp(): void;
  /** Stands where the log stands now, or at these positions. */
  set(positions: StreamPositions): void;
  cursor(): string;
}

function createProgress({ selection, positionOf }: ChangeStreamOptions): Progress {
  const sent = new Map<string, LogPosition>();
  const heard = new Map<string, Change>();
  const reach = (change: Change): void =>
    void sent.set(positionKey(change.cluster, change.resource), positionOf(change));
  return {
    reach,
    hear: (change) => void heard.set(positionKey(change.cluster, change.resource), change),
    catchUp() {
      for (const change of heard.values()) reach(change);
      heard.clear();
    },
    set(positions) {
      sent.clear();
      for (const [key, position] of positions) sent.set(key, position);
    },
    cursor: () => formatStreamCursor(selection.filterHash, sent),
  };
}

function nextChange(queue: ChangeQueue, progress: Progress): ChangeMessage | undefined {
  const item = queue.shift();
  if (item === undefined) return undefined;
  progress.reach(item.since);
  if (queue.size === 0) progress.catchUp();
  return toMessage(item, progress.cursor());
}

function overflow(maxPending: number, cursor: string | null): ApiError {
  return new ApiError(
    "SUBSCRIPTION_OVERFLOW",
    `The receiver is too slow: more than ${maxPending} changed objects wait for it. Subscribe again with after: extensions.cursor.`,
    { cursor, retryable: true },
  );
}
