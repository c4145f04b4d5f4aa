import type { KubeReader } from "../../kube/client.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import { systemIdentity } from "../../kube/identity.ts";
import type { KubeObject } from "../../kube/object.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";

/** Told of each change of an object the view holds; `object` is the last state for DELETED. */
export type ViewListener = (resource: ResourceId, type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void;

/** What the controllers of an embedded cluster know of it: the objects of some resources, kept by list and watch. Objects are not to be changed. */
export interface View {
  get(resource: ResourceId, namespace: string, name: string): KubeObject | undefined;
  /** Unset namespace = all. */
  list(resource: ResourceId, namespace?: string): KubeObject[];
  /** Objects whose controlling owner has this uid. */
  controlledBy(resource: ResourceId, uid: string): KubeObject[];
  subscribe(listener: ViewListener): void;
  /** Lists and then follows each resource until the signal is aborted; `synced` is called once all have been listed. */
  run(signal: AbortSignal, synced: () => void): Promise<void>;
}

export function createView(reader: KubeReader, resources: readonly ResourceId[]): View {
  const stores = new Map(resources.map((resource) => [toResourceName(resource), new Map<string, KubeObject>()]));
  const listeners: ViewListener[] = [];
  const storeOf = (resource: ResourceId): Map<string, KubeObject> => stores.get(toResourceName(resource)) ?? new Map();
  const list = (resource: ResourceId, namespace?: string): KubeObject[] => {
    const objects = [...storeOf(resource).values()];
    return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
  };

  const put = (resource: ResourceId, object: KubeObject): void => {
    const store = storeOf(resource);
    const key = keyOf(object);
    const before = store.get(key);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    store.set(key, object);
    for (const listener of listeners) listener(resource, before === undefined ? "ADDED" : "MODIFIED", object);
  };
  const drop = (resource: ResourceId, object: KubeObject): void => {
    if (!storeOf(resource).delete(keyOf(object))) return;
    for (const listener of listeners) listener(resource, "DELETED", object);
  };

  const relist = async (resource: ResourceId, signal: AbortSignal): Promise<string> => {
    const page = await reader.list(resource, {}, { signal, as });
    const found = page.items as readonly KubeObject[];
    const keys = new Set(found.map(keyOf));
    for (const object of list(resource)) if (!keys.has(keyOf(object))) drop(resource, object);
    for (const object of found) put(resource, object);
    return page.resourceVersion;
  };
  const follow = async (resource: ResourceId, resourceVersion: string, signal: AbortSignal): Promise<void> => {
    for await (const event of reader.watch(resource, { resourceVersion }, { signal, as })) {
      if (event.type === "ERROR") return;
      if (event.type === "BOOKMARK") continue;
      if (event.type === "DELETED") drop(resource, event.object as KubeObject);
      else put(resource, event.object as KubeObject);
    }
  };

  return {
    get: (resource, namespace, name) => storeOf(resource).get(`${namespace}/${name}`),
    list,
    controlledBy: (resource, uid) => list(resource).filter((object) => controllerOf(object)?.uid === uid),
    subscribe: (listener) => void listeners.push(listener),
    async run(signal, synced) {
      let waiting = resources.length;
      const keep = async (resource: ResourceId): Promise<void> => {
        while (!signal.aborted) {
          try {
            const resourceVersion = await relist(resource, signal);
            if (waiting > 0 && --waiting === 0) synced();
            await follow(resource, resourceVersion, signal);
          } catch (error) {
            if (!isKubeError(error)) throw error;
          }
        }
      };
      await Promise.all(resources.map(keep));
    },
  };
}

const as = systemIdentity("embedded controllers");

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The owner reference that says `controller: true`. */
export function controllerOf(
  object: KubeObject,
): { readonly kind: string; readonly name: string; readonly uid: string } | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}
