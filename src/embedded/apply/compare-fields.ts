import { equalJson, isJsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { createFieldSetBuilder, insertPath } from "./field-set.ts";
import type { FieldSet, FieldSetBuilder } from "./field-set.ts";
import { indexItems, toGranularity } from "./path-element.ts";
import type { Granularity } from "./path-element.ts";

/** What differs between two versions of an object, path by path. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Builders {
  readonly added: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
}

/** By the rules of structured-merge-diff: leaves are compared, containers belong to who made them appear or disappear. */
export function compareFields(schema: SchemaNode, before: unknown, after: unknown): Comparison {
  const result: Builders = {
    added: createFieldSetBuilder(),
    modified: createFieldSetBuilder(),
    removed: createFieldSetBuilder(),
  };
  compare(result, { schema, before, after, path: [] });
  return result;
}

interface Pair {
  readonly schema: SchemaNode | undefined;
  readonly before: unknown;
  readonly after: unknown;
  readonly path: readonly string[];
}

function isContainer(granularity: Granularity): boolean {
  return granularity.kind !== "leaf";
}

function compare(result: Builders, pair: Pair): void {
  const { schema, before, after, path } = pair;
  if (before === undefined && after === undefined) return;
  const granularity = toGranularity(schema, after ?? before);
  const isGranular = isContainer(granularity) && isContainer(toGranularity(schema, before ?? after));
  const sameShape = isNothing(before) || isNothing(after) || Array.isArray(before) === Array.isArray(after);
  if (!isGranular || !sameShape || bothEmpty(before, after)) {
    compareLeaf(result, pair);
    return;
  }
  if (granularity.kind === "map") compareMaps(result, pair);
  else compareLists(result, pair, granularity);
  if (path.length === 0) return;
  if (before === undefined) insertPath(result.added, path);
  else if (after === undefined) insertPath(result.removed, path);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function bothEmpty(before: unknown, after: unknown): boolean {
  const isEmpty = (value: unknown): boolean =>
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return isEmpty(before) && isEmpty(after);
}

function compareLeaf(result: Builders, { before, after, path }: Pair): void {
  if (before === undefined) insertPath(result.added, path);
  else if (after === undefined) insertPath(result.removed, path);
  else if (!equalJson(before, after)) insertPath(result.modified, path);
}

function compareMaps(result: Builders, { schema, before, after, path }: Pair): void {
  const left = isJsonObject(before) ? before : {};
  const right = isJsonObject(after) ? after : {};
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const pair = { schema: schema?.child(key), before: left[key], after: right[key], path: [...path, `f:${key}`] };
    compare(result, pair);
  }
}

function compareLists(result: Builders, { schema, before, after, path }: Pair, granularity: Granularity): void {
  const items = schema?.items;
  const left = indexItems(granularity, Array.isArray(before) ? before : [], items);
  const right = indexItems(granularity, Array.isArray(after) ? after : [], items);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    compare(result, {
      schema: items,
      before: left.get(element),
      after: right.get(element),
      path: [...path, element],
    });
  }
}
