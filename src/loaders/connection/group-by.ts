import { ApiError } from "../../kube/api-error.ts";
import type { ObjectRow } from "../../kube/rows/row.ts";
import { compareCodePoints } from "../../cache/compare-code-points.ts";
import { badInput } from "../input-error.ts";
import { memoised } from "../memoised.ts";
import type { Figure, Figures, KindSpec } from "../kinds/kind-spec.ts";
import type { Relations } from "../relations/relations.ts";
import type { AggregateValue, GroupArgs, GroupValue } from "../request-context.ts";
import { groupKey, readValues } from "./group-counts.ts";
import type { GroupCounts, GroupReader } from "./group-counts.ts";
import type { RowRun } from "./row-runs.ts";

export interface GroupOptions<Row> {
  readonly spec: KindSpec<Row>;
  readonly relations: Relations;
  readonly groupCounts: GroupCounts;
  readonly maxGroups: number;
}

interface Group {
  readonly values: readonly (string | null)[];
  count: number;
}

/**
 * Groups by fields first, then labels, in the order asked; by keys ascending, nulls last. No fields and no labels: one group, also of nothing.
 * Counts of whole partitions are remembered; figures are added up when they are asked for. Throws LIMIT_EXCEEDED over `maxGroups`.
 */
export function groupRows<Row>(
  runs: readonly RowRun<Row>[],
  args: GroupArgs,
  options: GroupOptions<Row>,
): readonly GroupValue[] {
  const { spec, relations } = options;
  const readers = toReaders(args, spec);
  const groups = countGroups(runs, readers, args, options);
  const rowsOf = rowsByGroup(runs, readers, relations);
  const names = readers.map(({ name }) => name);
  return [...groups.values()]
    .sort(compareGroups)
    .map((group) => toGroupValue(group, names, spec.figures, () => rowsOf(groupKey(group.values))));
}

function countGroups<Row>(
  runs: readonly RowRun<Row>[],
  readers: readonly GroupReader<Row>[],
  { fields, labels }: GroupArgs,
  { spec, relations, groupCounts, maxGroups }: GroupOptions<Row>,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  if (readers.length === 0) groups.set("", { values: [], count: 0 });
  const add = (key: string, values: Group["values"], count: number): void => {
    const group = groups.get(key);
    if (group !== undefined) group.count += count;
    else groups.set(key, { values, count });
    if (groups.size > maxGroups) throw tooManyGroups(maxGroups, groups.size);
  };
  const countsOf = groupCounts.of(JSON.stringify([spec.name, fields, labels]), readers);
  for (const run of runs) {
    const counted = countsOf(run);
    if (counted !== undefined) {
      for (const [key, { values, count }] of counted) add(key, values, count);
      continue;
    }
    for (const row of run.rows) {
      const values = readValues(readers, row, relations);
      add(groupKey(values), values, 1);
    }
  }
  return groups;
}

/** The rows of a group; all are looked at when those of the first are asked for. */
function rowsByGroup<Row>(
  runs: readonly RowRun<Row>[],
  readers: readonly GroupReader<Row>[],
  relations: Relations,
): (key: string) => readonly Row[] {
  let groups: Map<string, Row[]> | undefined;
  return (wanted) => {
    if (groups === undefined) {
      groups = new Map();
      for (const { rows } of runs) {
        for (const row of rows) {
          const key = groupKey(readValues(readers, row, relations));
          const group = groups.get(key);
          if (group === undefined) groups.set(key, [row]);
          else group.push(row);
        }
      }
    }
    return groups.get(wanted) ?? [];
  };
}

function toReaders<Row>({ fields, labels }: GroupArgs, spec: KindSpec<Row>): readonly GroupReader<Row>[] {
  const byField = fields.map((name, index): GroupReader<Row> => {
    const field = Object.hasOwn(spec.groups, name) ? spec.groups[name] : undefined;
    if (field === undefined)
      throw badInput(`fields[${index}]`, `must be one of ${Object.keys(spec.groups).join(", ")}`);
    return { name, read: field };
  });
  const byLabel = labels.map((name): GroupReader<Row> => ({ name, read: (row) => labelOf(row as ObjectRow, name) }));
  return [...byField, ...byLabel];
}

function labelOf({ labelMap }: ObjectRow, key: string): string | null {
  return Object.hasOwn(labelMap, key) ? (labelMap[key] ?? null) : null;
}

function tooManyGroups(maximum: number, found: number): ApiError {
  return new ApiError("LIMIT_EXCEEDED", `groupBy gives more than ${maximum} groups. Group by fewer fields, or narrow where.`, {
    limit: { name: "groups", maximum, found },
  }); // prettier-ignore
}

function compareGroups(a: Group, b: Group): number {
  for (const [index, left] of a.values.entries()) {
    const right = b.values[index] ?? null;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return compareCodePoints(left, right);
  }
  return 0;
}

function toGroupValue<Row>(
  { values, count }: Group,
  names: readonly string[],
  figures: Figures<Row>,
  rows: () => readonly Row[],
): GroupValue {
  const keys = names.map((name, index) => ({ name, value: values[index] ?? null }));
  return Object.defineProperties({ keys, count }, figureGetters(rows, figures)) as GroupValue;
}

/** Getters, so that figures nobody selects cost nothing. */
function figureGetters<Row>(rows: () => readonly Row[], figures: Figures<Row>): PropertyDescriptorMap {
  const getters = Object.entries(figures).map(([name, figure]): [string, PropertyDescriptor] => {
    let value: unknown;
    const get = (): unknown => (value ??= computeFigure(rows, figure));
    return [name, { enumerable: true, get }];
  });
  return Object.fromEntries(getters);
}

function computeFigure<Row>(rows: () => readonly Row[], figure: Figures<Row>[string]): unknown {
  if (typeof figure === "function") return aggregate(rows(), toBigint(figure));
  if (isAmount(figure)) return aggregate(rows(), toAmount(figure));
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
