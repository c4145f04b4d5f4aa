import { ApiError } from "../../kube/api-error.ts";
import type { ObjectRow } from "../../kube/rows/row.ts";
import { compareCodePoints } from "../../cache/compare-code-points.ts";
import { badInput } from "../input-error.ts";
import { memoised } from "../memoised.ts";
import type { Figure, Figures, KindSpec } from "../kinds/kind-spec.ts";
import type { Relations } from "../relations/relations.ts";
import type { AggregateValue, GroupArgs, GroupValue } from "../request-context.ts";

export interface GroupOptions<Row> {
  readonly spec: KindSpec<Row>;
  readonly relations: Relations;
  readonly maxGroups: number;
}

interface Group<Row> {
  readonly values: readonly (string | null)[];
  readonly rows: Row[];
}

/**
 * Groups by fields first, then labels, in the order asked; by keys ascending, nulls last. No fields and no labels: one group, also of nothing.
 * Figures are added up when they are asked for. Throws LIMIT_EXCEEDED over `maxGroups`.
 */
export function groupRows<Row>(
  rows: readonly Row[],
  args: GroupArgs,
  options: GroupOptions<Row>,
): readonly GroupValue[] {
  const { spec, relations, maxGroups } = options;
  const readers = toReaders(args, spec, relations);
  const groups = new Map<string, Group<Row>>();
  if (readers.length === 0) groups.set("", { values: [], rows: [] });
  for (const row of rows) {
    const values = readers.map(({ read }) => read(row));
    const key = values.map(keyPart).join("");
    const group = groups.get(key);
    if (group !== undefined) group.rows.push(row);
    else groups.set(key, { values, rows: [row] });
    if (groups.size > maxGroups) throw tooManyGroups(maxGroups, groups.size);
  }
  const names = readers.map(({ name }) => name);
  return [...groups.values()].sort(compareGroups).map((group) => toGroupValue(group, names, spec.figures));
}

/** Lengths keep apart what joined texts would not: ["a", "b"] and ["ab", ""]. */
function keyPart(value: string | null): string {
  return value === null ? "-" : `${value.length}:${value}`;
}

function toReaders<Row>({ fields, labels }: GroupArgs, spec: KindSpec<Row>, relations: Relations) {
  const byField = fields.map((name, index) => {
    const field = Object.hasOwn(spec.groups, name) ? spec.groups[name] : undefined;
    if (field === undefined)
      throw badInput(`fields[${index}]`, `must be one of ${Object.keys(spec.groups).join(", ")}`);
    return { name, read: (row: Row): string | null => field(row, relations) };
  });
  const byLabel = labels.map((name) => ({
    name,
    read: (row: Row): string | null => (row as ObjectRow).labelMap[name] ?? null,
  }));
  return [...byField, ...byLabel];
}

function tooManyGroups(maximum: number, found: number): ApiError {
  return new ApiError("LIMIT_EXCEEDED", `groupBy gives more than ${maximum} groups. Group by fewer fields, or narrow where.`, {
    limit: { name: "groups", maximum, found },
  }); // prettier-ignore
}

function compareGroups(a: Group<unknown>, b: Group<unknown>): number {
  for (const [index, left] of a.values.entries()) {
    const right = b.values[index] ?? null;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return compareCodePoints(left, right);
  }
  return 0;
}

function toGroupValue<Row>({ values, rows }: Group<Row>, names: readonly string[], figures: Figures<Row>): GroupValue {
  const keys = names.map((name, index) => ({ name, value: values[index] ?? null }));
  return Object.defineProperties({ keys, count: rows.length }, figureGetters(rows, figures)) as GroupValue;
}

/** Getters, so that figures nobody selects cost nothing. */
function figureGetters<Row>(rows: readonly Row[], figures: Figures<Row>): PropertyDescriptorMap {
  const getters = Object.entries(figures).map(([name, figure]): [string, PropertyDescriptor] => {
    let value: unknown;
    const get = (): unknown => (value ??= computeFigure(rows, figure));
    return [name, { enumerable: true, get }];
  });
  return Object.fromEntries(getters);
}

function computeFigure<Row>(rows: readonly Row[], figure: Figures<Row>[string]): unknown {
  if (typeof figure === "function") return aggregate(rows, toBigint(figure));
  if (isAmount(figure)) return aggregate(rows, toAmount(figure));
  return Object.defineProperties({}, figureGetters(rows, figure));
}

function isAmount<Row>(figure: Figures<Row>[string]): figure is Exclude<Figure<Row>, (row: Row) => number | null> {
  return Array.isArray(figure);
}

function toBigint<Row>(read: (row: Row) => number | null): (row: Row) => bigint | null {
  return (row) => {
    const value = read(row);
    return value === null ? null : BigInt(value);
  };
}

function toAmount<Row>([text, parse]: Exclude<Figure<Row>, (row: Row) => number | null>): (row: Row) => bigint | null {
  const parsed = memoised(parse);
  return (row) => {
    const amount = text(row);
    return amount === null ? null : parsed(amount);
  };
}

function aggregate<Row>(rows: readonly Row[], read: (row: Row) => bigint | null): AggregateValue {
  let sum = 0n;
  let count = 0;
  let min: bigint | null = null;
  let max: bigint | null = null;
  for (const row of rows) {
    const value = read(row);
    if (value === null) continue;
    sum += value;
    count++;
    if (min === null || value < min) min = value;
    if (max === null || value > max) max = value;
  }
  return { sum, avg: count === 0 ? null : mean(sum, count), min, max };
}

/** Whole part and rest apart: a sum beyond 2^53 must not lose its fraction to one division. */
function mean(sum: bigint, count: number): number {
  const whole = sum / BigInt(count);
  return Number(whole) + Number(sum - whole * BigInt(count)) / count;
}
