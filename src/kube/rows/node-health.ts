import { findCondition } from "./conditions.ts";
import type { Condition } from "./conditions.ts";
import type { Health } from "./row.ts";

/** The conditions the kubelet and the network set to "True" where something is wrong; others mean what their makers say, so they do not count. */
const pressures = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

/** Health of a node: what its Ready says, then whether it is under pressure. A cordoned node is as healthy as before. */
export function toNodeHealth(conditions: readonly Condition[]): Health {
  const ready = findCondition(conditions, "Ready");
  if (ready === undefined) {
    return { state: "UNKNOWN", reason: "NeverReported", message: "its kubelet has not reported yet", since: null };
  }
  if (ready.status === "False") return toHealth("DOWN", ready, ready.reason ?? "NotReady");
  if (ready.status !== "True") return toHealth("UNKNOWN", ready, ready.reason ?? "NodeStatusUnknown");
  for (const type of pressures) {
    const pressure = findCondition(conditions, type);
    if (pressure?.status === "True") return toHealth("DEGRADED", pressure, type);
  }
  return { state: "UP", reason: null, message: null, since: ready.lastTransitionTime };
}

function toHealth(state: Health["state"], { message, lastTransitionTime }: Condition, reason: string): Health {
  return { state, reason, message, since: lastTransitionTime };
}
