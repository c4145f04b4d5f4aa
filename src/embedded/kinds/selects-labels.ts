import { isJsonObject, itemsAt, objectAt } from "../json-value.ts";

/** Whether a LabelSelector (matchLabels and matchExpressions) selects a set of labels. An empty one selects everything. */
export function selectsLabels(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  const exact = Object.entries(objectAt(selector, "matchLabels"));
  if (!exact.every(([key, value]) => labels[key] === value)) return false;
  return itemsAt(selector, "matchExpressions")
    .filter(isJsonObject)
    .every((expression) => {
      const value = labels[String(expression["key"])];
      const isListed = value !== undefined && itemsAt(expression, "values").includes(value);
      switch (expression["operator"]) {
        case "In":
          return isListed;
        case "NotIn":
          return !isListed;
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    });
}
