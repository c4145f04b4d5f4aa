import { cloneJson, isJsonObject, setOwn } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

/** RFC 7386 on a copy: null removes, objects merge, everything else replaces. */
export function applyMergePatch(value: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return cloneJson(patch);
  const result: JsonObject = isJsonObject(value) ? { ...value } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else setOwn(result, key, applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, change));
  }
  return result;
}
