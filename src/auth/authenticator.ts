import type { ClusterRegistry } from "../cluster/cluster.ts";
import type { AuthConfig } from "../config/config.ts";
import { ApiError } from "../kube/api-error.ts";
import type { UserIdentity } from "../kube/identity.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import type { Waiting } from "./access.ts";
import { createExpiredError } from "./expired-error.ts";
import { createTokenCache, unavailableMs } from "./token-cache.ts";
import type { KnownVerdict, TokenCache } from "./token-cache.ts";
import { readTokenClaims } from "./token-claims.ts";
import type { ReviewCounts } from "./realm.ts";
import { createTokenFollowers } from "./token-followers.ts";
import { createTokenCourt } from "./token-verdict.ts";
import type { TokenVerdict } from "./token-verdict.ts";

/** Who asks: turns a bearer token into somebody a realm vouches for. Fails closed. */
export interface Authenticator {
  /**
   * Whose token it is. Rejects with an ApiError that may be shown: UNAUTHENTICATED where nobody vouches for it, TOKEN_EXPIRED, AUTHZ_UNAVAILABLE
   * where a realm that might vouch cannot be asked, TOO_MANY_REQUESTS; with the signal's reason once it is aborted.
   */
  authenticate(token: string, waiting: Waiting): Promise<UserIdentity>;
  /** Whose token it is, where a cluster has vouched for it and that counts and need not be asked for again; else `authenticate` tells. Never throws. */
  recognize(token: string): UserIdentity | undefined;
  /**
   * Watches over a connection that stays open: `onEnd` is called once, with the error to end it with, when its token expires or nobody vouches for it
   * any more. Keeps the token until it is undone.
   */
  follow(token: string, identity: UserIdentity, onEnd: (error: ApiError) => void): () => void;
}

export interface AuthenticatorOptions {
  readonly registry: ClusterRegistry;
  readonly config: Omit<AuthConfig, "mode">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** An Authenticator with what it holds: verdicts, and reviews that are under way. */
export interface TokenAuthenticator extends Authenticator {
  /** Reviews since the start, by realm and by what came of them. */
  counts(): readonly (readonly [string, ReviewCounts])[];
  close(): void;
}

/** A ServiceAccount's token has some 1,000 characters, one of OIDC with 200 groups some 6,000. */
const maxTokenLength = 8_192;

/**
 * Bearer tokens by TokenReview (DESIGN 11): the cluster that says yes is the realm. A burst of equal tokens is one review; verdicts are kept for seconds
 * (`config`), never past a token's own expiry.
 */
export function createAuthenticator({
  registry,
  config,
  clock,
  random,
  logger,
}: AuthenticatorOptions): TokenAuthenticator {
  const cache: TokenCache = createTokenCache({ clock, ...config });
  const court = createTokenCourt({ registry, ...config, clock, logger });
  const asking = new Map<string, Promise<TokenVerdict>>();
  const followers = createTokenFollowers({
    clock,
    random,
    recheckMs: config.recheckMs,
    review: (key, token) => ask(key, token),
  });

  return {
    authenticate: (token, waiting) => {
      if (token.length > maxTokenLength || !/^[\x21-\x7e]+$/.test(token)) return Promise.reject(createNoTokenError());
      const key = cache.keyOf(token);
      const known = cache.find(key);
      if (known !== undefined) {
        // Asked again ahead of time, so that who comes again and again never waits.
        if (isAgeing(known)) void ask(key, token);
        return Promise.resolve(known.verdict).then(admit);
      }
      const refusal = refuseUnseen(token);
      return refusal === undefined
        ? untilAborted(ask(key, token), waiting.signal).then(admit)
        : Promise.reject(refusal);
    },
    recognize(token) {
      // What is no token at all was never vouched for.
      const known = cache.find(cache.keyOf(token));
      return known?.verdict.type === "vouched" && !isAgeing(known) ? known.verdict.identity : undefined;
    },
    follow: (token, identity, onEnd) => followers.follow({ key: cache.keyOf(token), token, identity, onEnd }),
    counts: () => court.counts(),
    close() {
      followers.close();
      court.close();
    },
  };

  /** Asks the realms, whatever is known; whoever asks meanwhile gets the same answer. Never rejects. */
  function ask(key: string, token: string): Promise<TokenVerdict> {
    let answer = asking.get(key);
    if (answer === undefined) {
      answer = judge(key, token).finally(() => asking.delete(key));
      asking.set(key, answer);
    }
    return answer;
  }

  async function judge(key: string, token: string): Promise<TokenVerdict> {
    const askedAtMs = clock.monotonic();
    const store = (verdict: TokenVerdict): void => {
      cache.set(key, { verdict, askedAtMs });
      followers.tell(key, verdict);
    };
    const verdict = await court.judge(token, cache.isKnown(key) ? "known" : "stranger", () =>
      store({ type: "disputed" }),
    );
    store(verdict);
    return verdict;
  }

  function isAgeing({ verdict, askedAtMs, triedAtMs }: KnownVerdict): boolean {
    if (verdict.type !== "vouched") return false;
    const nowMs = clock.monotonic();
    return triedAtMs === undefined ? nowMs - askedAtMs > config.cacheMs / 2 : nowMs - triedAtMs > unavailableMs;
  }

  /** A token that says of itself that it is over needs no realm to be refused: by that nobody gets in. */
  function refuseUnseen(token: string): ApiError | undefined {
    const { expiresAtMs } = readTokenClaims(token);
    return expiresAtMs !== undefined && clock.now() >= expiresAtMs ? createExpiredError(expiresAtMs) : undefined;
  }

  function admit(verdict: TokenVerdict): UserIdentity {
    if (verdict.type !== "vouched") throw toRefusal(verdict);
    const { expiresAtMs } = verdict.identity;
    if (expiresAtMs !== undefined && clock.now() >= expiresAtMs) throw createExpiredError(expiresAtMs);
    return verdict.identity;
  }
}

/** What a caller is told whose token was not vouched for. */
function toRefusal({ type }: Exclude<TokenVerdict, { readonly type: "vouched" }>): ApiError {
  if (type === "busy") {
    const message = "Too many tokens are being looked at. Repeat in a second.";
    return new ApiError("TOO_MANY_REQUESTS", message, { retryAfterSeconds: 1 });
  }
  if (type !== "unavailable") return createNoTokenError();
  const message =
    "Who asks cannot be found out: a cluster that may vouch for the token does not answer. Repeat in a second.";
  return new ApiError("AUTHZ_UNAVAILABLE", message, { retryAfterSeconds: 1 });
}

function createNoTokenError(): ApiError {
  return new ApiError("UNAUTHENTICATED", "Nobody vouches for this token. Send one that is valid here.");
}
