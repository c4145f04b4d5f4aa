import { ApiError } from "../kube/api-error.ts";

/** BAD_USER_INPUT: which argument, by path ("where.node.phase.in"), and what it must be. */
export function badInput(path: string, expectation: string): ApiError {
  return new ApiError("BAD_USER_INPUT", `Argument ${path} ${expectation}.`);
}

/** How a value prints in a message: JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
