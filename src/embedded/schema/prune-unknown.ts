import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { SchemaNode } from "./schema-node.ts";

export interface PruneOptions {
  /** apiVersion, kind and metadata belong to every object. */
  readonly isRoot: boolean;
  readonly path?: string;
}

/** Fields of every object, whatever a custom resource's schema says; the embedded ones have the type's own schema. */
const objectFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** Fields of metadata that a server knows; the rest is dropped from custom resources, which have no schema for it. */
const metadataFields: ReadonlySet<string> = new Set([
  "annotations",
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "finalizers",
  "generateName",
  "generation",
  "labels",
  "managedFields",
  "name",
  "namespace",
  "ownerReferences",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** Drops in place what the schema does not know, except below preserved parts; the paths of all that went, as the server names them. */
export function pruneUnknown(schema: SchemaNode, value: unknown, { isRoot, path = "" }: PruneOptions): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((item, index) =>
      pruneUnknown(items, item, { isRoot: items.embeddedResource, path: `${path}[${index}]` }),
    );
  }
  if (!isJsonObject(value)) return [];
  return Object.keys(value).flatMap((key) =>
    pruneField(schema, value, { key, isRoot, path: path === "" ? key : `${path}.${key}` }),
  );
}

function pruneField(
  schema: SchemaNode,
  parent: JsonObject,
  { key, isRoot, path }: { readonly key: string; readonly isRoot: boolean; readonly path: string },
): string[] {
  const own = schema.property(key);
  if (isRoot && objectFields.has(key) && !(own?.hasProperties ?? false)) {
    return key === "metadata" ? pruneMetadata(parent[key], path) : [];
  }
  const child = own ?? schema.additional;
  if (child !== undefined) return pruneUnknown(child, parent[key], { isRoot: child.embeddedResource, path });
  if (schema.preservesUnknown || schema.allowsAnyAdditional || isFreeForm(schema)) return [];
  delete parent[key];
  return [path];
}

function pruneMetadata(metadata: unknown, path: string): string[] {
  if (!isJsonObject(metadata)) return [];
  const unknown = Object.keys(metadata).filter((key) => !metadataFields.has(key));
  for (const key of unknown) delete metadata[key];
  return unknown.map((key) => `${path}.${key}`);
}

/** A recorded type of which nothing is said (fieldsV1, raw extensions), or no schema at all. */
function isFreeForm(schema: SchemaNode): boolean {
  return schema.raw["x-embedded-structural"] !== true && !schema.hasProperties && schema.additional === undefined;
}
