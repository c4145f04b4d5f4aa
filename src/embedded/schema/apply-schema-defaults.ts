import { cloneJson, isJsonObject } from "../json-value.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Structural defaulting of a custom resource, in place: a default goes where a field of a present object is missing, or is null and may not be. */
export function applySchemaDefaults(schema: SchemaNode, value: unknown): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) for (const item of value) applySchemaDefaults(items, item);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const name of schema.propertyNames) {
    const property = schema.property(name)!;
    const isMissing = value[name] === undefined || (value[name] === null && !property.nullable);
    if (isMissing && property.default !== undefined) value[name] = cloneJson(property.default);
    else if (value[name] === null && !property.nullable) delete value[name];
    applySchemaDefaults(property, value[name]);
  }
  if (schema.additional === undefined) return;
  for (const [key, item] of Object.entries(value)) {
    if (schema.property(key) === undefined) applySchemaDefaults(schema.additional, item);
  }
}
