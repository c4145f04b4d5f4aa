import type { GraphQLFieldResolver, GraphQLResolveInfo } from "graphql";
import type { ObjectRow } from "../../kube/rows/row.ts";
import type { Writing } from "./writing.ts";

/** JSON text of something that belongs to `source`. Throws where graphql-js would report an error, or might. */
export type Write<Source = unknown> = (source: Source, writing: Writing) => string;

/** A relation of the rows of a list. Its texts are remembered by key, so that a chunk can be checked without looking at its rows. */
export interface RelationSlot {
  readonly index: number;
  readonly keyOf: (row: ObjectRow) => string | null;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly args: Readonly<Record<string, unknown>>;
  /** Text of what the relation leads to. */
  readonly write: Write;
  /** Texts by what they are of, where they depend on nothing else; unset where a relation of the related object is selected. */
  readonly known: WeakMap<object, string> | undefined;
}

/** How the rows of one selection are written. */
export interface RowPlan {
  readonly write: Write<ObjectRow>;
  readonly slots: readonly RelationSlot[];
  /** Whether all that a row's text depends on is the row and the texts of its slots. */
  readonly isKept: boolean;
}

/** Pure resolvers and relations get none: what is in it is of one document. */
export const noInfo = Object.freeze({}) as unknown as GraphQLResolveInfo;
