import type { KubeObject } from "../../kube/object.ts";
import type { CustomColumn } from "../registry/resource-definition.ts";
import { formatAge } from "./age.ts";
import { readJsonPath } from "./json-path.ts";

function toCell(found: unknown, { type }: CustomColumn, now: number): unknown {
  if (found === undefined || found === null) return null;
  switch (type) {
    case "date":
      return formatAge(found, now);
    case "integer":
      return typeof found === "number" ? Math.trunc(found) : null;
    case "number":
      return typeof found === "number" ? found : null;
    case "boolean":
      return typeof found === "boolean" ? found : null;
    default:
      return typeof found === "object" ? JSON.stringify(found) : String(found);
  }
}

/** A custom resource's row, by the printer columns of its definition. */
export function customCells(object: KubeObject, columns: readonly CustomColumn[], now: number): readonly unknown[] {
  return columns.map((column) => toCell(readJsonPath(object, column.jsonPath)[0], column, now));
}
