import { ApiError } from "../../kube/api-error.ts";

export interface LimitExcess {
  /** A member of Limits. */
  readonly name: string;
  readonly maximum: number;
  /** What was found; a lower bound where counting stopped early. */
  readonly found: number;
  /** What is over the limit, and where: "pods.nodes.events returns". */
  readonly what: string;
}

/** LIMIT_EXCEEDED, naming what, how much and how much is allowed. */
export function createLimitError({ name, maximum, found, what }: LimitExcess): ApiError {
  const figures = `${found.toLocaleString("en")}, more than the ${maximum.toLocaleString("en")} allowed`;
  return new ApiError("LIMIT_EXCEEDED", `${what}: ${figures} (limit "${name}"). Ask for less.`, {
    limit: { name, maximum, found },
    retryable: false,
  });
}
