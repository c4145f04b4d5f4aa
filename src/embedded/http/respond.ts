import { stringify } from "yaml";
import type { StatusError } from "../status-error.ts";

export interface JsonAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
  readonly format?: "json" | "yaml";
}

/** A `Warning` header's value: code 299, no agent, quoted (RFC 7234 5.5). */
function formatWarning(text: string): string {
  return `299 - "${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll(/[\r\n]/g, " ")}"`;
}

export function respond(
  body: unknown,
  { status = 200, headers = {}, warnings = [], format = "json" }: JsonAnswer = {},
): Response {
  const type = format === "json" ? "application/json" : "application/yaml";
  const all = new Headers({ "content-type": type, "cache-control": "no-cache, private", ...headers });
  for (const warning of warnings) all.append("warning", formatWarning(warning));
  return new Response(format === "json" ? `${JSON.stringify(body)}\n` : stringify(body), { status, headers: all });
}

export function respondError(error: StatusError): Response {
  const seconds = error.details?.retryAfterSeconds;
  return respond(error.toStatus(), {
    status: error.code,
    headers: seconds === undefined ? {} : { "retry-after": String(seconds) },
  });
}

export function respondText(text: string, status = 200): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
