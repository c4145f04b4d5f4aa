import { splitApiVersion, toApiVersion } from "../../kube/resource-id.ts";
import { behaviours } from "../kinds/behaviours.ts";
import { eventConversion } from "../kinds/event-conversion.ts";
import { recordedApi } from "../recorded/recorded-api.ts";
import type { RecordedGroupVersion, RecordedResource } from "../recorded/recorded-api.ts";
import { SchemaNode } from "../schema/schema-node.ts";
import { unsupportedSubresources } from "../unsupported.ts";
import type { ResourceDefinition, ScalePaths } from "./resource-definition.ts";

const builtInScale: ScalePaths = { specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"] };

/** "api/v1" and "apis/apps/v1" as apiVersions. */
function toRecordedApiVersion(root: string): string {
  return root.split("/").slice(1).join("/");
}

/** The recorded schema of a kind, by what it says of itself. */
function findSchemaName(group: string, version: string, kind: string): string | undefined {
  for (const [name, schema] of Object.entries(recordedApi.schemas)) {
    const kinds = schema["x-kubernetes-group-version-kind"];
    if (!Array.isArray(kinds) || kinds.length !== 1) continue;
    const of = kinds[0] as { group: string; version: string; kind: string };
    if (of.group === group && of.version === version && of.kind === kind) return name;
  }
  return undefined;
}

/** A schema of the recording by its name, as references name it. */
export function recordedSchema(name: string): SchemaNode {
  const lookup = (reference: string): ReturnType<typeof readSchema> => readSchema(reference);
  return new SchemaNode(readSchema(name) ?? {}, lookup);
}

function readSchema(name: string): Readonly<Record<string, unknown>> | undefined {
  return recordedApi.schemas[name];
}

function toDefinition(root: string, recorded: RecordedGroupVersion, resource: RecordedResource): ResourceDefinition {
  const { group, version } = splitApiVersion(toRecordedApiVersion(root));
  const { name: plural, kind, singularName, namespaced, verbs, shortNames = [], categories = [] } = resource;
  const subresources = recorded.resources
    .filter(({ name }) => name.startsWith(`${plural}/`) && !unsupportedSubresources.has(name))
    .map(({ name }) => name.slice(plural.length + 1));
  const schemaName = findSchemaName(group, version, kind) ?? "";
  const isConverted = group === "events.k8s.io";
  const storageGroup = isConverted ? "" : group;
  return {
    group,
    plural,
    singular: singularName,
    kind,
    listKind: `${kind}List`,
    namespaced,
    shortNames,
    categories,
    verbs,
    subresources,
    versions: [
      {
        name: version,
        schema: recordedSchema(schemaName),
        schemaName,
        rawSchema: readSchema(schemaName),
        customColumns: undefined,
        columns: recorded.columns[plural] ?? [],
        hasStatus: subresources.includes("status"),
        scale: subresources.includes("scale") ? builtInScale : undefined,
        deprecationWarning: undefined,
      },
    ],
    storageApiVersion: toApiVersion({ group: storageGroup, version }),
    storageName: storageGroup === "" ? plural : `${plural}.${storageGroup}`,
    conversion: isConverted ? eventConversion : undefined,
    behaviour: behaviours[storageGroup === "" ? plural : `${plural}.${storageGroup}`] ?? {},
    isCustom: false,
  };
}

/** The kinds of issue 3 as the recorded server serves them. */
export function createBuiltInResources(): readonly ResourceDefinition[] {
  return Object.entries(recordedApi.groupVersions).flatMap(([root, recorded]) =>
    recorded.resources
      .filter(({ name }) => !name.includes("/"))
      .map((resource) => toDefinition(root, recorded, resource)),
  );
}
