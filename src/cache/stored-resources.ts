import { splitApiVersion, toResourceName } from "../kube/resource-id.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import { knownResources } from "../kube/known-resources.ts";
import type { SnapshotId, SnapshotStore, StoredSnapshot } from "./snapshot-store.ts";
import { readBlockType } from "./stored-block.ts";
import { goneText, isRowKey, toBodiesKey } from "./stored-key.ts";
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
    const id = known.get(name) ?? (await readResourceId(snapshots, { clusterUid, resource: name }));
    if (id !== undefined) found.push(id);
  }
  return found;
}

async function readResourceId(snapshots: SnapshotStore, id: SnapshotId): Promise<ResourceId | undefined> {
  const stored = await snapshots.load(id);
  await stored?.close();
  return toResourceId(id.resource, stored?.objects);
}

function toResourceId(name: string, objects: StoredSnapshot["objects"] | undefined): ResourceId | undefined {
  const type = readType(objects ?? new Map());
  if (type === undefined) return undefined;
  const dot = name.indexOf(".");
  const plural = dot < 0 ? name : name.slice(0, dot);
  const group = dot < 0 ? "" : name.slice(dot + 1);
  const { version } = splitApiVersion(type.apiVersion);
  return { group, version, plural, kind: type.kind, namespaced: type.namespaced };
}

/** Of the first block or row that can be read. */
function readType(objects: StoredSnapshot["objects"]): ReturnType<typeof readBlockType> {
  for (const [key, text] of objects) {
    if (toBodiesKey(key) !== undefined) {
      const type = readBlockType(text);
      if (type !== undefined) return type;
    } else if (isRowKey(key) && text !== goneText) {
      const type = readStoredType(text);
      if (type !== undefined) return { ...type, namespaced: key.includes("/") };
    }
  }
  return undefined;
}
