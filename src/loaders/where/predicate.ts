import { badInput, shown } from "../input-error.ts";
import type { Kinds } from "../kinds/kinds.ts";
import type { Relations } from "../relations/relations.ts";

/** Whether a value meets the conditions. */
export type Predicate<Value> = (value: Value) => boolean;

/** What conditions are compiled and evaluated with. */
export interface WhereContext {
  /** What "olderThan" counts from, ms since the epoch; undefined in a stream, where it is refused: nothing tells when an object grows old. */
  readonly nowMs: number | undefined;
  /** Where relations lead. Asked while evaluating, so that a stream may pass one that moves on. */
  readonly relations: Relations;
  /** Whether `relations` reads one snapshot for good, so that what was found of a related object may be kept. */
  readonly settled: boolean;
  /** What is known of the kinds that relations lead to. */
  readonly kinds: Kinds;
}

/** How one field of a `where` input is understood. `condition` is never undefined and may be null = "is absent". */
export interface Field<Value> {
  compile(condition: unknown, path: string, context: WhereContext): Predicate<Value>;
}

/** The fields of a `where` input by name; and, or, not go without saying. */
export type WhereFields<Value> = Readonly<Record<string, Field<Value>>>;

/** The operators of a predicate input by name; each is given its operand, which is never undefined. */
export type Operators<Value> = Readonly<
  Record<string, (operand: unknown, path: string, context: WhereContext) => Predicate<Value>>
>;

/**
 * A field with a predicate input: several operators all hold; null for any but `eq` is refused, since "absent" compares to nothing;
 * an absent value meets no operator but `eq: null`.
 */
export function predicateField<Row, Value>(
  read: (row: Row) => Value | null | undefined,
  operators: Operators<Value>,
): Field<Row> {
  return {
    compile(condition, path, context) {
      if (condition === null) return (row) => isAbsent(read(row));
      const tests = entriesOf(condition, path).map(([name, operand]): Predicate<Row> => {
        const operatorPath = `${path}.${name}`;
        const operator = operators[name];
        if (operator === undefined) throw badInput(operatorPath, `is none of ${Object.keys(operators).join(", ")}`);
        if (operand === null) {
          if (name === "eq") return (row) => isAbsent(read(row));
          throw badInput(operatorPath, `must not be null: only eq takes null, which means "is absent"`);
        }
        const test = operator(operand, operatorPath, context);
        return (row) => {
          const value = read(row);
          return !isAbsent(value) && test(value);
        };
      });
      return allOf(tests);
    },
  };
}

/** Whether there is no value. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** All hold; none at all holds always. */
export function allOf<Value>(tests: readonly Predicate<Value>[]): Predicate<Value> {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (value) => tests.every((test) => test(value));
}

/** At least one holds; none at all never holds. */
export function anyOf<Value>(tests: readonly Predicate<Value>[]): Predicate<Value> {
  return tests.length === 1 && tests[0] !== undefined ? tests[0] : (value) => tests.some((test) => test(value));
}

/** The set entries of an input object. */
export function entriesOf(input: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw badInput(path, `must be an object but got: ${shown(input)}`);
  }
  return Object.entries(input).filter(([, value]) => value !== undefined);
}

/** The items of a list input; a single value is a list of one, as GraphQL coerces it. */
export function itemsOf(input: unknown, path: string): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(input) ? input : [input];
  items.forEach((item, index) => {
    if (item === null || item === undefined) throw badInput(`${path}[${index}]`, "must not be null");
  });
  return items;
}
