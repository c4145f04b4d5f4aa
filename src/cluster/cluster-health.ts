import type { Health } from "../kube/rows/row.ts";
import type { EndpointStatus } from "./cluster.ts";

/**
 * Health of a cluster from its endpoints': UP where all are, DOWN where none answers, DEGRADED in between; those not probed yet are left
 * out until nothing else is known. `since` is the caller's to fill in.
 */
export function toClusterHealth(endpoints: readonly EndpointStatus[]): Omit<Health, "since"> {
  const probed = endpoints.filter(({ health }) => health.state !== "UNKNOWN");
  const bad = probed.filter(({ health }) => health.state !== "UP");
  if (probed.length === 0) return { state: "UNKNOWN", reason: "NotProbed", message: null };
  if (bad.length === 0) return { state: "UP", reason: null, message: null };
  const isDown = bad.every(({ health }) => health.state === "DOWN") && bad.length === probed.length;
  if (isDown && probed.length < endpoints.length) return { state: "UNKNOWN", reason: "NotProbed", message: null };
  const reasons = new Set(bad.map(({ health }) => health.reason));
  return {
    state: isDown ? "DOWN" : "DEGRADED",
    reason: reasons.size === 1 ? (bad[0]?.health.reason ?? null) : "EndpointsDown",
    message: bad.map(({ url, health }) => `${url}: ${health.message ?? health.reason ?? health.state}`).join("; "),
  };
}
