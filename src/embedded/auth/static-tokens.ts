import type { Clock } from "../../lib/clock.ts";
import { withAuthenticatedGroup } from "../../kube/rbac/implied-groups.ts";
import type { UserInfo } from "./user-info.ts";

/** A bearer token the cluster knows from the start, as a line of kube-apiserver's `--token-auth-file`. */
export interface StaticToken {
  readonly token: string;
  readonly username: string;
  readonly uid?: string;
  /** Besides system:authenticated, which is added. */
  readonly groups?: readonly string[];
  /** From then on it is none any more, ms since the epoch; unset = never. A TokenReview does not say it. */
  readonly expiresAtMs?: number;
}

/** The static tokens of a cluster; they may come and go while it runs. */
export interface StaticTokens {
  /** Replaces the one with the same text. */
  add(token: StaticToken): void;
  /** By its text. */
  remove(token: string): void;
  /** Whose it is now; undefined for one that is unknown or has expired. */
  find(token: string): UserInfo | undefined;
}

export function createStaticTokens(initial: readonly StaticToken[], clock: Clock): StaticTokens {
  const byText = new Map(initial.map((token) => [token.token, token]));
  return {
    add: (token) => void byText.set(token.token, token),
    remove: (token) => void byText.delete(token),
    find(text) {
      const found = byText.get(text);
      if (found === undefined || (found.expiresAtMs !== undefined && clock.now() >= found.expiresAtMs))
        return undefined;
      const { username, uid, groups = [] } = found;
      return { username, ...(uid === undefined ? {} : { uid }), groups: withAuthenticatedGroup(username, groups) };
    },
  };
}
