import { createStoredBody } from "../kube/json-body.ts";
import { toStringMap } from "../kube/interner.ts";
import type { Body } from "../kube/body.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { createAssemble } from "./assemble-objects.ts";
import type { Assemble, Cells } from "./assemble-objects.ts";
import { BlockBodies } from "./block-bodies.ts";
import type { StoredBytes } from "./snapshot-store.ts";
import { readColumn, toColumn, toValues } from "./stored-column.ts";
import type { Column } from "./stored-column.ts";
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

/** Two records as they come from a disk, where bodies are read when somebody asks for one. */
export interface StoredBlockRecords {
  readonly rows: string;
  readonly bodies: StoredBytes;
}

export interface StoredBlockReaderOptions extends StoredRowReaderOptions {
  /** Told of each block of bodies that rows were made for. */
  readonly onBodies: (bodies: BlockBodies) => void;
  /** Told when bodies could not be read after all. */
  readonly onLost: (error: unknown) => void;
}

/** Reads blocks of one resource into rows with source DISK; what cannot be read is left out. */
export function createStoredBlockReader(
  options: StoredBlockReaderOptions,
): (records: StoredBlockRecords) => readonly AnyRow[] {
  const { makeRow, observedAtMs, dictionaries, onBodies, onLost } = options;
  const fromBody = (body: Body): AnyRow | undefined => {
    try {
      const json = body.text();
      return makeRow(parse(json), { source: "DISK", observedAtMs, json });
    } catch {
      return undefined;
    }
  };
  const assemble = createAssemble();
  let template: Template | undefined;
  return (records) => {
    const block = parse(records.rows) as StoredBlock | undefined;
    try {
      if (block === undefined) return [];
      const { sizes } = block;
      const ids = toValues(block.dictionaries, sizes.length, assemble) as readonly string[];
      const found = ids.map((id) => dictionaries.get(id));
      const together = new BlockBodies({ bytes: records.bodies, sizes, dictionaries: found, onLost });
      // None for those whose dictionary is lost.
      const bodies = ids.map((id, index) =>
        id !== "" && found[index] === undefined ? undefined : createStoredBody(together, index),
      );
      onBodies(together);
      // The first body is opened: the row made of it is the form for all others.
      template ??= toTemplate(bodies[0] === undefined ? undefined : fromBody(bodies[0]));
      if (template?.layout !== block.layout) return bodies.flatMap((body) => (body && fromBody(body)) ?? []);
      return toRows(template, block, bodies, assemble);
    } catch {
      return [];
    }
  };
}

function toRows(
  { row, kept }: Template,
  { columns }: StoredBlock,
  bodies: readonly (Body | undefined)[],
  assemble: Assemble,
): readonly AnyRow[] {
  const common: Record<string, unknown> = { ...row };
  const cells: Cells[] = [{ field: "body", values: bodies, at: undefined }];
  for (const field of kept) {
    const column = columns[field];
    if (column === undefined) throw new Error("a column is missing");
    const read = readColumn(column, assemble, maps.has(field) ? toMap : undefined);
    if (read.isSame) common[field] = read.values[0];
    else cells.push({ field, ...read });
  }
  // Copies have the shape that the mapper gave the row, and no field is added to it.
  const rows = assemble(common, cells, bodies.length);
  return rows.filter(({ body }) => body !== undefined) as unknown as readonly AnyRow[];
}

/** What JSON does not tell: it is a map without a prototype. */
function toMap(value: unknown): unknown {
  return toStringMap(Object.entries(value as Readonly<Record<string, string>>));
}
