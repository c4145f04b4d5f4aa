import type { TokenAuthenticator } from "./auth/authenticator.ts";
import type { FleetCache } from "./cache/fleet-cache.ts";
import type { ClusterRegistry } from "./cluster/cluster.ts";
import type { AuditTrail } from "./loaders/audit-trail.ts";
import type { MetricSource } from "./server/metrics.ts";

export interface FleetMetricsOptions {
  readonly registry: ClusterRegistry;
  readonly cache: FleetCache;
  readonly audit: Pick<AuditTrail, "metrics">;
  /** Unset in auth.mode none. */
  readonly authenticator?: Pick<TokenAuthenticator, "counts"> | undefined;
}

const healthStates = ["UP", "DEGRADED", "DOWN", "UNKNOWN"] as const;
const syncStates = ["FRESH", "STALE", "SYNCING", "UNREACHABLE", "FORBIDDEN"] as const;

/** What /metrics tells of clusters and cache. States are one series each with value 0 or 1, as kube-state-metrics has them. */
export function fleetMetrics({ registry, cache, audit, authenticator }: FleetMetricsOptions): readonly MetricSource[] {
  const perResource = (
    name: string,
    help: string,
    value: (resource: ReturnType<FleetCache["metrics"]>["resources"][number]) => number,
  ): MetricSource => ({
    name,
    help,
    type: name.endsWith("_total") ? "counter" : "gauge",
    labelNames: ["cluster", "resource"],
    collect: () =>
      cache.metrics().resources.map((resource) => ({
        labels: { cluster: resource.cluster, resource: resource.resource },
        value: value(resource),
      })),
  });
  return [
    {
      name: "fleetgraph_cluster_health",
      help: "1 for the state each cluster is in.",
      labelNames: ["cluster", "state"],
      collect: () =>
        registry.list().flatMap(({ name, status }) =>
          healthStates.map((state) => ({
            labels: { cluster: name, state },
            value: status.health.state === state ? 1 : 0,
          })),
        ),
    },
    {
      name: "fleetgraph_cache_state",
      help: "1 for the state each cached resource is in.",
      labelNames: ["cluster", "resource", "state"],
      collect: () =>
        cache
          .metrics()
          .resources.flatMap(({ cluster, resource, state }) =>
            syncStates.map((one) => ({ labels: { cluster, resource, state: one }, value: state === one ? 1 : 0 })),
          ),
    },
    perResource("fleetgraph_cache_objects", "Objects held.", ({ rows }) => rows),
    perResource("fleetgraph_cache_skipped_objects", "Malformed objects left out.", ({ skipped }) => skipped),
    perResource("fleetgraph_cache_lists_total", "Lists begun since the start.", ({ lists }) => lists),
    perResource("fleetgraph_cache_watches_total", "Watches opened since the start.", ({ watches }) => watches),
    perResource(
      "fleetgraph_cache_failures_total",
      "Lists and watches that failed since the start.",
      ({ failures }) => failures,
    ),
    {
      name: "fleetgraph_token_reviews_total",
      help: "Bearer tokens shown to clusters since the start: whether they vouched, could not be asked (unknown), or were spared (busy).",
      type: "counter",
      labelNames: ["cluster", "result"],
      collect: () =>
        (authenticator?.counts() ?? []).flatMap(([cluster, counts]) =>
          Object.entries(counts).map(([result, value]) => ({ labels: { cluster, result }, value })),
        ),
    },
    {
      name: "fleetgraph_audit_events_total",
      help: "Events about mutations since the start, by whether the cluster took them.",
      type: "counter",
      labelNames: ["result"],
      collect() {
        const { eventsWritten, eventsFailed } = audit.metrics();
        return [
          { labels: { result: "written" }, value: eventsWritten },
          { labels: { result: "failed" }, value: eventsFailed },
        ];
      },
    },
    {
      name: "fleetgraph_cache_disk_failing",
      help: "1 while the disk cannot be written; reads are served from memory.",
      labelNames: [],
      collect: () => [{ labels: {}, value: cache.metrics().diskError === null ? 0 : 1 }],
    },
  ];
}
