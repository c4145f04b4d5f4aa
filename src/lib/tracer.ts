/** What one piece of work did and took, for OpenTelemetry. Values are from closed sets or names of Kubernetes: nothing secret is in them. */
export interface SpanOptions {
  /** Of low cardinality: "query", "list pods". */
  readonly name: string;
  /** `server`: a request that came in; `client`: a call that went out. */
  readonly kind: "server" | "client";
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** W3C `traceparent` of whoever asked, as it came; anything that is none counts as unset. Unset = below the span that is active. */
  readonly parent?: string | undefined;
}

/** Says how the work ended, where a throw does not: a value of ErrorCode. */
export type FailSpan = (code: string) => void;

/** Traces of what is done for callers. Free of cost where nobody configured it. */
export interface Tracer {
  /** Runs `work` in a span, which is active for all it awaits, and ends with it; a throw marks it as failed and goes on. */
  inSpan<Result>(options: SpanOptions, work: (fail: FailSpan) => Promise<Result>): Promise<Result>;
  /** W3C `traceparent` of the active span, to be sent along; undefined where there is none. */
  traceparent(): string | undefined;
}

/** Where OpenTelemetry is not configured. */
export const noTracer: Tracer = { inSpan: (_options, work) => work(() => {}), traceparent: () => undefined };
