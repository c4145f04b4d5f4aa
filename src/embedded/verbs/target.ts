import type { ApiContext } from "../api-context.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { notFound } from "../status-error.ts";
import type { Subject } from "../status-error.ts";
import type { StoreKey } from "../storage/object-store.ts";

/** What a request is about: a resource in one version, and where. `namespace` is "" for all, or for cluster-scoped objects. */
export interface Target {
  readonly served: ServedResource;
  readonly namespace: string;
}

export interface ObjectTarget extends Target {
  readonly name: string;
}

export function toSubject({ served }: Target): Subject {
  return { group: served.definition.group, plural: served.definition.plural };
}

export function toStoreKey({ served, namespace, name }: ObjectTarget): StoreKey {
  return { resource: served.definition.storageName, namespace, name };
}

/** The object as stored. Throws 404. */
export function readStored(context: ApiContext, target: ObjectTarget): KubeObject {
  const found = context.store.get(toStoreKey(target));
  if (found === undefined) throw notFound(toSubject(target), target.name);
  return found;
}
