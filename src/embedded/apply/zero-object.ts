import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { servedApiVersion } from "../registry/resource-definition.ts";
import type { SchemaNode } from "../schema/schema-node.ts";

/**
 * What a creation is compared with: an object with nothing in it. Of a built-in kind the structs are there all the same, since in
 * Go they are values and not pointers; the recording shows them by `default: {}`.
 */
export function toZeroObject(served: ServedResource): JsonObject {
  const { definition, version } = served;
  const identity = { apiVersion: servedApiVersion(served), kind: definition.kind };
  return { ...(definition.isCustom ? {} : toZeroStruct(version.schema)), ...identity };
}

function toZeroStruct(schema: SchemaNode): JsonObject {
  const zero: JsonObject = {};
  for (const name of schema.propertyNames) {
    const property = schema.property(name)!;
    // A required list without a pointer is written even when there is none.
    if (property.type === "array" && schema.required.includes(name)) zero[name] = null;
    if (isJsonObject(property.default) && property.hasProperties) zero[name] = toZeroStruct(property);
  }
  return zero;
}
