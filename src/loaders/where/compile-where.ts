import { badInput, shown } from "../input-error.ts";
import { allOf, anyOf, entriesOf, itemsOf } from "./predicate.ts";
import type { Predicate, WhereContext, WhereFields } from "./predicate.ts";

/**
 * Parses a `where` input into a predicate. The rules are those at the head of the schema: unset = no condition; null on a field = is absent;
 * null for the input itself and for and, or, not is like unset; an empty `or` matches nothing; what is set holds all together.
 * Throws ApiError BAD_USER_INPUT naming the path.
 */
export function compileWhere<Row>(
  input: unknown,
  fields: WhereFields<Row>,
  context: WhereContext,
  path = "where",
): Predicate<Row> {
  if (input === undefined || input === null) return () => true;
  const tests = entriesOf(input, path).map(([name, condition]): Predicate<Row> => {
    const fieldPath = `${path}.${name}`;
    if (name === "and" || name === "or" || name === "not") {
      return condition === null ? () => true : compileLogic(name, condition, fields, context, fieldPath);
    }
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw unknownField(fieldPath, name, Object.keys(fields));
    return field.compile(condition, fieldPath, context);
  });
  return allOf(tests);
}

function compileLogic<Row>(
  name: "and" | "or" | "not",
  condition: unknown,
  fields: WhereFields<Row>,
  context: WhereContext,
  path: string,
): Predicate<Row> {
  if (name === "not") {
    const test = compileWhere(condition, fields, context, path);
    return (row) => !test(row);
  }
  const tests = itemsOf(condition, path).map((item, index) => compileWhere(item, fields, context, `${path}[${index}]`));
  return name === "and" ? allOf(tests) : anyOf(tests);
}

function unknownField(path: string, name: string, known: readonly string[]): Error {
  return badInput(path, `names no field of this kind: ${shown(name)} is none of ${known.join(", ")}`);
}
