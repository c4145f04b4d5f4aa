import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { TokenVerdict } from "./token-verdict.ts";

/** What was found out about a token. */
export interface KnownVerdict {
  readonly verdict: TokenVerdict;
  /** clock.monotonic() when it was asked for. */
  readonly askedAtMs: number;
  /** The same of the last try since then to which no realm gave an answer. */
  readonly triedAtMs?: number;
}

/**
 * Verdicts by token. The tokens themselves are not kept: what stands for one is a hash under a key that lives and dies with the process, of which
 * nothing can be told without it. Those that were vouched for and the others do not push each other out.
 */
export interface TokenCache {
  /** What stands for a token. */
  keyOf(token: string): string;
  /** The last verdict while it counts; undefined: ask. */
  find(key: string): KnownVerdict | undefined;
  /** Whether somebody vouched for it the last time, however long ago. */
  isKnown(key: string): boolean;
  set(key: string, known: KnownVerdict): void;
}

export interface TokenCacheOptions {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** For how long a yes counts, and anything else. */
  readonly cacheMs: number;
  readonly refusedMs: number;
}

/** Verdicts kept of each sort: some 5 MB together. */
const maxKept = 10_000;
/** A cluster that could not be asked is asked again soon; not by each of a burst. */
export const unavailableMs = 1_000;

export function createTokenCache({ clock, cacheMs, refusedMs }: TokenCacheOptions): TokenCache {
  // Before the token, and of one length: nobody sees the hashes, so that nothing can be made of one by going on with it, as HMAC would forbid.
  const secret = randomBytes(32).toString("hex");
  const vouched = new Map<string, KnownVerdict>();
  const others = new Map<string, KnownVerdict>();

  const counts = ({ verdict, askedAtMs }: KnownVerdict): boolean => {
    const ageMs = clock.monotonic() - askedAtMs;
    if (verdict.type === "vouched") {
      const { expiresAtMs } = verdict.identity;
      return ageMs < cacheMs && (expiresAtMs === undefined || clock.now() < expiresAtMs);
    }
    const isFinal = verdict.type === "refused" || verdict.type === "disputed";
    return ageMs < (isFinal ? refusedMs : Math.min(refusedMs, unavailableMs));
  };

  return {
    keyOf: (token) => hash("sha256", secret + token, "base64"),
    find(key) {
      const known = others.get(key) ?? vouched.get(key);
      return known !== undefined && counts(known) ? known : undefined;
    },
    isKnown: (key) => vouched.has(key),
    set(key, known) {
      const { type } = known.verdict;
      others.delete(key);
      // That a realm cannot be asked now takes nothing back, for as long as the last yes counts.
      if (type === "unavailable" || type === "busy") {
        const last = vouched.get(key);
        if (last === undefined || !counts(last)) keep(others, key, known);
        else vouched.set(key, { ...last, triedAtMs: known.askedAtMs });
        return;
      }
      vouched.delete(key);
      keep(type === "vouched" ? vouched : others, key, known);
    },
  };
}

/** As the newest; the oldest goes where there are too many. */
function keep(map: Map<string, KnownVerdict>, key: string, known: KnownVerdict): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= maxKept && oldest !== undefined) map.delete(oldest);
  map.set(key, known);
}
