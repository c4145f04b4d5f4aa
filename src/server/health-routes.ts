import type { HealthPart } from "./server-options.ts";

export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly text: string;
}

/**
 * Text as the API server's own /livez and /readyz give it: "ok", and each part with `verbose` or where one fails. Not even a name of a part
 * is in the short form: anybody may ask for it.
 */
export function toHealthAnswer(
  check: "livez" | "readyz",
  parts: readonly HealthPart[],
  isVerbose: boolean,
): HealthAnswer {
  const isOk = parts.every(({ ok }) => ok);
  const verdict = `${check} check ${isOk ? "passed" : "failed"}\n`;
  if (!isVerbose) return { status: isOk ? 200 : 503, text: isOk ? "ok" : verdict };
  const lines = parts.map(({ name, ok, reason }) =>
    ok ? `[+]${name} ok\n` : `[-]${name} failed${reason === undefined ? "" : `: ${reason}`}\n`,
  );
  return { status: isOk ? 200 : 503, text: `${lines.join("")}${verdict}` };
}
