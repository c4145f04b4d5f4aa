import type { PartitionSnapshot } from "../cache/fleet-cache.ts";
import { parseLabelSelector } from "../kube/label-selector.ts";
import { isRecord, toRecord, toRecords } from "../kube/read-json.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { Indexes } from "./indexes.ts";
import type { ListArgs } from "./request-context.ts";

/** Rows of a partition among which all are that a condition can hold for, in the partition's order. */
export type Narrowed = (partition: PartitionSnapshot) => readonly AnyRow[];

/**
 * An index that a list's conditions allow to use instead of a scan; undefined where none does. All conditions are still to be checked: only what
 * must hold besides everything else (an equality at the top of `where`, a term of the label selector) narrows.
 */
export function narrowRows({ where, labelSelector }: ListArgs, indexes: Indexes): Narrowed | undefined {
  const nodeName = equality(toRecord(where)["nodeName"]);
  if (nodeName !== undefined) return (partition) => indexes.byNode.at(partition).get(nodeName) ?? [];
  const label = labelOfWhere(where) ?? labelOfSelector(labelSelector);
  if (label === undefined) return undefined;
  const [key, value] = label;
  return (partition) => indexes.byLabel.at(partition).of(key).get(value) ?? [];
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
