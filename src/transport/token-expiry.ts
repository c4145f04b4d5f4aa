/**
 * When the JWT in an `Authorization` header expires, in milliseconds since the epoch; undefined for any other token. Nothing is
 * verified: this is our own token, and the time is only a hint when to fetch the next.
 */
export function toTokenExpiry(authorization: string | undefined): number | undefined {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]*$/u.exec(authorization ?? "")?.[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const expiry = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof expiry === "number" ? expiry * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
