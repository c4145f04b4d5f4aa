import type { OrderInput } from "../request-context.ts";
import type { Relations } from "../relations/relations.ts";
import type { WhereFields } from "../where/predicate.ts";

/** What lists of one GraphQL kind can be filtered, ordered and grouped by: data, read by the same machinery for each kind. */
export interface KindSpec<Row> {
  /** For messages: "Pod". */
  readonly name: string;
  readonly where: WhereFields<Row>;
  /** By name of the kind's OrderField enum. */
  readonly order: Readonly<Record<string, OrderField<Row>>>;
  /** Where orderBy is unset or empty. */
  readonly defaultOrder: readonly OrderInput[];
  /** By name of the kind's GroupField enum. */
  readonly groups: Readonly<Record<string, GroupField<Row>>>;
  readonly figures: Figures<Row>;
}

/**
 * A sort key. Numbers and bigints by size, text by code point; times are microseconds, so that they go by instant; null sorts last.
 * `read` is told the rank of clusters, home first.
 */
export type OrderField<Row> =
  | { readonly type: "text"; readonly read: (row: Row, clusterRank: ClusterRank) => string | null }
  | { readonly type: "number"; readonly read: (row: Row) => number | null }
  | { readonly type: "bigint"; readonly text: (row: Row) => string | null; readonly parse: ParseAmount };

/** The value of an amount's text; null where it is none. Pure: as texts repeat, each is read once a sort or sum. */
export type ParseAmount = (text: string) => bigint | null;

/** A text that sorts clusters home first, then by name; it needs no list of clusters, so that a cursor outlives one that left. */
export type ClusterRank = (clusterName: string) => string;

export type GroupField<Row> = (row: Row, relations: Relations) => string | null;

/** What is added up over a group, under its GraphQL name; objects nest. null = the row has no value. */
export type Figures<Row> = { readonly [name: string]: Figure<Row> | Figures<Row> };

/** A number, or the text of an amount and how it is read. */
export type Figure<Row> =
  ((row: Row) => number | null) | readonly [text: (row: Row) => string | null, parse: ParseAmount];
