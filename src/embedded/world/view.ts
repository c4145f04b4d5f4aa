import type { KubeReader, ObjectName } from "../../kube/client.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import { systemIdentity } from "../../kube/identity.ts";
import type { KubeObject } from "../../kube/object.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import { sleep } from "../../lib/clock.ts";
import type { Clock } from "../../lib/clock.ts";

/** Told of each change of an object the view holds; `object` is the last state for DELETED. */
export type ViewListener = (resource: ResourceId, type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void;

export type IsThere = (held: KubeObject | undefined) => boolean;

/** What the controllers of an embedded cluster know of it: the objects of some resources, kept by list and watch. Objects are not to be changed. */
export interface View {
  get(resource: ResourceId, namespace: string, name: string): KubeObject | undefined;
  /** Unset namespace = all. */
  list(resource: ResourceId, namespace?: string): KubeObject[];
  /** Objects whose controlling owner has this uid. */
  controlledBy(resource: ResourceId, uid: string): KubeObject[];
  subscribe(listener: ViewListener): void;
  /**
   * Resolves once what the view holds of this name satisfies `isThere`. Resolves as well for a resource the view does not hold, when the signal
   * is aborted, and after a second: an event may have been lost.
   */
  caughtUp(resource: ResourceId, at: ObjectName, isThere: IsThere, signal: AbortSignal): Promise<void>;
  /** Lists and then follows each resource until the signal is aborted; `synced` is called once all have been listed. */
  run(signal: AbortSignal, synced: () => void): Promise<void>;
}

/** How long a writer waits for its own write to come back. */
const caughtUpMs = 1_000;
/** Between attempts to list what could not be listed. */
const retryMs = 500;

export function createView(reader: KubeReader, resources: readonly ResourceId[], clock: Clock): View {
  const waiters = new Set<() => void>();
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
    for (const look of waiters) look();
  };
  const drop = (resource: ResourceId, object: KubeObject): void => {
    if (!storeOf(resource).delete(keyOf(object))) return;
    for (const listener of listeners) listener(resource, "DELETED", object);
    for (const look of waiters) look();
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
    caughtUp(resource, { namespace = "", name }, isThere, signal) {
      const store = stores.get(toResourceName(resource));
      const key = `${namespace}/${name}`;
      return new Promise((resolve) => {
        if (store === undefined || isThere(store.get(key)) || signal.aborted) return resolve();
        const done = (): void => {
          waiters.delete(look);
          signal.removeEventListener("abort", done);
          cancel();
          resolve();
        };
        const look = (): void => {
          if (isThere(store.get(key))) done();
        };
        const cancel = clock.setTimer(done, caughtUpMs);
        waiters.add(look);
        signal.addEventListener("abort", done, { once: true });
      });
    },
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
            await sleep(clock, retryMs, signal).catch(() => {});
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
