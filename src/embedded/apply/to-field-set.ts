import { isJsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { createFieldSetBuilder, insertPath } from "./field-set.ts";
import type { FieldSet, FieldSetBuilder } from "./field-set.ts";
import { toGranularity, toItemElement } from "./path-element.ts";

/** Every path an applied configuration states: what its manager owns from then on. */
export function toFieldSet(schema: SchemaNode, value: unknown): FieldSet {
  const set = createFieldSetBuilder();
  gather(set, schema, value, []);
  return set;
}

function gather(set: FieldSetBuilder, schema: SchemaNode | undefined, value: unknown, path: readonly string[]): void {
  const granularity = toGranularity(schema, value);
  if (granularity.kind === "leaf") {
    insertPath(set, path);
    return;
  }
  if (granularity.kind === "map") {
    for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
      const below = [...path, `f:${key}`];
      const own = schema?.property(key);
      gather(set, own ?? schema?.additional, item, below);
      const isEmpty = item === null || (isJsonObject(item) && Object.keys(item).length === 0);
      if (isEmpty || own === undefined) insertPath(set, below);
    }
    return;
  }
  for (const item of value as unknown[]) {
    const below = [...path, toItemElement(granularity, item, schema?.items)];
    gather(set, schema?.items, item, below);
    insertPath(set, below);
  }
}
