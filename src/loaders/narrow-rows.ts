import type { PartitionSnapshot } from "../cache/fleet-cache.ts";
import { parseLabelSelector } from "../kube/label-selector.ts";
import { isRecord, toRecord, toRecords } from "../kube/read-json.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { Indexes } from "./indexes.ts";
import type { ListArgs } from "./request-context.ts";

export interface Narrowed {
  /** Rows of a partition among which all are that the conditions can hold for, in the partition's order. */
  readonly rowsOf: (partition: PartitionSnapshot) => readonly AnyRow[];
  /** Whether `where` and the label selector hold for each of them: there is no other condition. */
  readonly isExact: boolean;
}

/**
 * An index that a list's conditions allow to use instead of a scan; undefined where none does. What narrows is what must hold besides everything else:
 * an equality at the top of `where`, a term of the label selector.
 */
export function narrowRows({ where, labelSelector }: ListArgs, indexes: Indexes): Narrowed | undefined {
  const nodeName = equality(toRecord(where)["nodeName"]);
  if (nodeName !== undefined) {
    return { rowsOf: (partition) => indexes.byNode.at(partition).get(nodeName) ?? [], isExact: false };
  }
  const label = labelOfWhere(where) ?? labelOfSelector(labelSelector);
  if (label === undefined) return undefined;
  const [key, value] = label;
  return {
    rowsOf: (partition) => indexes.byLabel.at(partition).of(key).get(value) ?? [],
    isExact: isUnset(where) && isOneTerm(labelSelector),
  };
}

function isUnset(where: unknown): boolean {
  return where === undefined || where === null || Object.values(toRecord(where)).every((one) => one === undefined);
}

function isOneTerm(labelSelector: string | null | undefined): boolean {
  return typeof labelSelector === "string" && parseLabelSelector(labelSelector).length === 1;
}

function labelOfWhere(where: unknown): readonly [string, string] | undefined {
  const labels = toRecord(where)["labels"];
  for (const condition of toRecords(isRecord(labels) ? [labels] : labels)) {
    const value = equality(condition);
    if (typeof condition["key"] === "string" && value !== undefined) return [condition["key"], value];
  }
  return undefined;
}

function labelOfSelector(labelSelector: string | null | undefined): readonly [string, string] | undefined {
  if (labelSelector === null || labelSelector === undefined) return undefined;
  for (const { key, operator, values } of parseLabelSelector(labelSelector)) {
    const [value] = values;
    if (operator === "In" && values.length === 1 && value !== undefined) return [key, value];
  }
  return undefined;
}

function equality(condition: unknown): string | undefined {
  const value = toRecord(condition)["eq"];
  return typeof value === "string" ? value : undefined;
}
