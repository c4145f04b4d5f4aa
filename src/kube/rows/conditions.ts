import { toInt, toRecord, toRecords, toText, toTime } from "../read-json.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";

/** One entry of status.conditions: the schema's Condition. */
export interface Condition {
  readonly type: string;
  /** "True", "False", "Unknown". */
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly lastTransitionTime: string | null;
  readonly observedGeneration: number | null;
}

/** status.conditions of any object, in their order; entries without a type are left out. */
export function toConditions(object: KubeObject): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const entry of toRecords(toRecord(object.status).conditions)) {
    const type = toText(entry.type);
    if (type !== null) conditions.push(toCondition(type, entry));
  }
  return conditions;
}

function toCondition(type: string, entry: JsonRecord): Condition {
  return {
    type,
    status: toText(entry.status) ?? "Unknown",
    reason: toText(entry.reason),
    message: toText(entry.message),
    lastTransitionTime: toTime(entry.lastTransitionTime),
    observedGeneration: toInt(entry.observedGeneration),
  };
}

export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}
