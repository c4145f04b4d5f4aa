import type { JsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { applyMergePatch } from "./merge-patch.ts";

export function applyStrategicMergePatch(schema: SchemaNode, value: JsonObject, patch: JsonObject): unknown {
  void schema;
  return applyMergePatch(value, patch);
}
