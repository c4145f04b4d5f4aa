import { invariant } from "../../lib/invariant.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Draft } from "../json-value.ts";
import { createRevisionLog } from "./revision-log.ts";
import type { LogEntry, RevisionLog } from "./revision-log.ts";

/** Where one object lies. `resource` is the storage name ("pods", "deployments.apps"), the same for every served version. */
export interface StoreKey {
  readonly resource: string;
  /** "" for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/** A change to commit. The draft becomes the store's: its resourceVersion is filled in and it is never changed afterwards. */
export type StoreChange =
  | { readonly type: "put"; readonly key: StoreKey; readonly draft: Draft }
  | { readonly type: "delete"; readonly key: StoreKey };

/**
 * The objects of one cluster, as of now and as of every revision still held. Synchronous: what happens between a read and the
 * commit that follows it in the same turn is nothing, so a verb needs no lock.
 */
export interface ObjectStore {
  /** Revision of the last change. */
  readonly revision: number;
  readonly log: RevisionLog;
  get(key: StoreKey): KubeObject | undefined;
  /** Objects in the order of their keys; of one namespace, or of all where it is "". */
  list(resource: string, namespace: string): readonly KubeObject[];
  /** The same as of an older revision; undefined where that is compacted. */
  listAt(resource: string, namespace: string, revision: number): readonly KubeObject[] | undefined;
  /** Writes one change under the next revision; answers with the object as stored, for a deletion its last state. */
  commit(change: StoreChange): KubeObject;
}

export interface ObjectStoreOptions {
  /** Changes held for watchers and pages; older ones are compacted. */
  readonly historyLimit: number;
  /** Told of each change within its commit; may commit further ones. */
  readonly onChange?: (entry: LogEntry) => void;
}

/** Key of an object within its resource: orders objects as etcd does. */
export function toObjectPath(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

class Table {
  readonly objects = new Map<string, KubeObject>();
  #sorted: string[] | undefined;

  set(path: string, object: KubeObject): void {
    if (!this.objects.has(path)) this.#sorted = undefined;
    this.objects.set(path, object);
  }

  delete(path: string): void {
    this.objects.delete(path);
    this.#sorted = undefined;
  }

  sortedPaths(): readonly string[] {
    this.#sorted ??= [...this.objects.keys()].sort();
    return this.#sorted;
  }
}

function inNamespace(paths: readonly string[], namespace: string): readonly string[] {
  return namespace === "" ? paths : paths.filter((path) => path.startsWith(`${namespace}/`));
}

export function createObjectStore({ historyLimit, onChange }: ObjectStoreOptions): ObjectStore {
  const tables = new Map<string, Table>();
  const log = createRevisionLog({ historyLimit });

  const tableOf = (resource: string): Table => {
    let table = tables.get(resource);
    if (table === undefined) tables.set(resource, (table = new Table()));
    return table;
  };

  const record = (entry: LogEntry): void => {
    log.append(entry);
    onChange?.(entry);
  };

  const put = (key: StoreKey, draft: Draft): KubeObject => {
    const table = tableOf(key.resource);
    const path = toObjectPath(key.namespace, key.name);
    const previous = table.objects.get(path);
    const revision = log.revision + 1;
    draft.metadata.resourceVersion = String(revision);
    const object = draft as unknown as KubeObject;
    table.set(path, object);
    record({ revision, ...key, type: previous === undefined ? "create" : "update", object, previous });
    return object;
  };

  const remove = (key: StoreKey): KubeObject => {
    const table = tableOf(key.resource);
    const path = toObjectPath(key.namespace, key.name);
    const previous = table.objects.get(path);
    invariant(previous !== undefined, `deleted object exists: ${path}`);
    const revision = log.revision + 1;
    const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    table.delete(path);
    record({ revision, ...key, type: "delete", object, previous });
    return object;
  };

  const undo = (state: Map<string, KubeObject>, entry: LogEntry): void => {
    const path = toObjectPath(entry.namespace, entry.name);
    if (entry.previous === undefined) state.delete(path);
    else state.set(path, entry.previous);
  };

  return {
    get revision() {
      return log.revision;
    },
    log,
    get: ({ resource, namespace, name }) => tables.get(resource)?.objects.get(toObjectPath(namespace, name)),
    list(resource, namespace) {
      const table = tables.get(resource);
      if (table === undefined) return [];
      return inNamespace(table.sortedPaths(), namespace).map((path) => table.objects.get(path)!);
    },
    listAt(resource, namespace, revision) {
      const later = log.entriesAfter(revision);
      if (later === undefined) return undefined;
      const changes = later.filter((entry) => entry.resource === resource);
      if (changes.length === 0) return this.list(resource, namespace);
      const state = new Map(tables.get(resource)?.objects);
      for (const entry of changes.toReversed()) undo(state, entry);
      return inNamespace([...state.keys()].sort(), namespace).map((path) => state.get(path)!);
    },
    commit: (change) => (change.type === "put" ? put(change.key, change.draft) : remove(change.key)),
  };
}
