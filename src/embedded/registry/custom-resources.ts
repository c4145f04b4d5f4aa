import type { KubeObject } from "../../kube/object.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { SchemaNode } from "../schema/schema-node.ts";
import { readJsonPath } from "../table/json-path.ts";
import type { SelectableFields } from "../selectors/field-selector.ts";
import type { CustomColumn, ResourceDefinition, ScalePaths, ServedVersion } from "./resource-definition.ts";

const allVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

const nameColumn: CustomColumn = {
  name: "Name",
  type: "string",
  format: "name",
  priority: 0,
  jsonPath: ".metadata.name",
};
const ageColumn: CustomColumn = { name: "Age", type: "date", format: "", priority: 0, jsonPath: ".metadata.creationTimestamp" }; // prettier-ignore

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function toPath(jsonPath: unknown): readonly string[] {
  return String(jsonPath)
    .split(".")
    .filter((part) => part !== "");
}

function toScalePaths(scale: JsonObject): ScalePaths {
  const selector = scale["labelSelectorPath"];
  return {
    specReplicas: toPath(scale["specReplicasPath"]),
    statusReplicas: toPath(scale["statusReplicasPath"]),
    labelSelector: selector === undefined ? undefined : toPath(selector),
  };
}

/** kubectl's columns: the name, those of the version, or the age where there are none. */
function toColumns(version: JsonObject): readonly CustomColumn[] {
  const stated = itemsAt(version, "additionalPrinterColumns").filter(isJsonObject);
  if (stated.length === 0) return [nameColumn, ageColumn];
  const columns = stated.map((column): CustomColumn => ({
    name: String(column["name"]),
    type: String(column["type"]),
    format: String(column["format"] ?? ""),
    priority: Number(column["priority"] ?? 0),
    jsonPath: String(column["jsonPath"]),
  }));
  return [nameColumn, ...columns];
}

function toVersion(crd: KubeObject, version: JsonObject): ServedVersion {
  const name = String(version["name"]);
  const group = String(valueAt(crd, "spec", "group"));
  const kind = String(valueAt(crd, "spec", "names", "kind"));
  const schema = objectAt(version, "schema", "openAPIV3Schema");
  const columns = toColumns(version);
  const scale = valueAt(version, "subresources", "scale");
  const warning = version["deprecationWarning"];
  return {
    name,
    // Marked: where nothing is said of an object's fields, they are pruned.
    schema: new SchemaNode({ ...schema, "x-embedded-structural": true }, () => undefined),
    schemaName: `${group.split(".").toReversed().join(".")}.${name}.${kind}`,
    rawSchema: schema,
    customColumns: columns,
    columns,
    hasStatus: isJsonObject(valueAt(version, "subresources", "status")),
    scale: isJsonObject(scale) ? toScalePaths(scale) : undefined,
    deprecationWarning: version["deprecated"] === true ? String(warning ?? toDeprecation(crd, name)) : undefined,
  };
}

/** Stable versions first, the newest of them first, then beta, then alpha, then anything else by name. */
function compareVersions(a: string, b: string): number {
  const parse = (text: string): readonly number[] | undefined => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
    if (match === null) return undefined;
    const stage = match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0;
    return [stage, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined)
    return left !== undefined ? -1 : right !== undefined ? 1 : a < b ? -1 : 1;
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return right[i]! - left[i]!;
  return 0;
}

function toSelectable(versions: readonly JsonObject[]): SelectableFields {
  const fields = versions.flatMap((version) => itemsAt(version, "selectableFields").filter(isJsonObject));
  return Object.fromEntries(
    fields.map(({ jsonPath }) => {
      const path = String(jsonPath);
      const read = (object: KubeObject): string => String(readJsonPath(object, path)[0] ?? "");
      return [path.replace(/^\./, ""), read];
    }),
  );
}

/** The real server's words: what is deprecated, and the best version that is not and comes before it. */
function toDeprecation(crd: KubeObject, name: string): string {
  const group = String(valueAt(crd, "spec", "group"));
  const kind = String(valueAt(crd, "spec", "names", "kind"));
  const names = itemsAt(crd, "spec", "versions")
    .filter(isJsonObject)
    .filter((version) => version["served"] === true && version["deprecated"] !== true)
    .map((version) => String(version["name"]));
  const [better] = names.toSorted(compareVersions).filter((other) => compareVersions(other, name) < 0);
  const advice = better === undefined ? "" : `; use ${group}/${better} ${kind}`;
  return `${group}/${name} ${kind} is deprecated${advice}`;
}

/** What a definition brings; undefined where it serves no version. */
export function toCustomResource(crd: KubeObject): ResourceDefinition | undefined {
  const spec = objectAt(crd, "spec");
  const names = objectAt(spec, "names");
  const versions = itemsAt(spec, "versions").filter(isJsonObject);
  const served = versions.filter((version) => version["served"] === true).map((version) => toVersion(crd, version));
  const storage = versions.find((version) => version["storage"] === true);
  if (served.length === 0 || storage === undefined) return undefined;
  const group = String(spec["group"]);
  const plural = String(names["plural"]);
  return {
    group,
    plural,
    singular: String(names["singular"]),
    kind: String(names["kind"]),
    listKind: String(names["listKind"]),
    namespaced: spec["scope"] === "Namespaced",
    shortNames: strings(names["shortNames"]),
    categories: strings(names["categories"]),
    verbs: allVerbs,
    subresources: [
      ...(served.some(({ hasStatus }) => hasStatus) ? ["status"] : []),
      ...(served.some(({ scale }) => scale !== undefined) ? ["scale"] : []),
    ],
    versions: served.toSorted((a, b) => compareVersions(a.name, b.name)),
    storageApiVersion: `${group}/${String(storage["name"])}`,
    storageName: `${plural}.${group}`,
    conversion: undefined,
    behaviour: { selectable: toSelectable(versions), nameRule: "subdomain" },
    isCustom: true,
  };
}
