import { createHash } from "node:crypto";
import type { BodyDictionary } from "../kube/body-dictionary.ts";
import { createPackedBody } from "../kube/json-body.ts";
import { toStringMap } from "../kube/interner.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { RowMaker } from "./row-maker.ts";

/*
 * How a row with a packed body that has changed since its block (stored-block.ts) was written lies on disk: beside its body, so that a start opens none.
 *   ~LAYOUT DICTIONARY BODY     one line: layout of the row, id of the dictionary, the packed body in base64
 *   [VALUES]                    apiVersion, kind, then the row's fields in their order as JSON; {} for a map, [] for any other object:
 *   PART                        one line of JSON each, which many rows share word for word
 * What does not begin with "~" is the JSON text of an object as it is.
 */
const packedSign = "~";
/** To be raised whenever a mapper reads the same field differently: rows from before are then made anew from their bodies. */
const mapperVersion = 1;
/** Not kept: known from where the row lies, or about to be another. */
export const notKept: ReadonlySet<string> = new Set(["clusterName", "resource", "observedAtMs", "source", "body"]);
/** Fields that are maps without a prototype. */
export const maps: ReadonlySet<string> = new Set(["labelMap", "selectorMap", "labelManagers"]);

/** The text of a row for disk: row beside body once that is packed, else the object alone. */
export function toStoredRow(row: AnyRow): string {
  const { packed } = row.body;
  if (packed === undefined) return row.body.text();
  const values: unknown[] = [row.apiVersion, row.kind];
  const parts: string[] = [];
  const fields: string[] = [];
  for (const [field, value] of Object.entries(row) as [string, unknown][]) {
    fields.push(field);
    if (notKept.has(field)) continue;
    if (typeof value === "object" && value !== null) {
      parts.push(JSON.stringify(value));
      values.push(maps.has(field) ? {} : []);
    } else values.push(value);
  }
  const body = Buffer.from(packed.bytes, "latin1").toString("base64");
  const head = `${packedSign}${layoutOf(fields)} ${packed.dictionary.id} ${body}`;
  return [head, JSON.stringify(values), ...parts].join("\n");
}

/** apiVersion and kind of what is stored; undefined where that cannot be read. */
export function readStoredType(text: string): { readonly apiVersion: string; readonly kind: string } | undefined {
  const json = text.startsWith(packedSign) ? text.split("\n", 2)[1] : text;
  const value = parse(json ?? "") as readonly unknown[] | Readonly<Record<string, unknown>> | null | undefined;
  const [apiVersion, kind] = Array.isArray(value)
    ? (value as readonly unknown[])
    : [
        (value as Readonly<Record<string, unknown>>)?.["apiVersion"],
        (value as Readonly<Record<string, unknown>>)?.["kind"],
      ];
  return typeof apiVersion === "string" && typeof kind === "string" ? { apiVersion, kind } : undefined;
}

export interface StoredRowReaderOptions {
  readonly makeRow: RowMaker;
  readonly observedAtMs: number;
  readonly dictionaries: ReadonlyMap<string, BodyDictionary>;
}

/** Reads stored texts into rows with source DISK; undefined for what cannot be read. For one resource, and to be forgotten afterwards: it shares what repeats. */
export function createStoredRowReader(options: StoredRowReaderOptions): (text: string) => AnyRow | undefined {
  const { makeRow, observedAtMs, dictionaries } = options;
  const shared = new Map<string, unknown>();
  let template: Template | undefined;
  const share = (part: string, isMap: boolean): unknown => {
    const known = shared.get(part);
    if (known !== undefined) return known;
    const value = JSON.parse(part) as Readonly<Record<string, string>>;
    const made = isMap ? toStringMap(Object.entries(value)) : value;
    shared.set(part, made);
    return made;
  };
  // Neighbours mostly come from one workload: to compare two texts is cheaper than to hash one.
  const latest: { readonly part: string; readonly made: unknown }[] = [];
  const shareAt = (index: number, part: string, isMap: boolean): unknown => {
    const before = latest[index];
    if (before?.part === part) return before.made;
    const made = share(part, isMap);
    latest[index] = { part, made };
    return made;
  };
  const fromObject = (json: string): AnyRow | undefined => makeRow(parse(json), { source: "DISK", observedAtMs, json });
  return (text) => {
    if (!text.startsWith(packedSign)) return fromObject(text);
    const [head = "", list = "", ...parts] = text.split("\n");
    const [layout, id = "", base64 = ""] = head.slice(packedSign.length).split(" ");
    const dictionary = dictionaries.get(id);
    if (dictionary === undefined) return undefined;
    const bytes = Buffer.from(base64, "base64").toString("latin1");
    const body = createPackedBody({ bytes, dictionary });
    try {
      // The first body is opened: the row made of it is the form for all others.
      template ??= toTemplate(fromObject(body.text()));
      if (template === undefined || template.layout !== layout) return fromObject(body.text());
      const [, , ...values] = JSON.parse(list) as unknown[];
      // A copy has the shape that the mapper gave the row, and no field is added to it.
      const row: Record<string, unknown> = { ...template.row, body };
      let part = 0;
      for (const [index, field] of template.kept.entries()) {
        const value = values[index];
        const isPart = typeof value === "object" && value !== null;
        row[field] = isPart ? shareAt(part, parts[part++] ?? "", !Array.isArray(value)) : value;
      }
      return row as unknown as AnyRow;
    } catch {
      return undefined;
    }
  };
}

/** A row of the form that all of its resource have. */
export interface Template {
  readonly row: AnyRow;
  readonly layout: string;
  /** The fields that lie on disk. */
  readonly kept: readonly string[];
}

export function toTemplate(row: AnyRow | undefined): Template | undefined {
  if (row === undefined) return undefined;
  const fields = Object.keys(row);
  return { row, layout: layoutOf(fields), kept: fields.filter((field) => !notKept.has(field)) };
}

/** Names of a row's fields, in order, and how they were read. */
export function layoutOf(fields: readonly string[]): string {
  return createHash("sha256").update(`${mapperVersion} ${fields.join()}`).digest("hex").slice(0, 12);
}

/** undefined where that is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
