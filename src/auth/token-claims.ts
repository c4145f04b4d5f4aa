import { isRecord } from "../kube/read-json.ts";

/** What a JWT says of itself (RFC 7519). Nobody has looked at its signature: good for a guess, and for what its own bearer loses by. */
export interface TokenClaims {
  readonly issuer?: string;
  readonly keyId?: string;
  /** Whether it looks like a ServiceAccount's: then the cluster whose key it names has signed it, or nobody. */
  readonly isServiceAccount: boolean;
  /** `exp`, ms since the epoch. */
  readonly expiresAtMs?: number;
}

/** The last moment a Date can say; a later one would be no time at all. */
const maxTimeMs = 8.64e15;

/** The claims of a token; nothing where it is no JWT. Never throws. */
export function readTokenClaims(token: string): TokenClaims {
  const [head, payload, signature, ...rest] = token.split(".");
  if (signature === undefined || rest.length > 0) return { isServiceAccount: false };
  const [header, claims] = [decode(head), decode(payload)];
  if (header === undefined || claims === undefined) return { isServiceAccount: false };
  const { iss, exp } = claims;
  const expiresAtMs = typeof exp === "number" ? Math.floor(exp * 1000) : NaN;
  return {
    ...(typeof iss === "string" && iss !== "" ? { issuer: iss } : {}),
    ...(typeof header["kid"] === "string" && header["kid"] !== "" ? { keyId: header["kid"] } : {}),
    isServiceAccount:
      isRecord(claims["kubernetes.io"]) || typeof claims["kubernetes.io/serviceaccount/namespace"] === "string",
    ...(Math.abs(expiresAtMs) <= maxTimeMs ? { expiresAtMs } : {}),
  };
}

function decode(part = ""): Readonly<Record<string, unknown>> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
