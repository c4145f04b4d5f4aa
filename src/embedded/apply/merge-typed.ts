import { cloneJson, isJsonObject, setOwn } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { indexItems, toGranularity, toItemElement } from "./path-element.ts";
import type { Granularity } from "./path-element.ts";

/** An applied configuration over what is there: what it states wins, what it does not state stays (structured-merge-diff's merge). */
export function mergeTyped(schema: SchemaNode | undefined, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return cloneJson(live);
  if (live === undefined || live === null || applied === null) return cloneJson(applied);
  const granularity = toGranularity(schema, applied);
  if (granularity.kind === "map" && isJsonObject(live)) return mergeMaps(schema, live, applied as JsonObject);
  if (granularity.kind === "leaf" || !Array.isArray(live) || !Array.isArray(applied)) return cloneJson(applied);
  return mergeLists({ items: schema?.items, granularity, live, applied });
}

function mergeMaps(schema: SchemaNode | undefined, live: JsonObject, applied: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    setOwn(merged, key, mergeTyped(schema?.child(key), live[key], applied[key]));
  }
  return merged;
}

interface Lists {
  readonly items: SchemaNode | undefined;
  readonly granularity: Granularity;
  readonly live: readonly unknown[];
  readonly applied: readonly unknown[];
}

/** Applied items keep their order; items only the live list has stay where they were, as far as that order allows. */
function mergeLists({ items, granularity, live, applied }: Lists): unknown[] {
  const element = (item: unknown): string => toItemElement(granularity, item, items);
  const liveItems = indexItems(granularity, live, items);
  const appliedItems = indexItems(granularity, applied, items);
  const liveOrder = [...liveItems.keys()];
  const appliedOrder = applied.map(element);
  const shared = appliedOrder.filter((key) => liveItems.has(key));
  const merged: unknown[] = [];
  const take = (key: string): void => {
    merged.push(mergeTyped(items, liveItems.get(key), appliedItems.get(key)));
    if (shared[0] === key) shared.shift();
  };
  let left = 0;
  let right = 0;
  while (left < liveOrder.length || right < appliedOrder.length) {
    const liveKey = liveOrder[left];
    const appliedKey = appliedOrder[right];
    if (liveKey !== undefined && liveKey === appliedKey) {
      take(liveKey);
      left++;
      right++;
    } else if (
      liveKey !== undefined &&
      appliedKey !== undefined &&
      appliedItems.has(liveKey) &&
      shared[0] !== liveKey
    ) {
      left++;
    } else if (liveKey !== undefined && !appliedItems.has(liveKey)) {
      take(liveKey);
      left++;
    } else if (appliedKey !== undefined) {
      take(appliedKey);
      right++;
    } else {
      left++;
    }
  }
  return merged;
}
