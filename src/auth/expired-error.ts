import { ApiError } from "../kube/api-error.ts";

/** What ends streams, and what the next request is told. */
export function createExpiredError(expiresAtMs: number): ApiError {
  const at = new Date(expiresAtMs).toISOString();
  return new ApiError("TOKEN_EXPIRED", `The token expired at ${at}. Get a new one; a stream resumes by its cursor.`);
}
