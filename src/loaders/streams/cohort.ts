import type { CacheEvent, FleetCache } from "../../cache/fleet-cache.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Audience, Receiver } from "../../lib/shared-stream.ts";
import type { ChangeMessage } from "../request-context.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { StreamRecipe } from "./change-stream.ts";

/** A stream that goes with the others as long as nothing waits for it. */
export interface CohortMember {
  readonly receiver: Receiver<ChangeMessage>;
  readonly recipe: StreamRecipe;
  /** It is no member any more, and goes on alone with what this feed has for it. */
  goAlone(feed: ChangeFeed): void;
  /** It is no member any more, and over. */
  fail(error: unknown): void;
}

/** Where it is a member. */
export interface Membership {
  readonly state: "together";
  /** That of one of its members; all have equal ones, so that one is enough. */
  readonly recipe: StreamRecipe;
  /** What a stream that leaves now goes on with. */
  fork(): ChangeFeed;
  leave(receiver: Receiver<ChangeMessage>): void;
}

/**
 * Streams of one selection under equal rights that are in step are served together: one of them listens to the cache, each change is looked at once,
 * made a message once, and given to each audience once.
 */
export interface Cohorts {
  /**
   * To be called outside of events of the cache, by a stream that is in step; its `feed` may be taken over. undefined: the others are not in step
   * just now. `rights`: equal ones see the same of everything.
   */
  join(feed: ChangeFeed, rights: string, member: CohortMember): Membership | undefined;
}

export interface CohortOptions {
  readonly cache: Pick<FleetCache, "subscribe">;
  readonly clock: Clock;
}

/** How long one cohort may go on without giving the rest of the process a turn. */
const sliceMs = 5;

export function createCohorts(options: CohortOptions): Cohorts {
  const cohorts = new Map<string, Cohort>();
  return {
    join(feed, rights, member) {
      // Equal filters are one only for the same stream, which the hash names.
      const key = `${feed.selection.filterHash} ${rights}`;
      let cohort = cohorts.get(key);
      if (cohort === undefined) {
        cohort = new Cohort(options, feed, rights, member.recipe, () => cohorts.delete(key));
        cohorts.set(key, cohort);
      }
      return cohort.join(member);
    },
  };
}

class Cohort implements Membership {
  readonly state = "together";
  readonly recipe: StreamRecipe;
  readonly #clock: Clock;
  readonly #feed: ChangeFeed;
  readonly #rights: string;
  readonly #onEmpty: () => void;
  readonly #unsubscribe: () => void;
  readonly #audiences = new Map<Audience<ChangeMessage>, Map<Receiver<ChangeMessage>, CohortMember>>();
  #isPumping = false;
  /** It begins to pump when everything has been told. */
  #isToldSoon = false;
  #isClosed = false;

  constructor(
    { cache, clock }: CohortOptions,
    feed: ChangeFeed,
    rights: string,
    recipe: StreamRecipe,
    onEmpty: () => void,
  ) {
    this.recipe = recipe;
    this.#clock = clock;
    this.#feed = feed;
    this.#rights = rights;
    this.#onEmpty = onEmpty;
    this.#unsubscribe = cache.subscribe(
      (event) => this.#hear(event),
      () => this.#told(),
    );
  }

  join(member: CohortMember): Membership | undefined {
    if (this.#isPumping || !this.#feed.isInStep) return undefined;
    const { receiver } = member;
    const { audience } = receiver;
    const members = this.#audiences.get(audience) ?? new Map<Receiver<ChangeMessage>, CohortMember>();
    this.#audiences.set(audience, members);
    members.set(receiver, member);
    return this;
  }

  fork(): ChangeFeed {
    return this.#feed.fork();
  }

  leave(receiver: Receiver<ChangeMessage>): void {
    const members = this.#audiences.get(receiver.audience);
    members?.delete(receiver);
    if (members?.size === 0) this.#audiences.delete(receiver.audience);
    if (this.#audiences.size === 0) this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#onEmpty();
  }

  #hear(event: CacheEvent): void {
    try {
      this.#feed.hear(event);
    } catch (error) {
      const members = [...this.#audiences.values()].flatMap((audience) => [...audience.values()]);
      this.#audiences.clear();
      this.#close();
      for (const member of members) member.fail(error);
      return;
    }
    if (this.#isPumping || this.#feed.isInStep) return;
    this.#isPumping = true;
    this.#isToldSoon = true;
    // Where the cache does not say when it has told all.
    queueMicrotask(() => this.#told());
  }

  /** All that the cache has to tell just now has been heard, by whoever leaves here too. */
  #told(): void {
    if (!this.#isToldSoon) return;
    this.#isToldSoon = false;
    this.#pump();
  }

  #pump(): void {
    const startedMs = this.#clock.monotonic();
    while (!this.#isClosed) {
      const message = this.#feed.next();
      if (message === undefined) break;
      for (const [audience, members] of this.#audiences) this.#deliver(message, audience, members);
      if (this.#clock.monotonic() - startedMs > sliceMs) return void setImmediate(() => this.#pump());
    }
    this.#isPumping = false;
  }

  #deliver(
    message: ChangeMessage,
    audience: Audience<ChangeMessage>,
    members: Map<Receiver<ChangeMessage>, CohortMember>,
  ): void {
    const lagging = audience.deliver(message, members, this.#rights);
    const isRefused = lagging === "refused";
    for (const receiver of isRefused ? [...members.keys()] : lagging) {
      const member = members.get(receiver);
      this.leave(receiver);
      member?.goAlone(this.#feed.fork(isRefused ? message : undefined));
    }
  }
}
