import { createPullStream } from "../../lib/pull-stream.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { CacheEvent, FleetCache } from "../../cache/fleet-cache.ts";
import type { ChangeMessage } from "../request-context.ts";
import { ChangeFeed } from "./change-feed.ts";
import type { ChangeFeedOptions } from "./change-feed.ts";
import { parseStreamCursor } from "./stream-cursor.ts";
import { createPrelude } from "./stream-prelude.ts";
import type { PreludeOptions } from "./stream-prelude.ts";
import type { StreamRights } from "./stream-rights.ts";
import type { StreamSelection } from "./stream-selection.ts";

export interface ChangeStreamOptions extends ChangeFeedOptions, PreludeOptions {
  readonly cache: Pick<FleetCache, "snapshot" | "subscribe" | "log">;
  /** Under the rights as they are now. */
  readonly select: () => StreamSelection;
  /** Tells when `select` gives something else; closed with the stream. */
  readonly rights: Pick<StreamRights, "onChange" | "close">;
  readonly signal: AbortSignal;
  /** A cursor to resume after. */
  readonly after?: string | null;
}

/**
 * One receiver's stream of changes (DESIGN 6): replay or snapshot, SYNCED, then what happens, at the receiver's pace. No change of the
 * selection is lost between snapshot and stream: both are taken in one tick. What waits is merged by object and bounded; over it the stream
 * ends with SUBSCRIPTION_OVERFLOW and the cursor of the last message. When a cluster leaves or a resource is let go the stream starts over
 * with RESYNC. When the receiver's rights change it is told what it gained and lost. Throws ApiError CURSOR_INVALID at once for a bad cursor.
 */
export function createChangeStream(options: ChangeStreamOptions): PullStream<ChangeMessage> {
  const { cache, signal, after, rights, select } = options;
  const selection = select();
  const resume = after === undefined || after === null ? undefined : parseStreamCursor(after, selection.filterHash);
  const feed = new ChangeFeed(options, selection);
  feed.begin(createPrelude(feed, options, resume));

  const stream = createPullStream<ChangeMessage>({
    signal,
    onClose() {
      unsubscribe();
      rights.close();
    },
    produce: () => feed.next(),
  });
  const hear = (event: CacheEvent): void => {
    try {
      feed.hear(event);
    } catch (error) {
      return stream.fail(error);
    }
    stream.wake();
  };
  const unsubscribe = cache.subscribe(hear);
  rights.onChange(() => {
    feed.reselect(select());
    stream.wake();
  });
  if (signal.aborted) unsubscribe();
  return stream;
}
