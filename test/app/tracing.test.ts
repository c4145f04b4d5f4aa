import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-node";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOtelTracer } from "../../src/otel-tracer.ts";
import type { OtelTracer } from "../../src/otel-tracer.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

const spans: ReadableSpan[] = [];
let tracer: OtelTracer;
let fleet: TestApp;

beforeAll(async () => {
  const exporter = new InMemorySpanExporter();
  tracer = await createOtelTracer({
    version: "0",
    exporter: {
      export: (batch, done) => (spans.push(...batch), exporter.export(batch, done)),
      shutdown: () => exporter.shutdown(),
    },
  });
  fleet = await startTestApp({ clusters: [embeddedCluster("home", { role: "home" })], tracer });
  await eventually(async () => {
    const { data } = await fleet.query("{ nodes { totalCount complete } }");
    expect(data.nodes).toMatchObject({ complete: true });
    expect(data.nodes.totalCount).toBeGreaterThan(0);
  });
});
afterAll(async () => {
  await fleet?.stop();
  await tracer?.close(100);
});

describe("traces of the whole product", () => {
  it("should show an operation, by its type, with the calls to clusters it made, and hang below the caller's trace", async () => {
    const { data } = await fleet.query("{ nodes(first: 1) { nodes { id } } }");
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const response = await fetch(`${fleet.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: `00-${traceId}-b7ad6b7169203331-01` },
      body: JSON.stringify({
        query:
          'mutation Mark($id: ID!) { labelResource(input: {object: {id: $id}, set: [{key: "canary-label", value: "canary-value"}]}) { visible } }',
        variables: { id: data.nodes.nodes[0].id as string },
      }),
    });
    expect(await response.json()).toEqual({ data: { labelResource: { visible: true } } });
    await tracer.close(1_000);
    const [mutation, ...others] = spans.filter(({ name }) => name === "mutation");
    expect(others).toEqual([]);
    expect(mutation).toMatchObject({
      parentSpanContext: { traceId, spanId: "b7ad6b7169203331" },
      attributes: {
        "graphql.operation.type": "mutation",
        "graphql.operation.name": "Mark",
        "fleetgraph.transport": "http",
        "fleetgraph.request_id": response.headers.get("x-request-id"),
      },
    });
    const calls = spans.filter((span) => span.parentSpanContext?.spanId === mutation!.spanContext().spanId);
    expect(calls.map(({ name, attributes }) => [name, attributes["k8s.cluster.name"]])).toContainEqual(["patch nodes", "home"]); // prettier-ignore
    // A read of what is held makes no call, and what fleetgraph does by itself is below no operation.
    const queries = spans.filter(({ name }) => name === "query").map((span) => span.spanContext().spanId);
    expect(queries.length).toBeGreaterThan(0);
    expect(spans.filter((span) => queries.includes(span.parentSpanContext?.spanId ?? ""))).toEqual([]);
    expect(spans.filter((span) => span.kind === 2 && span.parentSpanContext === undefined)).toEqual([]);
    expect(JSON.stringify(spans.map(({ attributes, events, name }) => ({ attributes, events, name })))).not.toContain("canary"); // prettier-ignore
  });
});
