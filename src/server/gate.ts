import type { Waiting } from "../auth/access.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import { ApiError } from "../kube/api-error.ts";
import { localIdentity } from "../kube/identity.ts";
import type { Identity, UserIdentity } from "../kube/identity.ts";

/** Who is at the other end, for as long as they are believed. */
export interface Session {
  readonly identity: Identity;
  /** Calls `onEnd` once, with what to tell them, when they are not believed any more: their token expired, or is no token any more. Returns the undo. */
  follow(onEnd: (error: ApiError) => void): () => void;
}

/** Where everybody says who they are. */
export interface Gate {
  /** Whether nobody needs to say anything. */
  readonly isOpen: boolean;
  /**
   * By the value of an Authorization header, or of its like in `connection_init`; at once where they are known. Rejects with an ApiError that may be
   * shown, or with the signal's reason once it is aborted.
   */
  enter(authorization: unknown, waiting: Waiting): Session | Promise<Session>;
}

const nothing = (): void => {};
const localSession: Session = { identity: localIdentity, follow: () => nothing };

/** The gate of `auth.mode: none`: everybody is the person at this machine, whatever they say. */
export const openGate: Gate = { isOpen: true, enter: () => localSession };

/** The gate of `auth.mode: token`. */
export function createTokenGate(authenticator: Authenticator): Gate {
  return {
    isOpen: false,
    enter(authorization, waiting) {
      const token = toBearerToken(authorization);
      if (token === undefined) return Promise.reject(createNoTokenError());
      const known = authenticator.recognize(token);
      if (known !== undefined) return new TokenSession(authenticator, token, known);
      return authenticator
        .authenticate(token, waiting)
        .then((identity) => new TokenSession(authenticator, token, identity));
    },
  };
}

class TokenSession implements Session {
  readonly identity: UserIdentity;
  readonly #authenticator: Authenticator;
  readonly #token: string;

  constructor(authenticator: Authenticator, token: string, identity: UserIdentity) {
    this.identity = identity;
    this.#authenticator = authenticator;
    this.#token = token;
  }

  follow(onEnd: (error: ApiError) => void): () => void {
    return this.#authenticator.follow(this.#token, this.identity, onEnd);
  }
}

/** The token of "Bearer …" (RFC 6750 2.1; the scheme's case means nothing, RFC 9110 11.1); undefined where there is none. */
function toBearerToken(authorization: unknown): string | undefined {
  return typeof authorization === "string" ? /^bearer +([^\s]+) *$/i.exec(authorization)?.[1] : undefined;
}

function createNoTokenError(): ApiError {
  const how = 'Send "Authorization: Bearer TOKEN", over WebSocket in the payload of connection_init.';
  return new ApiError("UNAUTHENTICATED", `Nobody asks: there is no token. ${how}`);
}

/** How a 401 says what is missing (RFC 6750 3): nothing more than that where no token came. */
export function toChallenge(authorization: string | undefined): string {
  const error = authorization === undefined ? "" : ', error="invalid_token"';
  return `Bearer realm="fleetgraph"${error}`;
}
