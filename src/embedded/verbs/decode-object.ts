import { splitApiVersion } from "../../kube/resource-id.ts";
import { isJsonObject } from "../json-value.ts";
import type { Draft, JsonObject } from "../json-value.ts";
import { servedApiVersion } from "../registry/resource-definition.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { decodeErrors } from "../schema/decode-errors.ts";
import { pruneUnknown } from "../schema/prune-unknown.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { badRequest } from "../status-error.ts";
import type { VerbOptions } from "./write-options.ts";

/** A body made into a draft of its version. */
export interface Decoded {
  readonly draft: Draft;
  readonly warnings: readonly string[];
}

function checkKind(served: ServedResource, body: JsonObject): void {
  const apiVersion = servedApiVersion(served);
  const { kind } = served.definition;
  body["apiVersion"] ||= apiVersion;
  body["kind"] ||= kind;
  if (body["apiVersion"] === apiVersion && body["kind"] === kind) return;
  const found = splitApiVersion(String(body["apiVersion"]));
  const expected = splitApiVersion(apiVersion);
  if (body["kind"] === kind && found.group === expected.group) {
    throw badRequest(
      `the API version in the data (${String(body["apiVersion"])}) does not match the expected API version (${apiVersion})`,
    );
  }
  throw badRequest(
    `${String(body["kind"])} in version "${found.version}" cannot be handled as a ${kind}: converting (${String(body["apiVersion"])}.${String(body["kind"])}) to (${apiVersion}.${kind}): unknown conversion`,
  );
}

/** Go drops null where it means "not there"; so does everything that is stored. */
export function dropNulls(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (item === null || item === undefined) delete value[key];
    else dropNulls(item);
  }
}

/** Go's `omitempty`: a map or list without anything in it, that need not be there, is not there. */
function dropEmpty(schema: SchemaNode, value: unknown): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) for (const item of value) dropEmpty(items, item);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const child = schema.child(key);
    if (child === undefined) continue;
    dropEmpty(child, item);
    const isMap = child.additional !== undefined && !child.hasProperties;
    const isEmpty =
      (Array.isArray(item) && item.length === 0) || (isMap && isJsonObject(item) && Object.keys(item).length === 0);
    if (isEmpty && !schema.required.includes(key) && schema.property(key) !== undefined) delete value[key];
  }
}

function dropEmptyMetadata(metadata: unknown): void {
  if (!isJsonObject(metadata)) return;
  for (const key of ["labels", "annotations", "finalizers", "ownerReferences"]) {
    const value = metadata[key];
    if (typeof value === "object" && value !== null && Object.keys(value).length === 0) delete metadata[key];
    if (value === null) delete metadata[key];
  }
}

/**
 * Reads a body as an object of the resource, in place: kind and version checked, wrong types refused (400 for built-in kinds; a
 * custom resource's are reported by validation), unknown fields refused, warned of or dropped as asked.
 */
export function decodeObject(
  served: ServedResource,
  body: unknown,
  options: Pick<VerbOptions, "fieldValidation">,
): Decoded {
  const { definition, version } = served;
  if (!isJsonObject(body)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${definition.kind})`);
  }
  checkKind(served, body);
  if (body["metadata"] === undefined || body["metadata"] === null) body["metadata"] = {};
  if (!isJsonObject(body["metadata"])) {
    throw badRequest(`${definition.kind} in version "${version.name}" cannot be handled as a ${definition.kind}: json: cannot unmarshal ${typeof body["metadata"]} into Go struct field ${definition.kind}.metadata of type v1.ObjectMeta`); // prettier-ignore
  }
  if (!definition.isCustom) {
    dropNulls(body);
    dropEmpty(version.schema, body);
    const wrong = decodeErrors(version.schema, body, definition.kind)[0];
    if (wrong !== undefined) {
      throw badRequest(
        `${definition.kind} in version "${version.name}" cannot be handled as a ${definition.kind}: ${wrong}`,
      );
    }
  }
  const unknown = pruneUnknown(version.schema, body, { isRoot: true });
  if (unknown.length > 0 && options.fieldValidation === "Strict") {
    const list = unknown.map((path) => `unknown field ${JSON.stringify(path)}`).join(", ");
    throw badRequest(
      `${definition.kind} in version "${version.name}" cannot be handled as a ${definition.kind}: strict decoding error: ${list}`,
    );
  }
  if (definition.isCustom) dropEmptyMetadata(body["metadata"]);
  const warnings =
    options.fieldValidation === "Warn" ? unknown.map((path) => `unknown field ${JSON.stringify(path)}`) : [];
  return { draft: body as Draft, warnings };
}
