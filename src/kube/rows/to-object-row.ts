import { toResourceName } from "../resource-id.ts";
import { isRecord, toInt, toText, toTime } from "../read-json.ts";
import { createJsonBody } from "../json-body.ts";
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
}

const noOwners: readonly OwnerRef[] = Object.freeze([]);

/** When an object says nothing of its creation, which no object that an API server stored does. */
const unknownTime = "1970-01-01T00:00:00Z";

/** What every row has, of a prepared object. */
export function toObjectRow<Type extends RowType>(
  type: Type,
  object: KubeObject,
  { resource, cluster, observedAtMs, source, interner }: RowContext,
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
    createdAt: toTime(metadata.creationTimestamp) ?? unknownTime,
    deletionTimestamp: toTime(metadata.deletionTimestamp),
    labelMap: interner.map(metadata.labels ?? undefined),
    ownerRefs: toOwnerRefs(object, interner),
    observedAtMs,
    source,
    body: createJsonBody(object),
  };
}

function toOwnerRefs({ metadata }: KubeObject, interner: Interner): readonly OwnerRef[] {
  if (!Array.isArray(metadata.ownerReferences) || metadata.ownerReferences.length === 0) return noOwners;
  const owners = metadata.ownerReferences.filter(isRecord).map((owner) => ({
    apiVersion: interner.text(String(owner.apiVersion)),
    kind: interner.text(String(owner.kind)),
    name: interner.text(String(owner.name)),
    uid: interner.text(String(owner.uid)),
    controller: owner.controller === true,
  }));
  return owners.sort((a, b) => Number(b.controller) - Number(a.controller));
}
