import type { KubeObject } from "../../kube/object.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import { toApiVersion } from "../../kube/resource-id.ts";
import type { Draft } from "../json-value.ts";
import type { TableColumn } from "../recorded/recorded-api.ts";
import type { RawSchema, SchemaNode } from "../schema/schema-node.ts";
import type { KindBehaviour } from "./kind-behaviour.ts";

/** Where a scale subresource reads and writes, as paths of keys. */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** A serialised selector; unset = none. For the built-in kinds it comes from spec.selector. */
  readonly labelSelector?: readonly string[];
}

/** A column of a custom resource: kubectl's path and what it yields. */
export interface CustomColumn extends TableColumn {
  readonly jsonPath: string;
}

/** One served version of a resource. */
export interface ServedVersion {
  readonly name: string;
  readonly schema: SchemaNode;
  /** As clients see it in OpenAPI: under this name, with what it refers to. */
  readonly schemaName: string;
  readonly rawSchema: RawSchema | undefined;
  /** Of a custom resource; built-in kinds have their table printers. */
  readonly customColumns: readonly CustomColumn[] | undefined;
  readonly columns: readonly TableColumn[];
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  /** Said in a Warning header with each request of this version. */
  readonly deprecationWarning: string | undefined;
}

/** How a version that differs in more than its name is turned into the stored one. Values in, new values out. */
export interface Conversion {
  toStored(served: Draft): Draft;
  toServed(stored: KubeObject): KubeObject;
}

/** A resource the cluster serves: built in, or brought by a CustomResourceDefinition. */
export interface ResourceDefinition {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** Names of what is served below an object: "status", "scale", "log". */
  readonly subresources: readonly string[];
  /** Preferred first. */
  readonly versions: readonly ServedVersion[];
  /** apiVersion under which objects lie in the store. */
  readonly storageApiVersion: string;
  /** Where they lie; two resources over one store share it. */
  readonly storageName: string;
  readonly conversion: Conversion | undefined;
  readonly behaviour: KindBehaviour;
  readonly isCustom: boolean;
}

/** A resource in one of its versions. */
export interface ServedResource {
  readonly definition: ResourceDefinition;
  readonly version: ServedVersion;
}

export function servedApiVersion({ definition, version }: ServedResource): string {
  return toApiVersion({ group: definition.group, version: version.name });
}

export function toServedId({ definition, version }: ServedResource): ResourceId {
  const { group, plural, kind, namespaced } = definition;
  return { group, version: version.name, plural, kind, namespaced };
}

/** The stored object as this version shows it; the stored one itself where they are the same. */
export function toServed(served: ServedResource, stored: KubeObject): KubeObject {
  if (served.definition.conversion !== undefined) return served.definition.conversion.toServed(stored);
  const apiVersion = servedApiVersion(served);
  return stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion };
}

/** A draft of this version as it would be stored. */
export function toStored({ definition }: ServedResource, draft: Draft): Draft {
  if (definition.conversion !== undefined) return definition.conversion.toStored(draft);
  draft.apiVersion = definition.storageApiVersion;
  return draft;
}
