import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { emptyFieldSet } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { toGranularity, toItemElement } from "./path-element.ts";

/**
 * The set with every struct field on the way to a member made a member too: what is owned below a field keeps the field
 * (EnsureNamedFieldsAreMembers).
 */
export function withNamedFields(set: FieldSet, schema: SchemaNode | undefined): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [key, child] of set.children) {
    const isField = key.startsWith("f:");
    const own = isField ? schema?.property(key.slice(2)) : undefined;
    const below = isField ? (own ?? schema?.additional) : schema?.items;
    const closed = withNamedFields(child, below);
    children.set(key, own === undefined ? closed : { ...closed, member: true });
  }
  return { member: set.member, children };
}

/** A copy without the values at the paths of the set, and without what is below them. */
export function removeFields(schema: SchemaNode | undefined, value: unknown, set: FieldSet): unknown {
  if (set.children.size === 0) return value;
  const granularity = toGranularity(schema, value);
  if (granularity.kind === "map" && isJsonObject(value)) {
    const rest: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      const below = set.children.get(`f:${key}`) ?? emptyFieldSet;
      if (!below.member) rest[key] = removeFields(schema?.child(key), item, below);
    }
    return rest;
  }
  if (granularity.kind === "leaf" || !Array.isArray(value)) return value;
  return value.flatMap((item: unknown) => {
    const below = set.children.get(toItemElement(granularity, item, schema?.items)) ?? emptyFieldSet;
    return below.member ? [] : [removeFields(schema?.items, item, below)];
  });
}
