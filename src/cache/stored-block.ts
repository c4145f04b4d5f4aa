import { createStoredBody } from "../kube/json-body.ts";
import type { BodyDictionary } from "../kube/body-dictionary.ts";
import { toStringMap } from "../kube/interner.ts";
import type { Body } from "../kube/body.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { layoutOf, maps, notKept, parse, toTemplate } from "./stored-row.ts";
import type { StoredRowReaderOptions, Template } from "./stored-row.ts";

/*
 * How the rows of a snapshot lie on disk: many together and column by column, so that a start makes them by copying, opens no body and reads none.
 *   rows     JSON of StoredBlock
 *   bodies   one behind the other: JSON, or packed
 */

/** A millisecond or two of work for whoever reads or writes one. */
export const rowsOfBlock = 256;

/** Two records of a snapshot. */
export interface BlockRecords {
  readonly rows: string;
  readonly bodies: Buffer;
}

/**
 * A value a row: `each`; where values repeat, those there are and which of them, and none of `at` where all rows have the same; of lists of objects, the
 * objects there are and which of them.
 */
type Column =
  | { readonly each: readonly unknown[] }
  | { readonly of: readonly unknown[]; readonly at: readonly number[] }
  | { readonly of: readonly unknown[]; readonly lists: readonly (readonly number[])[] };

interface StoredBlock {
  /** Of the first row; for a kind that nobody knows beforehand. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly layout: string;
  /** Bytes of each body, and the dictionary's id of each; "" where it is JSON. */
  readonly sizes: readonly number[];
  readonly dictionaries: Column;
  readonly columns: Readonly<Record<string, Column>>;
}

/** Whether two rows may lie in one block. */
export function isAlike(one: AnyRow, other: AnyRow): boolean {
  const keys = Object.keys(one);
  const others = Object.keys(other);
  return one.kind === other.kind && keys.length === others.length && keys.every((key, index) => key === others[index]);
}

/** Records of rows that are alike; at least one. */
export function toStoredBlock(rows: readonly [AnyRow, ...AnyRow[]]): BlockRecords {
  const [first] = rows;
  const fields = Object.keys(first);
  const columns: Record<string, Column> = {};
  for (const field of fields) {
    if (!notKept.has(field)) columns[field] = toColumn(rows.map((row) => row[field as keyof AnyRow]));
  }
  const sizes = rows.map(({ body }) => body.byteLength);
  const bodies = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0));
  const ids: string[] = [];
  let end = 0;
  for (const { body } of rows) {
    const { packed } = body;
    ids.push(packed?.dictionary.id ?? "");
    end += packed === undefined ? bodies.write(body.text(), end) : bodies.write(packed.bytes, end, "latin1");
  }
  const block: StoredBlock = {
    apiVersion: first.apiVersion,
    kind: first.kind,
    namespaced: first.namespace !== null,
    layout: layoutOf(fields),
    sizes,
    dictionaries: toColumn(ids),
    columns,
  };
  return { rows: JSON.stringify(block), bodies };
}

/** What the rows of a block are of; undefined where that cannot be read. */
export function readBlockType(rows: string): Pick<StoredBlock, "apiVersion" | "kind" | "namespaced"> | undefined {
  const block = parse(rows) as Partial<StoredBlock> | null | undefined;
  const { apiVersion, kind, namespaced } = block ?? {};
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof namespaced !== "boolean") return undefined;
  return { apiVersion, kind, namespaced };
}

/** Reads blocks of one resource into rows with source DISK; what cannot be read is left out. */
export function createStoredBlockReader(options: StoredRowReaderOptions): (records: BlockRecords) => readonly AnyRow[] {
  const { makeRow, observedAtMs, dictionaries } = options;
  const fromBody = (body: Body): AnyRow | undefined => {
    try {
      const json = body.text();
      return makeRow(parse(json), { source: "DISK", observedAtMs, json });
    } catch {
      return undefined;
    }
  };
  let template: Template | undefined;
  return (records) => {
    const block = parse(records.rows) as StoredBlock | undefined;
    try {
      if (block === undefined) return [];
      const bodies = toBodies(block, records.bodies, dictionaries);
      // The first body is opened: the row made of it is the form for all others.
      template ??= toTemplate(bodies[0] === undefined ? undefined : fromBody(bodies[0]));
      if (template?.layout !== block.layout) return bodies.flatMap((body) => (body && fromBody(body)) ?? []);
      return toRows(template, block, bodies);
    } catch {
      return [];
    }
  };
}

/** undefined for those whose dictionary is lost. */
function toBodies(
  { sizes, dictionaries: idsOf }: StoredBlock,
  bytes: Buffer,
  dictionaries: ReadonlyMap<string, BodyDictionary>,
): readonly (Body | undefined)[] {
  const ids = toValues(idsOf, sizes.length) as readonly string[];
  let to = 0;
  const bodies = sizes.map((size, index) => {
    const from = to;
    to += size;
    const id = ids[index] ?? "";
    const dictionary = dictionaries.get(id);
    const isLost = id !== "" && dictionary === undefined;
    return isLost ? undefined : createStoredBody({ bytes, from, to, dictionary });
  });
  if (to !== bytes.length) throw new Error("the bodies are not whole");
  return bodies;
}

function toRows(
  { row, kept }: Template,
  { columns }: StoredBlock,
  bodies: readonly (Body | undefined)[],
): readonly AnyRow[] {
  const common: Record<string, unknown> = { ...row };
  const varying: [field: string, values: readonly unknown[]][] = [];
  for (const field of kept) {
    const column = toReadColumn(columns[field], field);
    if ("at" in column && column.at.length === 0) [common[field]] = column.of;
    else varying.push([field, toValues(column, bodies.length)]);
  }
  // A copy has the shape that the mapper gave the row, and no field is added to it.
  const rows = bodies.map((body): Record<string, unknown> => ({ ...common, body }));
  for (const [field, values] of varying) {
    if (values.length !== rows.length) throw new Error("a column is not whole");
    for (const [index, each] of rows.entries()) each[field] = values[index];
  }
  return rows.filter(({ body }) => body !== undefined) as unknown as readonly AnyRow[];
}

/** With what JSON does not tell: which objects are maps without a prototype. */
function toReadColumn(column: Column | undefined, field: string): Column {
  if (column === undefined) throw new Error("a column is missing");
  if (!maps.has(field)) return column;
  const toMap = (value: unknown): unknown => toStringMap(Object.entries(value as Readonly<Record<string, string>>));
  return "each" in column ? { each: column.each.map(toMap) } : { ...column, of: column.of.map(toMap) };
}

function toColumn(values: readonly unknown[]): Column {
  const { of, at } = toIndexes(values);
  if (of.length === 1) return { of, at: [] };
  if (of.length <= values.length / 2) return { of, at };
  if (!values.every(isListOfObjects)) return { each: values };
  const items = toIndexes(values.flat());
  let end = 0;
  return { of: items.of, lists: values.map(({ length }) => items.at.slice(end, (end += length))) };
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

function toValues(column: Column, count: number): readonly unknown[] {
  if ("each" in column) return column.each;
  const { of } = column;
  if ("lists" in column) return column.lists.map((list) => list.map((index) => of[index]));
  const { at } = column;
  return at.length === 0 ? Array.from({ length: count }, () => of[0]) : at.map((index) => of[index]);
}
