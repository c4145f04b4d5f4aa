import type { LateText } from "../body.ts";
import { toResourceName } from "../resource-id.ts";
import { isRecord, toInt, toText, toTime } from "../read-json.ts";
import { createJsonBody, createTextBody } from "../json-body.ts";
import type { Interner } from "../interner.ts";
import type { KubeObject } from "../object.ts";
import type { ResourceId } from "../resource-id.ts";
import type { ObjectRow, OwnerRef, RowType, StringMap } from "./row.ts";

/** What a row holds besides what the object says. */
export interface RowContext {
  readonly resource: ResourceId;
  readonly cluster: string;
  readonly observedAtMs: number;
  readonly source: ObjectRow["source"];
  readonly labelManagers: StringMap;
  readonly interner: Interner;
  /** JSON of the object, where it is at hand. */
  readonly json: string | LateText | undefined;
}

const noOwners: readonly OwnerRef[] = Object.freeze([]);

/** When an object says nothing of its creation, which no object that an API server stored does. */
const unknownTime = "1970-01-01T00:00:00Z";

/** What every row has, of a prepared object. */
export function toObjectRow<Type extends RowType>(
  type: Type,
  object: KubeObject,
  { resource, cluster, observedAtMs, source, interner, json }: RowContext,
): ObjectRow & { readonly __typename: Type } {
  const { metadata } = object;
  return {
    __typename: type,
    clusterName: interner.text(cluster),
    resource: interner.text(toResourceName(resource)),
    apiVersion: interner.text(object.apiVersion),
    kind: interner.text(object.kind),
    name: metadata.name,
    namespace: resource.namespaced ? interner.text(toText(metadata.namespace)) : null,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: toInt(metadata.generation),
    createdAt: interner.text(toTime(metadata.creationTimestamp) ?? unknownTime),
    deletionTimestamp: toTime(metadata.deletionTimestamp),
    labelMap: interner.map(metadata.labels ?? undefined),
    ownerRefs: toOwnerRefs(object, interner),
    observedAtMs,
    source,
    body: json === undefined ? createJsonBody(object) : createTextBody(json),
  };
}

function toOwnerRefs({ metadata }: KubeObject, interner: Interner): readonly OwnerRef[] {
  if (!Array.isArray(metadata.ownerReferences) || metadata.ownerReferences.length === 0) return noOwners;
  const owners = metadata.ownerReferences.filter(isRecord).map((owner) => ({
    apiVersion: String(owner.apiVersion),
    kind: String(owner.kind),
    name: String(owner.name),
    uid: String(owner.uid),
    controller: owner.controller === true,
  }));
  if (owners.length > 1) owners.sort((a, b) => Number(b.controller) - Number(a.controller));
  return interner.shared(owners, owners[0]?.uid ?? "");
}
