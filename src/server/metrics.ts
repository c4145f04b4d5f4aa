import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram } from "prom-client";
import type { Registry } from "prom-client";
import type { ErrorCode } from "../kube/api-error.ts";

/** One metric of another part: its values are asked for when /metrics is. */
export interface MetricSource {
  /** With prefix and unit by Prometheus' conventions: "fleetgraph_cache_objects". */
  readonly name: string;
  readonly help: string;
  /** A counter only rises, and its name ends in `_total`; unset = gauge. */
  readonly type?: "counter" | "gauge";
  readonly labelNames: readonly string[];
  /** From memory, and cheap. */
  collect(): Iterable<{ readonly labels: Readonly<Record<string, string>>; readonly value: number }>;
}

export type Transport = "http" | "sse" | "websocket";
export type OperationType = "query" | "mutation" | "subscription";

/** What the server counts about itself. Labels are from closed sets: nothing a client sends becomes one. */
export interface Metrics {
  requestDone(request: { readonly route: string; readonly method: string; readonly status: number }): void;
  operationDone(operation: {
    readonly type: OperationType;
    readonly transport: Transport;
    readonly seconds: number;
  }): void;
  subscriptionStarted(transport: Transport): void;
  /** Once for each that started. */
  subscriptionEnded(transport: Transport): void;
  connectionOpened(transport: Transport): void;
  /** Once for each that was opened. */
  connectionClosed(transport: Transport): void;
  errorSent(code: ErrorCode): void;
  eventSent(transport: Transport, count?: number): void;
  /** The text of /metrics. */
  print(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Stops measuring the event loop; the registry keeps its last values. */
  dispose(): void;
}

/** Registers everything under `fleetgraph_`; throws where the registry has one of the names already. */
export function createMetrics(registry: Registry, sources: readonly MetricSource[]): Metrics {
  const registers = [registry];
  const requests = new Counter({
    name: "fleetgraph_http_requests_total",
    help: "HTTP requests answered, upgrades not counted.",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const operations = new Histogram({
    name: "fleetgraph_operation_duration_seconds",
    help: "Time from the request to its answer; of a subscription, to its first readiness.",
    labelNames: ["type", "transport"],
    // From a cached answer (1 ms) to the default operation timeout (30 s).
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const subscriptions = createGauge("fleetgraph_subscriptions_active", "Subscriptions open.");
  const connections = createGauge("fleetgraph_stream_connections_active", "WebSockets and SSE streams open.");
  const errors = new Counter({
    name: "fleetgraph_errors_total",
    help: "Errors sent to clients, by the schema's ErrorCode.",
    labelNames: ["code"],
    registers,
  });
  const events = new Counter({
    name: "fleetgraph_subscription_events_total",
    help: "Events sent to subscribers.",
    labelNames: ["transport"],
    registers,
  });
  for (const source of sources) registerSource(registry, source);
  const loopDelay = watchEventLoop(registry);
  return {
    requestDone: ({ route, method, status }) => requests.inc({ route, method, status: String(status) }),
    operationDone: ({ type, transport, seconds }) => operations.observe({ type, transport }, seconds),
    subscriptionStarted: (transport) => subscriptions.inc({ transport }),
    subscriptionEnded: (transport) => subscriptions.dec({ transport }),
    connectionOpened: (transport) => connections.inc({ transport }),
    connectionClosed: (transport) => connections.dec({ transport }),
    errorSent: (code) => errors.inc({ code }),
    eventSent: (transport, count = 1) => events.inc({ transport }, count),
    print: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    dispose: () => loopDelay.dispose(),
  };

  function createGauge(name: string, help: string): Gauge<"transport"> {
    return new Gauge({ name, help, labelNames: ["transport"], registers });
  }
}

function registerSource(registry: Registry, { name, help, type = "gauge", labelNames, collect }: MetricSource): void {
  const Metric = type === "counter" ? Counter : Gauge;
  const metric: Counter | Gauge = new Metric({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      // Whoever counts is asked for the sum, so what was told before is taken back first.
      metric.reset();
      for (const { labels, value } of collect()) metric.inc(labels, value);
    },
  });
}

/** Delay since the last scrape: how long a timer waits behind whatever blocks the process. */
function watchEventLoop(registry: Registry): { dispose(): void } {
  const resolutionMs = 20;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const gauge: Gauge<"quantile"> = new Gauge({
    name: "fleetgraph_event_loop_delay_seconds",
    help: "Delay of the event loop since the last scrape.",
    labelNames: ["quantile"],
    registers: [registry],
    collect() {
      // What Node.js measures is the whole distance between two ticks of a timer of `resolution`.
      const toSeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000) || 0;
      gauge.set({ quantile: "0.5" }, toSeconds(delay.percentile(50)));
      gauge.set({ quantile: "0.99" }, toSeconds(delay.percentile(99)));
      gauge.set({ quantile: "1" }, toSeconds(delay.max));
      delay.reset();
    },
  });
  return { dispose: () => delay.disable() };
}
