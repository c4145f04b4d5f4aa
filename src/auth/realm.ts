import type { Cluster } from "../cluster/cluster.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createSharedAbort } from "../lib/shared-abort.ts";
import { within } from "../lib/within.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { createFailureBudget } from "./failure-budget.ts";
import { createSemaphore } from "./semaphore.ts";
import type { Semaphore } from "./semaphore.ts";
import { reviewToken } from "./token-review.ts";
import type { VouchedUser } from "./token-review.ts";

/** What a realm says of a token. `unknown`: it could not be asked, or said nothing that can be believed. `busy`: too many are asked about. */
export type RealmAnswer =
  { readonly type: "yes"; readonly user: VouchedUser } | { readonly type: "no" | "unknown" | "busy" };

/**
 * - `known`: somebody vouched for it before;
 * - `stranger`: nobody has: whoever makes up tokens has these places alone, so that everybody else's are asked about as ever.
 */
export type TokenLane = "known" | "stranger";

/** `unknown`: the cluster does not tell its keys, or cannot be asked. */
export type KeyAnswer = "yes" | "no" | "unknown";

/** Reviews since the start, by what came of them. */
export type ReviewCounts = Readonly<Record<RealmAnswer["type"], number>>;

/** A cluster that may vouch for tokens. */
export interface Realm {
  readonly counts: ReviewCounts;
  /** Whether the cluster signs its ServiceAccounts' tokens with this key. Never rejects; answers within a second. */
  signsWith(keyId: string): Promise<KeyAnswer>;
  /** Never rejects; answers within `reviewMs` of its turn. */
  review(token: string, lane: TokenLane): Promise<RealmAnswer>;
  close(): void;
}

export interface RealmOptions {
  readonly cluster: Cluster;
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long one review may take; then the cluster counts as one that cannot be asked. */
const reviewMs = 3_000;
/** Reviews at a time, and how many more may wait for their turn. */
const places: Readonly<Record<TokenLane, { readonly running: number; readonly waiting: number }>> = {
  known: { running: 16, waiting: 10_000 },
  stranger: { running: 8, waiting: 256 },
};
/** Strangers' tokens that come to nothing: whoever makes up another with each request costs a cluster no more. Good ones cost nothing of it. */
const failures = { perSecond: 100, burst: 500 };
/** How often it is said that a cluster does not answer. */
const warnMs = 60_000;

export function createRealm({ cluster, audiences, clock, logger }: RealmOptions): Realm {
  const lanes = { known: createLane("known"), stranger: createLane("stranger") };
  const budget = createFailureBudget(failures, clock);
  const counts = { yes: 0, no: 0, unknown: 0, busy: 0 };
  const closing = createSharedAbort();
  let warnedAtMs = -Infinity;

  const ask = async (token: string): Promise<RealmAnswer> => {
    try {
      const signals = [closing.signal, cluster.signal];
      const user = await within({ clock, ms: reviewMs, signals }, (signal) =>
        reviewToken(token, { cluster, audiences, signal }),
      );
      return user === undefined ? { type: "no" } : { type: "yes", user };
    } catch (error) {
      warn(error);
      return { type: "unknown" };
    }
  };

  const warn = (error: unknown): void => {
    if (closing.signal.aborted || cluster.signal.aborted || clock.monotonic() - warnedAtMs < warnMs) return;
    warnedAtMs = clock.monotonic();
    const isDenied = isKubeError(error, "Forbidden", "Unauthorized");
    const hint = isDenied
      ? "fleetgraph needs the right to create tokenreviews.authentication.k8s.io there; auth.realms leaves a cluster out"
      : undefined;
    logger.warn("a cluster does not say whose tokens it is shown", { cluster: cluster.name, error, hint });
  };

  return {
    counts,
    signsWith: createSigningKeys({ cluster, clock, closing: closing.signal }),
    async review(token, lane) {
      const isStranger = lane === "stranger";
      const answer: RealmAnswer =
        isStranger && !budget.isLeft() ? { type: "busy" } : await lanes[lane](() => ask(token));
      counts[answer.type] += 1;
      if (isStranger && answer.type !== "yes" && answer.type !== "busy") budget.spend();
      return answer;
    },
    close: () => closing.abort(new Error("the realm is closed")),
  };
}

/** Runs what it is given in turn, or answers "busy" where too much waits already. */
function createLane(lane: TokenLane): (work: () => Promise<RealmAnswer>) => Promise<RealmAnswer> {
  const { running, waiting } = places[lane];
  const limit: Semaphore = createSemaphore(running);
  let inside = 0;
  return async (work) => {
    if (inside >= running + waiting) return { type: "busy" };
    inside += 1;
    try {
      return await limit(work);
    } finally {
      inside -= 1;
    }
  };
}
