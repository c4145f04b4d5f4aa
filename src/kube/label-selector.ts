import { isRecord, toRecords, toText } from "./read-json.ts";
import { explainLabelKey, explainLabelValue, toInt64 } from "./label-rules.ts";
import { LabelSelectorParser } from "./label-selector-parser.ts";
import type { StringMap } from "./rows/row.ts";

export type LabelOperator = "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";

/** One term: of `In` and `NotIn` any number of values, of `Gt` and `Lt` one whole number, else none. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** All terms must hold; without terms it takes everything. */
export type LabelSelector = readonly LabelRequirement[];

/**
 * Reads a selector as `kubectl -l` and the API server do (apimachinery pkg/labels): `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`,
 * `!a`, `a>1`, `a<2`, joined by commas. "" has no terms. Throws ApiError BAD_USER_INPUT, which names the character and the rule.
 */
export function parseLabelSelector(text: string): LabelSelector {
  return new LabelSelectorParser(text).parse();
}

/** Whether an object with these labels is selected. `!=` and `notin` also take what lacks the key, as the API server does. */
export function matchesLabels(selector: LabelSelector, labels: StringMap): boolean {
  return selector.every((requirement) => holds(requirement, labels));
}

/** Whether each of `matchLabels` is among the labels. An empty map takes everything: whether that is meant is the caller's business. */
export function matchesMap(matchLabels: StringMap, labels: StringMap): boolean {
  for (const key of Object.keys(matchLabels)) {
    if (!Object.hasOwn(labels, key) || labels[key] !== matchLabels[key]) return false;
  }
  return true;
}

function holds({ key, operator, values }: LabelRequirement, labels: StringMap): boolean {
  // Not just labels[key]: a plain object has a "constructor".
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Gt":
    case "Lt": {
      const number = toInt64(value);
      const bound = toInt64(values[0]);
      if (number === undefined || bound === undefined) return false;
      return operator === "Gt" ? number > bound : number < bound;
    }
  }
}

const wireOperators: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

/**
 * A metav1.LabelSelector (matchLabels and matchExpressions). undefined = it selects nothing: there is none, or one of its terms is not valid.
 * An empty one selects everything.
 */
export function toLabelSelector(value: unknown): LabelSelector | undefined {
  if (!isRecord(value)) return undefined;
  const requirements: LabelRequirement[] = [];
  if (isRecord(value.matchLabels)) {
    for (const [key, term] of Object.entries(value.matchLabels)) {
      if (typeof term !== "string") return undefined;
      requirements.push({ key, operator: "In", values: [term] });
    }
  }
  for (const expression of toRecords(value.matchExpressions)) {
    const { operator, values = [] } = expression;
    const key = toText(expression.key);
    if (key === null || typeof operator !== "string" || !wireOperators.has(operator)) return undefined;
    if (!Array.isArray(values) || !values.every((item): item is string => typeof item === "string")) return undefined;
    // In and NotIn need values, the others must have none.
    if (values.length > 0 !== (operator === "In" || operator === "NotIn")) return undefined;
    requirements.push({ key, operator: operator as LabelOperator, values });
  }
  const isValid = requirements.every(
    ({ key, values }) =>
      explainLabelKey(key) === undefined && values.every((item) => explainLabelValue(item) === undefined),
  );
  return isValid ? requirements : undefined;
}
