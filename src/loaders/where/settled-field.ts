import { badInput } from "../input-error.ts";
import type { Field } from "./predicate.ts";

/**
 * A field whose value can change while its object does not: through another object, or a cluster's probes. A query reads it in its snapshot; a
 * stream, which looks at an object only when that changes, refuses it by name (docs/decisions/0002).
 */
export function settledField<Row>(field: Field<Row>): Field<Row> {
  return {
    compile(condition, path, context) {
      if (context.settled) return field.compile(condition, path, context);
      throw badInput(
        path,
        "leads to another object, whose changes a stream does not follow: filter by the object's own fields, its labels or its cluster's name, role and labels",
      );
    },
  };
}
