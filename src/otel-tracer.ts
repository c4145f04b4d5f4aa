import { AsyncLocalStorage } from "node:async_hooks";
import type { Attributes, Context } from "@opentelemetry/api";
import type { SpanExporter } from "@opentelemetry/sdk-trace-node";
import type { FailSpan, SpanOptions, Tracer } from "./lib/tracer.ts";

export interface OtelTracer extends Tracer {
  /** Sends what waits, at most for `ms`, and stops. Never rejects. */
  close(ms: number): Promise<void>;
}

export interface OtelTracerOptions {
  readonly version: string;
  /** Where spans go; unset = OTLP over HTTP, as the OTEL_EXPORTER_OTLP_* variables say. */
  readonly exporter?: SpanExporter;
}

/** Whether the environment asks for traces, by OpenTelemetry's own variables. */
export function wantsTracing(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" || env["OTEL_TRACES_EXPORTER"] === "none") return false;
  return [env["OTEL_EXPORTER_OTLP_ENDPOINT"], env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]].some(
    (endpoint) => endpoint !== undefined && endpoint !== "",
  );
}

/**
 * Traces by OpenTelemetry's SDK, which is loaded only now: 130 ms that a process without traces saves. Sampling, batches, service name and
 * resource attributes follow OTEL_TRACES_SAMPLER, OTEL_BSP_*, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
 */
export async function createOtelTracer({ version, exporter }: OtelTracerOptions): Promise<OtelTracer> {
  const [api, sdk, resources, otlp] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]);
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } = api;
  const named = resources.resourceFromAttributes({ "service.name": "fleetgraph", "service.version": version });
  // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes before what we say.
  const fromEnvironment = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new sdk.NodeTracerProvider({
    resource: resources.defaultResource().merge(named).merge(fromEnvironment),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter ?? new otlp.OTLPTraceExporter())],
  });
  const storage = new AsyncLocalStorage<Context>();
  const tracer = provider.getTracer("fleetgraph", version);

  const parentOf = ({ parent }: SpanOptions): Context => {
    const active = storage.getStore() ?? ROOT_CONTEXT;
    const remote = parent === undefined ? undefined : parseTraceparent(parent);
    return remote === undefined ? active : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
  };
  return {
    async inSpan<Result>(options: SpanOptions, work: (fail: FailSpan) => Promise<Result>): Promise<Result> {
      const { name, kind, attributes } = options;
      const parent = parentOf(options);
      const spanKind = kind === "server" ? SpanKind.SERVER : SpanKind.CLIENT;
      const span = tracer.startSpan(name, { kind: spanKind, attributes: attributes as Attributes }, parent);
      const fail = (code: string): void => {
        span.setAttribute("error.type", code);
        span.setStatus({ code: SpanStatusCode.ERROR });
      };
      try {
        return await storage.run(trace.setSpan(parent, span), () => work(fail));
      } catch (error) {
        // The text of an error may quote what a caller sent: its kind says enough.
        const { reason, code, name: type } = error as { reason?: string; code?: string; name?: string };
        fail(reason ?? code ?? type ?? "Error");
        throw error;
      } finally {
        span.end();
      }
    },
    traceparent() {
      const active = storage.getStore();
      const context = active === undefined ? undefined : trace.getSpanContext(active);
      if (context === undefined) return undefined;
      const flags = (context.traceFlags & TraceFlags.SAMPLED) === 0 ? "00" : "01";
      return `00-${context.traceId}-${context.spanId}-${flags}`;
    },
    async close(ms) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
    },
  };
}

/** W3C Trace Context, version 00; undefined for anything else. */
function parseTraceparent(text: string): { traceId: string; spanId: string; traceFlags: number } | undefined {
  const [, traceId = "", spanId = "", flags = ""] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}
