import { objectAt } from "../json-value.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { LogEntry } from "../storage/revision-log.ts";
import { toCustomResource } from "./custom-resources.ts";
import type { ResourceRegistry } from "./resource-registry.ts";

const definitionsName = "customresourcedefinitions.apiextensions.k8s.io";

/** Keeps the registry in step with the stored CustomResourceDefinitions, within the commit: what a definition brought goes with it. */
export function followDefinitions(store: ObjectStore, registry: ResourceRegistry): (entry: LogEntry) => void {
  return (entry) => {
    if (entry.resource !== definitionsName) return;
    const spec = objectAt(entry.object, "spec");
    const group = String(spec["group"]);
    const plural = String(objectAt(spec, "names")["plural"]);
    const resource = entry.type === "delete" ? undefined : toCustomResource(entry.object);
    if (resource !== undefined) {
      registry.set(resource);
      return;
    }
    registry.remove(group, plural);
    const storageName = `${plural}.${group}`;
    for (const { metadata } of entry.type === "delete" ? store.list(storageName, "") : []) {
      const key = { resource: storageName, namespace: metadata.namespace ?? "", name: metadata.name };
      store.commit({ type: "delete", key });
    }
  };
}
