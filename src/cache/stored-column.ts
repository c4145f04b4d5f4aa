import { isRecord } from "../kube/read-json.ts";
import type { Assemble, Cells } from "./assemble-objects.ts";

/*
 * Values of many rows, as they lie on disk. JSON of many objects costs most of its time in their keys: where objects have the same keys, they are kept
 * column by column in their turn, and made by copying one.
 */

/**
 * A value a row: `each`; where values repeat, those there are (`of`) and which of them, and none of `at` where all rows have the same; of lists of objects,
 * the objects there are and which of them.
 */
export type Column =
  | { readonly each: Values }
  | { readonly of: Values; readonly at: readonly number[] }
  | { readonly of: Values; readonly lists: readonly (readonly number[])[] };

/** A list; or `count` objects that have the same keys in the same order. */
type Values = readonly unknown[] | { readonly count: number; readonly keys: readonly string[]; readonly columns: readonly Column[] }; // prettier-ignore

/** Below so many objects a column of each key takes more than it saves. */
const fewObjects = 8;

/** Values repeat where they are the same to `===`. */
export function toColumn(values: readonly unknown[]): Column {
  const { of, at } = toIndexes(values);
  if (of.length === 1) return { of, at: [] };
  if (of.length <= values.length / 2) return { of: pack(of), at };
  if (!values.every(isListOfObjects)) return { each: pack(values) };
  const items = toIndexes(values.flat());
  let end = 0;
  return { of: pack(items.of), lists: values.map(({ length }) => items.at.slice(end, (end += length))) };
}

/** What a column holds, as it is put into rows. Each value that is kept once goes through `convert` once. */
export interface ReadColumn {
  readonly values: readonly unknown[];
  /** Which of the values stands where, where they repeat. */
  readonly at: readonly number[] | undefined;
  /** Whether all rows have the same: the first of `values`. */
  readonly isSame: boolean;
}

/** Throws where that is no column. */
export function readColumn(column: Column, assemble: Assemble, convert?: (value: unknown) => unknown): ReadColumn {
  const kept = unpack("each" in column ? column.each : column.of, assemble);
  const values = convert === undefined ? kept : kept.map(convert);
  if ("each" in column) return { values, at: undefined, isSame: false };
  if ("lists" in column) {
    return { values: column.lists.map((list) => list.map((index) => values[index])), at: undefined, isSame: false };
  }
  const { at } = column;
  return { values, at, isSame: at.length === 0 };
}

/** The values of `count` rows. */
export function toValues(column: Column, count: number, assemble: Assemble): readonly unknown[] {
  const { values, at, isSame } = readColumn(column, assemble);
  if (isSame) return Array.from({ length: count }, () => values[0]);
  return at === undefined ? values : at.map((index) => values[index]);
}

function pack(values: readonly unknown[]): Values {
  const [first] = values;
  if (values.length < fewObjects || !isRecord(first)) return values;
  const keys = Object.keys(first);
  // To set this key would set the prototype.
  if (keys.length === 0 || keys.includes("__proto__")) return values;
  const objects = values.filter(isRecord);
  if (objects.length !== values.length || !objects.every((each) => hasKeys(each, keys))) return values;
  return { count: values.length, keys, columns: keys.map((key) => toColumn(objects.map((each) => each[key]))) };
}

function unpack(values: Values, assemble: Assemble): readonly unknown[] {
  if (isList(values)) return values;
  const { count, keys, columns } = values;
  const form: Record<string, unknown> = {};
  const cells: Cells[] = [];
  for (const [index, field] of keys.entries()) {
    const read = readColumn(columns[index] as Column, assemble);
    form[field] = read.values[0];
    if (!read.isSame) cells.push({ field, ...read });
  }
  return assemble(form, cells, count);
}

function isList(values: Values): values is readonly unknown[] {
  return Array.isArray(values);
}

function hasKeys(object: object, keys: readonly string[]): boolean {
  const own = Object.keys(object);
  // What is undefined is no key in JSON, but would be null in a column.
  const isAlike = (key: string, index: number): boolean =>
    key === keys[index] && (object as Readonly<Record<string, unknown>>)[key] !== undefined;
  return own.length === keys.length && own.every(isAlike);
}

function isListOfObjects(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);
}

/** The values there are, by identity, and which of them stands where. */
function toIndexes(values: readonly unknown[]): { readonly of: readonly unknown[]; readonly at: readonly number[] } {
  const indexes = new Map<unknown, number>();
  const at = values.map((value) => {
    const index = indexes.get(value) ?? indexes.size;
    if (index === indexes.size) indexes.set(value, index);
    return index;
  });
  return { of: [...indexes.keys()], at };
}
