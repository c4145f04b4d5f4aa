import type { Clock } from "../lib/clock.ts";
import type { TokenClaims } from "./token-claims.ts";

/**
 * Which realm has vouched for tokens of an issuer and key before. A token is shown to that realm first, so that it goes to no other cluster while
 * its own answers (T20). Only a guess about whom to ask: what a token says of itself is never believed.
 */
export interface IssuerHints {
  /** undefined: nobody has vouched for such a token, or several have. */
  find(claims: TokenClaims): string | undefined;
  note(claims: TokenClaims, realm: string): void;
}

/** A key that moved to another cluster is found again after this. */
const hintMs = 600_000;
const maxHints = 1_000;

interface Hint {
  /** undefined: of several, which share a key; each token must be shown to all of them. */
  readonly realm: string | undefined;
  readonly notedAtMs: number;
}

export function createIssuerHints(clock: Pick<Clock, "monotonic">): IssuerHints {
  const hints = new Map<string, Hint>();
  const current = (key: string): Hint | undefined => {
    const hint = hints.get(key);
    return hint === undefined || clock.monotonic() - hint.notedAtMs > hintMs ? undefined : hint;
  };
  return {
    find(claims) {
      const key = keyOf(claims);
      return key === undefined ? undefined : current(key)?.realm;
    },
    note(claims, realm) {
      const key = keyOf(claims);
      if (key === undefined) return;
      const known = current(key);
      // That a key is shared is forgotten in time, and found out again.
      if (known !== undefined && known.realm === undefined) return;
      const shared = known !== undefined && known.realm !== realm;
      hints.delete(key);
      const [oldest] = hints.keys();
      if (hints.size >= maxHints && oldest !== undefined) hints.delete(oldest);
      hints.set(key, { realm: shared ? undefined : realm, notedAtMs: clock.monotonic() });
    },
  };
}

/** Clusters share issuers, since they have the same default: without a key there is nothing to tell them apart. */
function keyOf({ issuer, keyId }: TokenClaims): string | undefined {
  return issuer === undefined || keyId === undefined ? undefined : JSON.stringify([issuer, keyId]);
}
