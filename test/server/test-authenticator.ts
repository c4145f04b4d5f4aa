import type { Authenticator } from "../../src/auth/authenticator.ts";
import { ApiError } from "../../src/kube/api-error.ts";
import type { UserIdentity } from "../../src/kube/identity.ts";

const jane: UserIdentity = { kind: "user", username: "jane", groups: ["team-a"], realm: "home" };
export const expired = new ApiError("TOKEN_EXPIRED", "The token expired.");
const unavailable = new ApiError("AUTHZ_UNAVAILABLE", "Repeat.", { retryAfterSeconds: 1 });

export interface TestAuthenticator {
  readonly authenticator: Authenticator;
  /** Of open connections. */
  readonly listeners: ReadonlySet<(error: ApiError) => void>;
  /** Tokens it was shown. */
  readonly asked: readonly string[];
  /** Believes none of the open connections any more. */
  end(error: ApiError): void;
}

/** Takes `delayMs` over each token. Knows the token "good" for jane's; "expired" and "unavailable" are what they say, all others nobody's. */
export function createTestAuthenticator(delayMs: () => number = () => 0): TestAuthenticator {
  const listeners = new Set<(error: ApiError) => void>();
  const asked: string[] = [];
  const authenticator: Authenticator = {
    async authenticate(token) {
      asked.push(token);
      const ms = delayMs();
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      if (token === "good") return jane;
      if (token === "expired") throw expired;
      if (token === "unavailable") throw unavailable;
      throw new ApiError("UNAUTHENTICATED", "Nobody vouches for this token.");
    },
    // Everybody is looked up.
    recognize: () => undefined,
    follow(_token, _identity, onEnd) {
      const listener = (error: ApiError): void => onEnd(error);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const end = (error: ApiError): void => {
    for (const listener of listeners) if (listeners.delete(listener)) listener(error);
  };
  return { authenticator, listeners, asked, end };
}
