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

/** Whether all rows have the same value. */
export function isSame(column: Column): boolean {
  return "at" in column && column.at.length === 0;
}

/** The values of `count` rows; each value that is kept once goes through `convert` once. Throws where that is no column. */
export function toValues(column: Column, count: number, convert?: (value: unknown) => unknown): readonly unknown[] {
  const kept = unpack("each" in column ? column.each : column.of);
  const of = convert === undefined ? kept : kept.map(convert);
  if ("each" in column) return of;
  if ("lists" in column) return column.lists.map((list) => list.map((index) => of[index]));
  const { at } = column;
  return at.length === 0 ? Array.from({ length: count }, () => of[0]) : at.map((index) => of[index]);
}

function pack(values: readonly unknown[]): Values {
  const [first] = values;
  if (values.length < fewObjects || !isPlain(first)) return values;
  const keys = Object.keys(first);
  // To set this key would set the prototype.
  if (keys.length === 0 || keys.includes("__proto__")) return values;
  const objects = values.filter(isPlain);
  if (objects.length !== values.length || !objects.every((each) => hasKeys(each, keys))) return values;
  return { count: values.length, keys, columns: keys.map((key) => toColumn(objects.map((each) => each[key]))) };
}

function unpack(values: Values): readonly unknown[] {
  if (isList(values)) return values;
  const { count, keys, columns } = values;
  const form: Record<string, unknown> = {};
  for (const key of keys) form[key] = null;
  const objects = Array.from({ length: count }, () => ({ ...form }));
  for (const [index, key] of keys.entries()) {
    const of = toValues(columns[index] as Column, count);
    if (of.length !== count) throw new Error("a column is not whole");
    for (let row = 0; row < count; row++) (objects[row] as Record<string, unknown>)[key] = of[row];
  }
  return objects;
}

function isList(values: Values): values is readonly unknown[] {
  return Array.isArray(values);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
