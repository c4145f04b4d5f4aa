import { isJsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";

/** How the fields of a value are owned: one by one, or the value as a whole. */
export type Granularity =
  | { readonly kind: "leaf" }
  | { readonly kind: "map" }
  | { readonly kind: "set" }
  | { readonly kind: "keyed"; readonly keys: readonly string[] };

/** By the schema, or by the value where there is none: then objects are granular and lists are not. */
export function toGranularity(schema: SchemaNode | undefined, value: unknown): Granularity {
  if (Array.isArray(value)) {
    if (schema?.listType === "set") return { kind: "set" };
    if (schema?.listType === "map" && schema.listMapKeys.length > 0) return { kind: "keyed", keys: schema.listMapKeys };
    return { kind: "leaf" };
  }
  if (isJsonObject(value) && schema?.atomicMap !== true) return { kind: "map" };
  return { kind: "leaf" };
}

/** Keys are written in their own order, as the real server does. */
function formatKeys(item: unknown, keys: readonly string[], items: SchemaNode | undefined): string {
  const entries = [...keys].sort().flatMap((key): [string, unknown][] => {
    const value = isJsonObject(item) ? item[key] : undefined;
    const known = value ?? items?.property(key)?.default;
    return known === undefined || known === null ? [] : [[key, known]];
  });
  return `k:${JSON.stringify(Object.fromEntries(entries))}`;
}

/** Name of an item of a set or a keyed list within its path. */
export function toItemElement(granularity: Granularity, item: unknown, items: SchemaNode | undefined): string {
  return granularity.kind === "keyed" ? formatKeys(item, granularity.keys, items) : `v:${JSON.stringify(item)}`;
}

/** The items of a granular list by their element; of duplicates the first counts. */
export function indexItems(
  granularity: Granularity,
  list: readonly unknown[],
  items: SchemaNode | undefined,
): Map<string, unknown> {
  const index = new Map<string, unknown>();
  for (const item of list) {
    const element = toItemElement(granularity, item, items);
    if (!index.has(element)) index.set(element, item);
  }
  return index;
}
