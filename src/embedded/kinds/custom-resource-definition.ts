import type { KubeObject } from "../../kube/object.ts";
import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import { ensureObject, equalJson, isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import type { Draft, JsonObject } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import type { StatusCause } from "../status-error.ts";
import { fill } from "./pod-spec-defaults.ts";
import { required } from "./validate-pod-spec.ts";

function setDefaults(draft: Draft): void {
  const spec = ensureObject(draft, "spec");
  const names = ensureObject(spec, "names");
  const kind = String(names["kind"] ?? "");
  fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  fill(ensureObject(spec, "conversion"), { strategy: "None" });
}

/** A definition is accepted and established with the write that brings it; the real server takes a moment longer. */
function establish(draft: Draft, context: ApiContext): void {
  const names = objectAt(draft, "spec", "names");
  const versions = itemsAt(draft, "spec", "versions").filter(isJsonObject);
  const storage = versions.filter((version) => version["storage"] === true).map(({ name }) => name);
  const before = itemsAt(draft, "status", "storedVersions");
  const now = toMetaTime(context.clock.now());
  const condition = (type: string, reason: string, message: string): JsonObject => {
    const known = itemsAt(draft, "status", "conditions")
      .filter(isJsonObject)
      .find((one) => one["type"] === type);
    return { type, status: "True", lastTransitionTime: known?.["lastTransitionTime"] ?? now, reason, message };
  };
  draft["status"] = {
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
    acceptedNames: { ...names },
    storedVersions: [...new Set([...before, ...storage])],
  };
}

function hasCel(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasCel);
  if (!isJsonObject(schema)) return false;
  if (Array.isArray(schema["x-kubernetes-validations"])) return true;
  return Object.values(schema).some(hasCel);
}

function invalidValue(field: string, value: unknown, why: string): StatusCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function versionCauses(version: JsonObject, index: number): StatusCause[] {
  const at = `spec.versions[${index}]`;
  const schema = valueAt(version, "schema", "openAPIV3Schema");
  if (!isJsonObject(schema)) return [required(`${at}.schema.openAPIV3Schema`, "Required value: schemas are required")];
  const field = `${at}.schema.openAPIV3Schema`;
  if (schema["type"] !== "object") {
    return [invalidValue(`${field}.type`, schema["type"] ?? "", "must be object at the root")];
  }
  if (!hasCel(schema)) return [];
  const message = "Forbidden: x-kubernetes-validations (CEL rules) are not supported by the embedded cluster";
  return [{ reason: "FieldValueForbidden", message, field }];
}

function validate(draft: Draft, old: KubeObject | undefined): readonly StatusCause[] {
  const spec = objectAt(draft, "spec");
  const names = objectAt(spec, "names");
  const versions = itemsAt(spec, "versions").filter(isJsonObject);
  const causes: StatusCause[] = [];
  const expected = `${String(names["plural"])}.${String(spec["group"])}`;
  if (draft.metadata.name !== expected) {
    const why = 'must be spec.names.plural+"."+spec.group';
    causes.push(invalidValue("metadata.name", draft.metadata.name, why));
  }
  for (const field of ["plural", "kind"]) {
    if (typeof names[field] !== "string" || names[field] === "") causes.push(required(`spec.names.${field}`));
  }
  const group = String(spec["group"] ?? "");
  if (group === "") causes.push(required("spec.group"));
  else if (!group.includes("."))
    causes.push(invalidValue("spec.group", group, "should be a domain with at least one dot"));
  if (spec["scope"] !== "Namespaced" && spec["scope"] !== "Cluster") {
    const message = `Unsupported value: ${JSON.stringify(spec["scope"] ?? "")}: supported values: "Cluster", "Namespaced"`;
    causes.push({ reason: "FieldValueNotSupported", message, field: "spec.scope" });
  }
  if (versions.filter((version) => version["storage"] === true).length !== 1) {
    causes.push(invalidValue("spec.versions", versions.map(({ name }) => name), "must have exactly one version marked as storage version")); // prettier-ignore
  }
  versions.forEach((version, index) => causes.push(...versionCauses(version, index)));
  if (valueAt(spec, "conversion", "strategy") === "Webhook") {
    const message = "Forbidden: conversion webhooks are not supported by the embedded cluster";
    causes.push({ reason: "FieldValueForbidden", message, field: "spec.conversion.strategy" });
  }
  for (const field of ["group", "scope"]) {
    if (old !== undefined && !equalJson(valueAt(old, "spec", field), spec[field])) {
      causes.push(invalidValue(`spec.${field}`, spec[field], "field is immutable"));
    }
  }
  return causes;
}

/** CustomResourceDefinition. What it brings is served and taken away by the registry, which follows the store. */
export const customResourceDefinitionBehaviour: KindBehaviour = {
  hasGeneration: true,
  setDefaults,
  prepareCreate: establish,
  prepareUpdate: (draft, _old, context) => establish(draft, context),
  validate,
};
