import type { Answer, Json } from "../../contract/kube-api/kube-api-under-test.ts";
import { createEmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import type { EmbeddedApi, EmbeddedApiOptions } from "../../../src/embedded/embedded-api.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { Random } from "../../../src/lib/backoff.ts";

/** Numbers that repeat from run to run (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createTestApi(options: Partial<EmbeddedApiOptions> = {}): EmbeddedApi {
  return createEmbeddedApi({ name: "test", clock: systemClock, random: seededRandom(1), ...options });
}

/** A request of the embedded API by path, and its JSON. */
export async function call(
  api: EmbeddedApi,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const init: RequestInit = { method, headers: { "content-type": "application/json", ...headers } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await api.handler(new Request(`http://embedded${path}`, init));
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { status: response.status, body: isJson ? (JSON.parse(text) as Json) : text, headers: response.headers };
}
