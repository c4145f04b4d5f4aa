import type { FailurePlan } from "./failure-plan.ts";
import type { ResourceStore } from "./resource-store.ts";

/** Shows of the rows what may be seen of them after a failure. `isComplete`: whether they are those of a complete list; returns whether they are still. */
export function showFailure(
  store: Pick<ResourceStore, "size" | "letGo" | "setState">,
  { show, reason, error }: FailurePlan,
  isComplete: boolean,
): boolean {
  const hidden = show === "forbidden" ? "FORBIDDEN" : "UNREACHABLE";
  if (show !== "held" && store.size > 0) {
    store.letGo(hidden, reason, error);
    return false;
  }
  const held = isComplete ? "STALE" : store.size > 0 ? "SYNCING" : "UNREACHABLE";
  store.setState(show === "held" ? held : hidden, reason, { error });
  return isComplete;
}
