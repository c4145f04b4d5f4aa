import { ApiError } from "../kube/api-error.ts";
import type { UserIdentity } from "../kube/identity.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { createExpiredError } from "./expired-error.ts";
import type { TokenVerdict } from "./token-verdict.ts";

/** Somebody with an open connection. */
export interface TokenFollower {
  /** What stands for the token. */
  readonly key: string;
  readonly token: string;
  readonly identity: UserIdentity;
  /** Called once, and never after the undo. */
  readonly onEnd: (error: ApiError) => void;
}

/** Watches over the tokens of open connections; equal tokens are one. */
export interface TokenFollowers {
  follow(follower: TokenFollower): () => void;
  /** What has been found out about a token, by whomever. */
  tell(key: string, verdict: TokenVerdict): void;
  close(): void;
}

export interface TokenFollowersOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly recheckMs: number;
  /** Asks the realms now; what comes of it is told by `tell`. Never rejects. */
  readonly review: (key: string, token: string) => Promise<unknown>;
}

/** For how long a connection stays open while its realm cannot be asked: as long as what is known of its rights counts (T07). */
const unconfirmedMs = 3_600_000;

interface Followed {
  readonly token: string;
  readonly identity: UserIdentity;
  readonly listeners: Set<(error: ApiError) => void>;
  confirmedAtMs: number;
  cancel: () => void;
}

export function createTokenFollowers({ clock, random, recheckMs, review }: TokenFollowersOptions): TokenFollowers {
  // One entry for each token and whom it stood for when its connection was opened.
  const followed = new Map<string, Followed[]>();

  const drop = (key: string, entry: Followed): void => {
    entry.cancel();
    const left = (followed.get(key) ?? []).filter((other) => other !== entry);
    if (left.length === 0) followed.delete(key);
    else followed.set(key, left);
  };

  const end = (key: string, entry: Followed, error: ApiError): void => {
    drop(key, entry);
    for (const listener of entry.listeners) listener(error);
    entry.listeners.clear();
  };

  const schedule = (key: string, entry: Followed): void => {
    const { expiresAtMs = Infinity } = entry.identity;
    // Not all at once, where many were opened at once.
    const nextMs = Math.min(recheckMs * (0.8 + 0.2 * random()), Math.max(0, expiresAtMs - clock.now()));
    entry.cancel = clock.setTimer(() => {
      if (clock.now() >= expiresAtMs) return end(key, entry, createExpiredError(expiresAtMs));
      void review(key, entry.token).then(() => {
        if (entry.listeners.size > 0) schedule(key, entry);
      });
    }, nextMs);
  };

  return {
    follow({ key, token, identity, onEnd }) {
      const entries = followed.get(key) ?? [];
      let entry = entries.find((other) => isSame(other.identity, identity));
      if (entry === undefined) {
        entry = { token, identity, listeners: new Set(), confirmedAtMs: clock.monotonic(), cancel() {} };
        followed.set(key, [...entries, entry]);
        schedule(key, entry);
      }
      const joined = entry;
      // A function of its own, since one may follow twice.
      const listener = (error: ApiError): void => onEnd(error);
      joined.listeners.add(listener);
      return () => {
        if (joined.listeners.delete(listener) && joined.listeners.size === 0) drop(key, joined);
      };
    },
    tell(key, verdict) {
      for (const entry of followed.get(key) ?? []) {
        const error = toEnd(verdict, entry, clock.monotonic());
        if (error !== undefined) end(key, entry, error);
        else if (verdict.type === "vouched") entry.confirmedAtMs = clock.monotonic();
      }
    },
    close() {
      for (const entries of followed.values()) {
        for (const { cancel, listeners } of entries) {
          cancel();
          listeners.clear();
        }
      }
      followed.clear();
    },
  };
}

/** Whether a connection ends by a verdict on its token, and how. */
function toEnd(verdict: TokenVerdict, { identity, confirmedAtMs }: Followed, nowMs: number): ApiError | undefined {
  switch (verdict.type) {
    case "vouched":
      if (isSame(verdict.identity, identity)) return undefined;
      return new ApiError(
        "UNAUTHENTICATED",
        "The token stands for somebody else, or for other groups, by now. Connect again.",
      );
    case "refused":
    case "disputed":
      return new ApiError(
        "UNAUTHENTICATED",
        "Nobody vouches for the token any more. Connect again with one that is valid.",
      );
    default:
      if (nowMs - confirmedAtMs < unconfirmedMs) return undefined;
      return new ApiError(
        "AUTHZ_UNAVAILABLE",
        "The cluster that vouched for the token has not answered for an hour. Connect again.",
      );
  }
}

function isSame(one: UserIdentity, other: UserIdentity): boolean {
  const keyOf = ({ realm, username, groups }: UserIdentity): string =>
    JSON.stringify([realm, username, groups.toSorted()]);
  return one === other || keyOf(one) === keyOf(other);
}
