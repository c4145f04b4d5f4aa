import type { StringMap } from "../../kube/rows/row.ts";
import { badInput } from "../input-error.ts";
import { compileWhere } from "./compile-where.ts";
import { allOf, entriesOf, isAbsent, itemsOf } from "./predicate.ts";
import { stringOperators } from "./scalar-fields.ts";
import type { Field, Predicate, WhereContext, WhereFields } from "./predicate.ts";

/** [LabelPredicate!]: all hold; the key alone = the label is there; `eq: null` = it is absent. */
export function labelsField<Row>(read: (row: Row) => StringMap): Field<Row> {
  return {
    compile(condition, path, context) {
      if (condition === null) return (row) => Object.keys(read(row)).length === 0;
      const tests = itemsOf(condition, path).map((item, index) => compileLabel(item, `${path}[${index}]`, context));
      const test = allOf(tests);
      return (row) => test(read(row));
    },
  };
}

function compileLabel(input: unknown, path: string, context: WhereContext): Predicate<StringMap> {
  const entries = entriesOf(input, path);
  const key = entries.find(([name]) => name === "key")?.[1];
  if (typeof key !== "string" || key === "") throw badInput(`${path}.key`, "must be a label key");
  const tests = entries
    .filter(([name]) => name !== "key")
    .map(([name, operand]): Predicate<string | undefined> => {
      const operator = Object.hasOwn(stringOperators, name) ? stringOperators[name] : undefined;
      if (operator === undefined)
        throw badInput(`${path}.${name}`, `is none of ${Object.keys(stringOperators).join(", ")}`);
      if (operand === null) {
        if (name === "eq") return (value) => value === undefined;
        throw badInput(`${path}.${name}`, `must not be null: only eq takes null, which means "is absent"`);
      }
      const test = operator(operand, `${path}.${name}`, context);
      return (value) => value !== undefined && test(value);
    });
  const all = tests.length === 0 ? (value: string | undefined) => value !== undefined : allOf(tests);
  return (labels) => all(Object.hasOwn(labels, key) ? labels[key] : undefined);
}

/**
 * Conditions on one thing an object has or leads to; null = it has none. What is not there meets no condition, not even a `not` inside:
 * {node: {not: …}} wants a node.
 */
export function objectField<Row, Value>(
  read: (row: Row, context: WhereContext) => Value | null | undefined,
  fields: WhereFields<Value> | ((context: WhereContext) => WhereFields<Value>),
): Field<Row> {
  return {
    compile(condition, path, context) {
      if (condition === null) return (row) => isAbsent(read(row, context));
      const test = compileWhere(condition, resolve(fields, context), context, path);
      return (row) => {
        const value = read(row, context);
        return !isAbsent(value) && test(value);
      };
    },
  };
}

/** The same for a relation to an object that many rows share: each related object is looked at once. */
export function relationField<Row, Value extends object>(
  read: (row: Row, context: WhereContext) => Value | null | undefined,
  fields: (context: WhereContext) => WhereFields<Value>,
): Field<Row> {
  const field = objectField(read, fields);
  return {
    compile(condition, path, context) {
      if (condition === null || !context.settled) return field.compile(condition, path, context);
      const test = compileWhere(condition, fields(context), context, path);
      const found = new WeakMap<Value, boolean>();
      return (row) => {
        const value = read(row, context);
        if (isAbsent(value)) return false;
        let holds = found.get(value);
        if (holds === undefined) found.set(value, (holds = test(value)));
        return holds;
      };
    },
  };
}

/** `some` and `none` over a list; null = the list is empty. */
export function listField<Row, Value>(
  read: (row: Row, context: WhereContext) => readonly Value[],
  fields: WhereFields<Value> | ((context: WhereContext) => WhereFields<Value>),
): Field<Row> {
  return {
    compile(condition, path, context) {
      if (condition === null) return (row) => read(row, context).length === 0;
      const tests = entriesOf(condition, path).map(([name, operand]): Predicate<readonly Value[]> => {
        const operatorPath = `${path}.${name}`;
        if (name !== "some" && name !== "none") throw badInput(operatorPath, "is none of some, none");
        if (operand === null) throw badInput(operatorPath, "must not be null; {} means any item");
        const test = compileWhere(operand, resolve(fields, context), context, operatorPath);
        return name === "some" ? (values) => values.some(test) : (values) => !values.some(test);
      });
      const all = allOf(tests);
      return (row) => all(read(row, context));
    },
  };
}

function resolve<Value>(
  fields: WhereFields<Value> | ((context: WhereContext) => WhereFields<Value>),
  context: WhereContext,
): WhereFields<Value> {
  return typeof fields === "function" ? fields(context) : fields;
}
