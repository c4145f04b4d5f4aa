import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

/**
 * A set of paths of an object, as managedFields records them (fieldsV1, KEP-555). Path elements are written as there: "f:name" for
 * a field, `k:{"name":"c"}` for an item by its keys, `v:"x"` for an item by its value. Values are never changed after they are made.
 */
export interface FieldSet {
  /** Whether the path up to here is itself in the set. */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptyFieldSet: FieldSet = { member: false, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** A set that is being gathered. */
export interface FieldSetBuilder {
  member: boolean;
  readonly children: Map<string, FieldSetBuilder>;
}

export function createFieldSetBuilder(): FieldSetBuilder {
  return { member: false, children: new Map() };
}

/** Adds a path. */
export function insertPath(set: FieldSetBuilder, path: readonly string[]): void {
  let at = set;
  for (const element of path) {
    let next = at.children.get(element);
    if (next === undefined) at.children.set(element, (next = createFieldSetBuilder()));
    at = next;
  }
  at.member = true;
}

type Choose = (inA: boolean, inB: boolean) => boolean;

/** Combines two sets path by path. */
function combine(a: FieldSet, b: FieldSet, choose: Choose): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const key of new Set([...a.children.keys(), ...b.children.keys()])) {
    const child = combine(a.children.get(key) ?? emptyFieldSet, b.children.get(key) ?? emptyFieldSet, choose);
    if (!isEmptySet(child)) children.set(key, child);
  }
  return { member: choose(a.member, b.member), children };
}

export function unionOf(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA || inB);
}

export function intersectionOf(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && inB);
}

export function differenceOf(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && !inB);
}

/** Without the given paths and everything below them. */
export function withoutSubtrees(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  return paths.reduce((rest, path) => withoutSubtree(rest, path), set);
}

function withoutSubtree(set: FieldSet, path: readonly string[]): FieldSet {
  const [head, ...tail] = path;
  if (head === undefined) return emptyFieldSet;
  const child = set.children.get(head);
  if (child === undefined) return set;
  const children = new Map(set.children);
  const rest = withoutSubtree(child, tail);
  if (isEmptySet(rest)) children.delete(head);
  else children.set(head, rest);
  return { member: set.member, children };
}

/** Without exactly these paths; what is below them stays. */
export function withoutPaths(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  const unwanted = createFieldSetBuilder();
  for (const path of paths) insertPath(unwanted, path);
  return differenceOf(set, unwanted);
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}

/** Every path in the set. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  if (set.member && prefix.length > 0) yield prefix;
  for (const [key, child] of set.children) yield* pathsOf(child, [...prefix, key]);
}

/** As written in managedFields: "." marks a path that is in the set and has others below. */
export function formatFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  if (set.member && set.children.size > 0) fields["."] = {};
  for (const key of [...set.children.keys()].sort()) {
    const child = set.children.get(key)!;
    fields[key] = child.children.size === 0 ? {} : formatFieldsV1(child);
  }
  return fields;
}

/** Reads fieldsV1; undefined where it is none. */
export function parseFieldsV1(fields: unknown): FieldSet | undefined {
  return isJsonObject(fields) ? parseNode(fields, false) : undefined;
}

function parseNode(fields: JsonObject, isChild: boolean): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [key, value] of Object.entries(fields)) {
    if (key !== ".") children.set(key, parseNode(isJsonObject(value) ? value : {}, true));
  }
  return { member: isChild && (children.size === 0 || "." in fields), children };
}

/** A path as conflicts print it: `.spec.template.spec.containers[name="web"].image`. */
export function formatFieldPath(path: readonly string[]): string {
  return path
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith("f:")) return `.${rest}`;
      if (element.startsWith("v:")) return `[=${rest}]`;
      if (element.startsWith("i:")) return `[${rest}]`;
      const keys = JSON.parse(rest) as JsonObject;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(",")}]`;
    })
    .join("");
}
