import { isJsonObject } from "../json-value.ts";
import type { SchemaNode } from "./schema-node.ts";

/** What encoding/json calls a value. */
function jsonName(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

const goTypes: Readonly<Record<string, string>> = { string: "string", boolean: "bool", array: "slice", object: "map" };

function fits(schema: SchemaNode, value: unknown): boolean {
  if (schema.intOrString) return typeof value === "string" || Number.isInteger(value);
  switch (schema.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "object":
      return isJsonObject(value);
    default:
      return true;
  }
}

/**
 * Values that cannot be decoded into a built-in kind, in the words of Go's decoder ("json: cannot unmarshal number into Go struct
 * field ConfigMap.data of type string"). Unknown fields are none of its business. Empty where all is well.
 */
export function decodeErrors(schema: SchemaNode, value: unknown, path: string): readonly string[] {
  if (value === null || value === undefined) return [];
  if (!fits(schema, value)) {
    const type = schema.type === "integer" ? (schema.format ?? "int64") : (goTypes[schema.type ?? ""] ?? "value");
    const found = schema.type === "integer" && typeof value === "number" ? `number ${value}` : jsonName(value);
    return [`json: cannot unmarshal ${found} into Go struct field ${path} of type ${type}`];
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item) => decodeErrors(items, item, path));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = schema.property(key);
    if (own !== undefined) return decodeErrors(own, item, `${path}.${key}`);
    return schema.additional === undefined ? [] : decodeErrors(schema.additional, item, path);
  });
}
