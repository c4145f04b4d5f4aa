import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-node";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { createOtelTracer, wantsTracing } from "../src/otel-tracer.ts";
import type { OtelTracer } from "../src/otel-tracer.ts";

async function startTracer(): Promise<{ tracer: OtelTracer; finish: () => Promise<readonly ReadableSpan[]> }> {
  const kept: ReadableSpan[] = [];
  const exporter = new InMemorySpanExporter();
  const tracer = await createOtelTracer({
    version: "1.2.3",
    exporter: {
      export: (spans, done) => (kept.push(...spans), exporter.export(spans, done)),
      shutdown: () => exporter.shutdown(),
    },
  });
  onTestFinished(() => tracer.close(100));
  return { tracer, finish: async () => (await tracer.close(1_000), kept) };
}

const server = { name: "query", kind: "server", attributes: { "graphql.operation.type": "query" } } as const;
const client = { name: "list pods", kind: "client", attributes: { "k8s.cluster.name": "home" } } as const;
const remote = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("traces", () => {
  it("should hang a call below the operation it is made for, and that below who asked", async () => {
    const { tracer, finish } = await startTracer();
    let sent: string | undefined;
    await tracer.inSpan({ ...server, parent: remote }, async () => {
      await Promise.resolve();
      await tracer.inSpan(client, async () => void (sent = tracer.traceparent()));
    });
    const [inner, outer] = await finish();
    expect(outer).toMatchObject({ name: "query", parentSpanContext: { spanId: "00f067aa0ba902b7", isRemote: true } });
    expect(inner!.parentSpanContext?.spanId).toBe(outer!.spanContext().spanId);
    for (const span of [inner, outer]) expect(span!.spanContext().traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(sent).toBe(`00-4bf92f3577b34da6a3ce929d0e0e4736-${inner!.spanContext().spanId}-01`);
    expect(outer!.resource.attributes).toMatchObject({ "service.name": "fleetgraph", "service.version": "1.2.3" });
  });

  it("should keep operations that run side by side apart", async () => {
    const { tracer, finish } = await startTracer();
    const run = (name: string): Promise<void> =>
      tracer.inSpan({ ...server, name }, async () => {
        for (let i = 0; i < 3; i += 1)
          await tracer.inSpan({ ...client, name: `${name} call` }, () => Promise.resolve());
      });
    await Promise.all([run("a"), run("b")]);
    const spans = await finish();
    for (const name of ["a", "b"]) {
      const parent = spans.find((span) => span.name === name)!.spanContext().spanId;
      const calls = spans.filter((span) => span.name === `${name} call`);
      expect(calls.map((span) => span.parentSpanContext?.spanId)).toEqual([parent, parent, parent]);
    }
    expect(tracer.traceparent()).toBeUndefined();
  });

  it("should mark what failed by its kind, without its text, and throw it on", async () => {
    const { tracer, finish } = await startTracer();
    const error = Object.assign(new Error("token canary-1 was refused"), { reason: "Forbidden" });
    await expect(tracer.inSpan(server, () => Promise.reject(error))).rejects.toBe(error);
    await tracer.inSpan(server, async (fail) => fail("LIMIT_EXCEEDED"));
    const spans = await finish();
    expect(spans.map((span) => [span.attributes["error.type"], span.status.code])).toEqual([
      ["Forbidden", 2],
      ["LIMIT_EXCEEDED", 2],
    ]);
    expect(JSON.stringify(spans.map(({ attributes, events, status }) => ({ attributes, events, status })))).not.toContain("canary"); // prettier-ignore
  });

  it.each([
    "",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "nonsense",
  ])("should begin a trace of its own where traceparent is %j", async (parent) => {
    const { tracer, finish } = await startTracer();
    await tracer.inSpan({ ...server, parent }, () => Promise.resolve());
    const [span] = await finish();
    expect(span!.parentSpanContext).toBeUndefined();
  });

  it("should be asked for by OpenTelemetry's own variables", () => {
    expect(wantsTracing({})).toBe(false);
    expect(wantsTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" })).toBe(true);
    expect(wantsTracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces" })).toBe(true);
    expect(wantsTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x", OTEL_SDK_DISABLED: "true" })).toBe(false);
    expect(wantsTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x", OTEL_TRACES_EXPORTER: "none" })).toBe(false);
  });
});
