import { PulledStream } from "../../lib/pull-stream.ts";
import { invariant } from "../../lib/invariant.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { Receiver, SharedStream } from "../../lib/shared-stream.ts";
import type { Access } from "../../auth/access.ts";
import type { CacheEvent, FleetCache } from "../../cache/fleet-cache.ts";
import type { ChangeMessage } from "../request-context.ts";
import { ChangeFeed } from "./change-feed.ts";
import type { ChangeFeedOptions } from "./change-feed.ts";
import type { CohortMember, Cohorts, Membership } from "./cohort.ts";
import { parseStreamCursor } from "./stream-cursor.ts";
import { createPrelude } from "./stream-prelude.ts";
import type { PreludeOptions } from "./stream-prelude.ts";
import type { RightsListener, WatchedRights } from "./stream-rights.ts";
import type { StreamSelection } from "./stream-selection.ts";

/** Of what a stream is made and goes on, but for its receiver's rights: equal for streams of equal arguments. */
export interface StreamRecipe extends ChangeFeedOptions {
  readonly cache: Pick<FleetCache, "snapshot" | "subscribe" | "log">;
  /** Of what may be seen under these rights. */
  readonly select: (access: Access) => StreamSelection;
  /** Something of one stream alone hangs on it: no other may use it. */
  readonly isOwn: boolean;
  /** Where a stream with a receiver attached goes while it is in step; unset = it goes alone. */
  readonly cohorts: Cohorts | undefined;
}

export interface ChangeStreamOptions extends Omit<PreludeOptions, "cache"> {
  readonly recipe: StreamRecipe;
  /** Tells when there is something else to be seen; left with the stream. */
  readonly rights: WatchedRights;
  /** Ends the stream; unset = it ends by `return` alone. */
  readonly signal?: AbortSignal | undefined;
  /** A cursor to resume after. */
  readonly after?: string | null | undefined;
}

export type ChangeStream = PullStream<ChangeMessage> & SharedStream<ChangeMessage>;

/**
 * One receiver's stream of changes (DESIGN 6): replay or snapshot, SYNCED, then what happens, at the receiver's pace. No change of the
 * selection is lost between snapshot and stream: both are taken in one tick. What waits is merged by object and bounded; over it the stream
 * ends with SUBSCRIPTION_OVERFLOW and the cursor of the last message. When a cluster leaves or a resource is let go the stream starts over
 * with RESYNC. When the receiver's rights change it is told what it gained and lost. Throws ApiError CURSOR_INVALID at once for a bad cursor.
 */
export function createChangeStream(options: ChangeStreamOptions): ChangeStream {
  return new ReceiverStream(options);
}

/** Where a stream is: alone, with a feed that listens for it, or with the others. */
type Place =
  | { readonly state: "alone"; readonly feed: ChangeFeed; readonly unsubscribe: () => void }
  | Membership
  | { readonly state: "over" };

class ReceiverStream extends PulledStream<ChangeMessage> implements ChangeStream, CohortMember, RightsListener {
  readonly #rights: WatchedRights;
  #recipe: StreamRecipe;
  #place: Place = over;
  #receiver: Receiver<ChangeMessage> | undefined;
  /** Names the rights that the selection is of. */
  #selectedBy = "";
  #isJoining = false;

  constructor({ recipe, rights, signal, after, upstream, snapshot }: ChangeStreamOptions) {
    super(signal);
    this.#recipe = recipe;
    this.#rights = rights;
    rights.follow(this);
    try {
      const selection = this.#select();
      const resume = after === undefined || after === null ? undefined : parseStreamCursor(after, selection.filterHash);
      const feed = new ChangeFeed(recipe, selection);
      const { cache } = recipe;
      feed.begin(createPrelude(feed, { cache, snapshot, ...(upstream === undefined ? {} : { upstream }) }, resume));
      if (signal?.aborted !== true) this.goAlone(feed);
    } catch (error) {
      rights.leave(this);
      throw error;
    }
    this.start();
  }

  attach(receiver: Receiver<ChangeMessage>): void {
    this.#receiver = receiver;
    this.#joinSoon();
  }

  #select(): StreamSelection {
    const { access } = this.#rights;
    this.#selectedBy = access.key;
    return this.#recipe.select(access);
  }

  get receiver(): Receiver<ChangeMessage> {
    invariant(this.#receiver !== undefined, "only a stream with a receiver goes with others");
    return this.#receiver;
  }

  get recipe(): StreamRecipe {
    return this.#recipe;
  }

  goAlone(feed: ChangeFeed): void {
    this.#place = { state: "alone", feed, unsubscribe: this.#recipe.cache.subscribe((event) => this.#hear(feed, event)) }; // prettier-ignore
    this.wake();
  }

  protected override produce(): ChangeMessage | undefined {
    const message = this.#place.state === "alone" ? this.#place.feed.next() : undefined;
    if (message === undefined) this.#joinSoon();
    return message;
  }

  #hear(feed: ChangeFeed, event: CacheEvent): void {
    try {
      feed.hear(event);
    } catch (error) {
      return this.fail(error);
    }
    this.wake();
  }

  onRights(): void {
    const place = this.#place;
    if (place.state === "over") return;
    if (place.state === "together") {
      const feed = place.fork();
      place.leave(this.receiver);
      this.goAlone(feed);
    }
    if (this.#place.state === "alone") this.#place.feed.reselect(this.#select());
    this.wake();
  }

  /** Not at once: the cache may be telling of something just now that only some have heard of. */
  #joinSoon(): void {
    if (this.#receiver === undefined || this.#isJoining || this.#place.state !== "alone") return;
    this.#isJoining = true;
    queueMicrotask(() => {
      this.#isJoining = false;
      this.#join();
    });
  }

  #join(): void {
    const { cohorts, isOwn } = this.#recipe;
    const place = this.#place;
    const receiver = this.#receiver;
    if (place.state !== "alone" || receiver === undefined || !this.isWaiting || !place.feed.isInStep) return;
    if (this.#rights.access.key !== this.#selectedBy || !receiver.isReady()) return;
    const membership = cohorts?.join(place.feed, this.#selectedBy, this);
    if (membership === undefined) return;
    place.unsubscribe();
    this.#place = membership;
    // One for all of them: what this stream was made of is not kept for it.
    if (!isOwn && !membership.recipe.isOwn) this.#recipe = membership.recipe;
  }

  protected override onClose(): void {
    const place = this.#place;
    this.#place = over;
    this.#rights.leave(this);
    if (place.state === "alone") place.unsubscribe();
    else if (place.state === "together") place.leave(this.receiver);
  }
}

const over: Place = { state: "over" };
