import { splitApiVersion, toResourceName } from "../kube/resource-id.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import { knownResources } from "../kube/known-resources.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { isDictionaryKey } from "./stored-dictionary.ts";
import { readStoredType } from "./stored-row.ts";

/**
 * The resources of a cluster that lie on disk. Version, kind and scope of those that are not known beforehand are read from the first object: with the
 * cluster down no discovery tells them. One without objects is left out: there is nothing to serve.
 */
export async function findStoredResources(
  snapshots: SnapshotStore,
  clusterUid: string,
): Promise<readonly ResourceId[]> {
  const known = new Map<string, ResourceId>(Object.values(knownResources).map((id) => [toResourceName(id), id]));
  const found: ResourceId[] = [];
  for (const name of await snapshots.list(clusterUid)) {
    const id = known.get(name) ?? toResourceId(name, await firstObject(snapshots, clusterUid, name));
    if (id !== undefined) found.push(id);
  }
  return found;
}

async function firstObject(
  snapshots: SnapshotStore,
  clusterUid: string,
  resource: string,
): Promise<readonly [key: string, text: string] | undefined> {
  const stored = await snapshots.load({ clusterUid, resource });
  return [...(stored?.objects.entries() ?? [])].find(([key]) => !isDictionaryKey(key));
}

function toResourceId(name: string, object: readonly [key: string, text: string] | undefined): ResourceId | undefined {
  if (object === undefined) return undefined;
  const [key, text] = object;
  const dot = name.indexOf(".");
  const plural = dot < 0 ? name : name.slice(0, dot);
  const group = dot < 0 ? "" : name.slice(dot + 1);
  const type = readStoredType(text);
  if (type === undefined) return undefined;
  const { version } = splitApiVersion(type.apiVersion);
  return { group, version, plural, kind: type.kind, namespaced: key.includes("/") };
}
