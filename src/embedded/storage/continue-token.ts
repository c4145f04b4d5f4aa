import { badRequest } from "../status-error.ts";
import { isJsonObject } from "../json-value.ts";

/** Where a paged list goes on: after `start`, in the snapshot of `revision`; -1 is "whatever is there now". */
export interface ContinueToken {
  readonly revision: number;
  /** Path of the last object sent. */
  readonly after: string;
}

/** Opaque to clients; the fields are those of the real server's token. */
export function formatContinueToken({ revision, after }: ContinueToken): string {
  const token = { v: "meta.k8s.io/v1", rv: revision, start: `${after}\0` };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

/** Throws 400 where the token is none of ours. */
export function parseContinueToken(text: string): ContinueToken {
  const refuse = (why: string): never => {
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
  };
  let token: unknown;
  try {
    token = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return refuse("not an encoded token");
  }
  if (!isJsonObject(token) || token["v"] !== "meta.k8s.io/v1") return refuse("incorrect version");
  const { rv, start } = token;
  if (typeof rv !== "number" || !Number.isSafeInteger(rv) || typeof start !== "string") return refuse("incomplete");
  return { revision: rv, after: start.replace(/\0$/, "") };
}
