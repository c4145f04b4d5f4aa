import type { GraphQLField } from "graphql";

/**
 * What a schema says of its fields to the row writer, in their `extensions`. A field with a resolver and none of these is never written fast; one
 * without a resolver is a property of its source.
 */
export interface FieldMarks {
  /** A list in a connection (`RowRuns`) whose items may be many. */
  readonly wide?: true;
  /** The resolver gives the same for the same source and arguments, whoever asks and whenever: synchronous, no rights, no clock, no snapshot. */
  readonly pure?: true;
  /**
   * The resolver leads from a row to one object of the operation's snapshot, synchronously. Rows of one cluster with equal keys lead to the same
   * object; null = to none.
   */
  readonly relation?: (source: never) => string | null;
  /** A field of the query type whose resolver reads its arguments and the context alone, and gives one object or null, at once or later. */
  readonly one?: true;
  /** A field of the subscription type whose value is the event as the stream gave it. */
  readonly event?: true;
}

export function marksOf(field: GraphQLField<unknown, unknown>): FieldMarks {
  return field.extensions as FieldMarks;
}
