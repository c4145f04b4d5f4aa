import { toStringMap } from "./interner.ts";
import { toApiVersion } from "./resource-id.ts";
import { isRecord, toRecord, toRecords, toText, toTime } from "./read-json.ts";
import type { JsonRecord } from "./read-json.ts";
import type { KubeObject, ObjectMeta } from "./object.ts";
import type { ResourceId } from "./resource-id.ts";
import type { StringMap } from "./rows/row.ts";

/** An object fit to be kept. */
export interface PreparedObject {
  readonly object: KubeObject;
  /** Label key to the manager that last wrote it; empty for kinds whose rows do not keep it. */
  readonly labelManagers: StringMap;
  /** Nothing had to be added or taken out. */
  readonly isAsItCame: boolean;
}

const noManagers: StringMap = toStringMap([]);
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Makes what came from an API server fit to be kept: apiVersion and kind filled in (items of a list lack them), managedFields and the
 * last-applied annotation taken out, values of a Secret replaced by null (DESIGN 5). `value` itself is not changed.
 * Returns undefined for what is malformed: metadata that the API server promises (name, uid, resourceVersion, the namespace of a namespaced
 * kind) is missing, some metadata has the wrong type, or it is an object of another kind.
 */
export function prepareObject(value: unknown, resource: ResourceId): PreparedObject | undefined {
  if (!isRecord(value) || !isRecord(value.metadata)) return undefined;
  const { apiVersion = toApiVersion(resource), kind = resource.kind, metadata } = value;
  if (typeof apiVersion !== "string" || kind !== resource.kind) return undefined;
  if (!isObjectMeta(metadata, resource.namespaced)) return undefined;
  const labelManagers = readsManagedFields(resource) ? toLabelManagers(metadata.managedFields) : noManagers;
  const isAsItCame =
    metadata.managedFields === undefined &&
    value.apiVersion !== undefined &&
    value.kind !== undefined &&
    metadata.annotations?.[lastApplied] === undefined &&
    !isSecret(resource);
  if (isAsItCame) return { object: value as unknown as KubeObject, labelManagers, isAsItCame };
  const { managedFields: _managed, ...kept } = metadata;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = value;
  const object: KubeObject = {
    apiVersion,
    kind: resource.kind,
    metadata: withoutLastApplied(kept),
    ...(isSecret(resource) ? withoutValues(rest) : rest),
  };
  return { object, labelManagers, isAsItCame };
}

/** Whether rows of this resource hold something that is read from managedFields. */
export function readsManagedFields({ group, kind }: Pick<ResourceId, "group" | "kind">): boolean {
  return group === "" && kind === "Node";
}

/** Whether objects of this resource hold values that are never kept or shown. */
export function isSecret(resource: Pick<ResourceId, "group" | "kind">): boolean {
  return resource.group === "" && resource.kind === "Secret";
}

function isObjectMeta(metadata: JsonRecord, namespaced: boolean): metadata is JsonRecord & ObjectMeta {
  return (
    toText(metadata.name) !== null &&
    toText(metadata.uid) !== null &&
    toText(metadata.resourceVersion) !== null &&
    (namespaced ? toText(metadata.namespace) !== null : absentOr(metadata.namespace, isString)) &&
    absentOr(metadata.generation, Number.isSafeInteger) &&
    absentOr(metadata.creationTimestamp, isTime) &&
    absentOr(metadata.deletionTimestamp, isTime) &&
    absentOr(metadata.labels, isStringRecord) &&
    absentOr(metadata.annotations, isStringRecord) &&
    absentOr(metadata.finalizers, isTextList) &&
    absentOr(metadata.ownerReferences, isOwnerList)
  );
}

function absentOr(value: unknown, holds: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || holds(value);
}

const isString = (value: unknown): boolean => typeof value === "string";
const isTime = (value: unknown): boolean => toTime(value) !== null;
const isStringRecord = (value: unknown): boolean => {
  if (!isRecord(value)) return false;
  for (const key in value) if (typeof value[key] !== "string") return false;
  return true;
};
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isString);
const isOwnerList = (value: unknown): boolean => Array.isArray(value) && value.every(isOwnerReference);
const isOwnerReference = (value: unknown): boolean =>
  isRecord(value) && [value.apiVersion, value.kind, value.name, value.uid].every((part) => toText(part) !== null);

function withoutLastApplied(metadata: ObjectMeta): ObjectMeta {
  if (metadata.annotations?.[lastApplied] === undefined) return metadata;
  const { [lastApplied]: _dropped, ...annotations } = metadata.annotations;
  return { ...metadata, annotations };
}

function withoutValues(fields: JsonRecord): JsonRecord {
  const masked: Record<string, unknown> = { ...fields };
  for (const field of ["data", "stringData"]) {
    if (masked[field] === undefined) continue;
    masked[field] = Object.fromEntries(Object.keys(toRecord(masked[field])).map((key) => [key, null]));
  }
  return masked;
}

/** Several managers may own a label; the one who wrote last counts, and of two at the same second the later entry. */
function toLabelManagers(managedFields: unknown): StringMap {
  const latest = new Map<string, { readonly manager: string; readonly time: number }>();
  for (const entry of toRecords(managedFields)) {
    const manager = toText(entry.manager);
    if (manager === null) continue;
    const written = toTime(entry.time);
    const time = written === null ? 0 : Date.parse(written);
    const labels = toRecord(toRecord(toRecord(entry.fieldsV1)["f:metadata"])["f:labels"]);
    for (const field of Object.keys(labels)) {
      if (!field.startsWith("f:")) continue;
      const before = latest.get(field);
      if (before === undefined || before.time <= time) latest.set(field, { manager, time });
    }
  }
  return toStringMap([...latest].map(([field, { manager }]) => [field.slice("f:".length), manager]));
}
