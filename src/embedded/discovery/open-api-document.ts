import { toApiVersion } from "../../kube/resource-id.ts";
import type { JsonObject } from "../json-value.ts";
import { recordedApi } from "../recorded/recorded-api.ts";
import type { ResourceDefinition, ServedVersion } from "../registry/resource-definition.ts";
import type { ResourceRegistry } from "../registry/resource-registry.ts";

const v3Prefix = "#/components/schemas/";
const v2Prefix = "#/definitions/";
const objectMetaName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** Query parameters by which kubectl sees what a server can do. */
function writeParameters(asV2: boolean): unknown[] {
  const text = asV2 ? { type: "string", uniqueItems: true } : { schema: { type: "string", uniqueItems: true } };
  return ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({ name, in: "query", ...text }));
}

const patchTypes = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

function operation(action: string, gvk: JsonObject, parameters: readonly unknown[]): JsonObject {
  return {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
    parameters,
    responses: { "200": { description: "OK" } },
  };
}

function toPaths(definition: ResourceDefinition, version: ServedVersion, asV2: boolean): [string, unknown][] {
  const { group, plural, kind, namespaced } = definition;
  const root = group === "" ? `/api/${version.name}` : `/apis/${group}/${version.name}`;
  const gvk = { group, version: version.name, kind };
  const scope = namespaced ? "/namespaces/{namespace}" : "";
  const write = writeParameters(asV2);
  const patch = operation("patch", gvk, write);
  if (asV2) patch["consumes"] = patchTypes;
  else patch["requestBody"] = { content: Object.fromEntries(patchTypes.map((type) => [type, {}])) };
  const collection = { get: operation("list", gvk, []), post: operation("post", gvk, write) };
  const object = {
    get: operation("get", gvk, []),
    put: operation("put", gvk, write),
    patch,
    delete: operation("delete", gvk, writeParameters(asV2).slice(0, 1)),
  };
  return [
    [`${root}${scope}/${plural}`, collection],
    [`${root}${scope}/${plural}/{name}`, object],
  ];
}

/** A schema with all it refers to, out of the recording. */
function addSchema(name: string, schema: unknown, to: Record<string, unknown>): void {
  if (name in to || schema === undefined) return;
  to[name] = schema;
  for (const [, reference = ""] of JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    addSchema(reference, recordedApi.schemas[reference], to);
  }
}

/** A custom resource's schema with what every object has. */
function toCustomSchema({ group, kind }: ResourceDefinition, version: ServedVersion): unknown {
  const raw = version.rawSchema ?? {};
  return {
    ...raw,
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      ...(raw["properties"] as JsonObject | undefined),
      metadata: { allOf: [{ $ref: `${v3Prefix}${objectMetaName}` }] },
    },
    "x-kubernetes-group-version-kind": [{ group, version: version.name, kind }],
  };
}

interface Parts {
  readonly paths: Record<string, unknown>;
  readonly schemas: Record<string, unknown>;
}

function gather(registry: ResourceRegistry, wanted: (apiVersion: string) => boolean, asV2: boolean): Parts {
  const parts: Parts = { paths: {}, schemas: {} };
  for (const definition of registry.list()) {
    for (const version of definition.versions) {
      if (!wanted(toApiVersion({ group: definition.group, version: version.name }))) continue;
      for (const [path, item] of toPaths(definition, version, asV2)) parts.paths[path] = item;
      const schema = definition.isCustom ? toCustomSchema(definition, version) : version.rawSchema;
      addSchema(version.schemaName, schema, parts.schemas);
    }
  }
  return parts;
}

/** The document of one group version. */
export function toOpenApiV3(registry: ResourceRegistry, group: string, version: string): unknown {
  const apiVersion = toApiVersion({ group, version });
  const { paths, schemas } = gather(registry, (found) => found === apiVersion, false);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: recordedApi.version["gitVersion"] },
    paths,
    components: { schemas },
  };
}

/** Everything in the older form. */
export function toOpenApiV2(registry: ResourceRegistry): unknown {
  const { paths, schemas } = gather(registry, () => true, true);
  const definitions = toV2(schemas);
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: recordedApi.version["gitVersion"] },
    paths,
    definitions,
  };
}

/** v2 has no oneOf, no nullable and no allOf around a reference, and its references go elsewhere. */
function toV2(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toV2);
  if (typeof value !== "object" || value === null) return value;
  const { allOf, oneOf, anyOf: _anyOf, not: _not, nullable: _nullable, ...rest } = value as JsonObject;
  const [only] = Array.isArray(allOf) && allOf.length === 1 ? (allOf as JsonObject[]) : [];
  const reference = only?.["$ref"] ?? rest["$ref"];
  if (typeof reference === "string") return { $ref: reference.replace(v3Prefix, v2Prefix) };
  const entries = Object.entries(rest).map(([key, item]) => [key, toV2(item)]);
  return { ...(oneOf === undefined ? {} : { type: "string" }), ...Object.fromEntries(entries) };
}
