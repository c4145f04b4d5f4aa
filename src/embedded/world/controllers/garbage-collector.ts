import type { KubeObject, WireOwnerReference } from "../../../kube/object.ts";
import type { ApiResource } from "../../../kube/resource-id.ts";
import { toApiVersion, toResourceName } from "../../../kube/resource-id.ts";
import { knownResources } from "../../../kube/known-resources.ts";
import { isKubeError } from "../../../kube/kube-error.ts";
import { systemIdentity } from "../../../kube/identity.ts";
import { isTerminating, writeOptions } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const manager = "generic-garbage-collector";
/** One sweep looks at everything: what a single event would mean is not worth a graph in a cluster of this size. */
const sweepKey = "/sweep";
/** Owners of custom kinds are not watched: their dependents go within this. */
const sweepEveryMs = 10_000;

interface Found {
  readonly resource: ApiResource;
  readonly object: KubeObject;
}

/**
 * Deletes objects whose owners are all gone (background), finishes foreground deletions once no blocking dependent is left, and takes the
 * owner references off orphans, by the finalizers the API server set.
 */
export function createGarbageCollector(context: ControllerContext): Controller {
  const { client } = context;
  let sweptVersion = "";
  return {
    name: "garbage-collector",
    // The first namespace starts the clock; a deletion is looked at at once.
    keysFor: (resource, object, type) =>
      type === "DELETED" || isTerminating(object) || toResourceName(resource) === "namespaces" ? [sweepKey] : [],
    async reconcile(_key, signal) {
      const options = { signal, as: systemIdentity(manager) };
      // Nothing has been written since the last sweep: it would find what that one found.
      const { resourceVersion } = await client.list(knownResources.namespaces, { limit: 1 }, options);
      context.again(sweepKey, sweepEveryMs);
      if (resourceVersion === sweptVersion) return;
      const resources = (await client.discover(options)).filter(
        ({ verbs }) => verbs.includes("list") && verbs.includes("delete"),
      );
      const found: Found[] = [];
      for (const resource of resources) {
        const { items } = await client.list(resource, {}, options);
        for (const object of items as readonly KubeObject[]) found.push({ resource, object });
      }
      const byUid = new Map(found.map((entry) => [entry.object.metadata.uid ?? "", entry]));
      for (const entry of found) await collect(context, entry, { found, byUid, resources }, signal);
      for (const entry of found) await finish(context, entry, found, signal);
      sweptVersion = resourceVersion;
    },
  };
}

interface Sweep {
  readonly found: readonly Found[];
  readonly byUid: ReadonlyMap<string, Found>;
  readonly resources: readonly ApiResource[];
}

async function collect(
  { client }: ControllerContext,
  { resource, object }: Found,
  { found, byUid, resources }: Sweep,
  signal: AbortSignal,
): Promise<void> {
  const owners = object.metadata.ownerReferences ?? [];
  if (owners.length === 0 || isTerminating(object)) return;
  const isGoing = ({ uid }: WireOwnerReference): boolean => {
    const owner = byUid.get(uid)?.object;
    return owner === undefined || hasFinalizer(owner, "foregroundDeletion");
  };
  if (!owners.every(isGoing)) return;
  for (const owner of owners) if (await exists(owner)) return;
  const { namespace = "", name, uid } = object.metadata;
  // Whoever waits for its dependents waits for theirs as well (attemptToDeleteItem).
  const isAwaited = owners.some(({ uid: ownerUid }) => byUid.has(ownerUid));
  const hasDependents = found.some((other) =>
    other.object.metadata.ownerReferences?.some((owner) => owner.uid === uid),
  );
  const propagationPolicy = isAwaited && hasDependents ? ("Foreground" as const) : ("Background" as const);
  const query = { propagationPolicy, ...(uid === undefined ? {} : { uid }) };
  await client.delete(resource, { namespace, name }, query, writeOptions(signal, manager));

  /** Whether an owner that the sweep did not meet is there all the same: it may have come since. */
  async function exists(owner: WireOwnerReference): Promise<boolean> {
    if (byUid.has(owner.uid)) return false;
    const kind = resources.find(
      (candidate) => candidate.kind === owner.kind && toApiVersion(candidate) === owner.apiVersion,
    );
    if (kind === undefined) return false;
    const at = { name: owner.name, ...(kind.namespaced ? { namespace: object.metadata.namespace ?? "" } : {}) };
    try {
      return (await client.get(kind, at, { signal, as: systemIdentity(manager) })).metadata.uid === owner.uid;
    } catch (error) {
      if (isKubeError(error, "NotFound")) return false;
      throw error;
    }
  }
}

async function finish(
  context: ControllerContext,
  entry: Found,
  found: readonly Found[],
  signal: AbortSignal,
): Promise<void> {
  const { object } = entry;
  if (!isTerminating(object)) return;
  const dependents = found.filter((other) =>
    other.object.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid),
  );
  if (hasFinalizer(object, "orphan")) {
    for (const dependent of dependents) {
      const ownerReferences = dependent.object.metadata.ownerReferences?.filter(
        ({ uid }) => uid !== object.metadata.uid,
      );
      await mergeMetadata(context, dependent, { ownerReferences }, signal);
    }
    await mergeMetadata(
      context,
      entry,
      { finalizers: object.metadata.finalizers?.filter((name) => name !== "orphan") },
      signal,
    );
  }
  const blocking = dependents.some(({ object: other }) =>
    other.metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === object.metadata.uid && blockOwnerDeletion === true,
    ),
  );
  if (hasFinalizer(object, "foregroundDeletion") && !blocking) {
    await mergeMetadata(
      context,
      entry,
      { finalizers: object.metadata.finalizers?.filter((name) => name !== "foregroundDeletion") },
      signal,
    );
  }
}

async function mergeMetadata(
  { client }: ControllerContext,
  { resource, object }: Found,
  metadata: object,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name, resourceVersion } = object.metadata;
  const body = { metadata: { ...metadata, resourceVersion } };
  await client.patch(resource, { namespace, name }, { type: "merge", body }, writeOptions(signal, manager));
}

function hasFinalizer({ metadata }: KubeObject, name: string): boolean {
  return isTerminating({ metadata } as KubeObject) && metadata.finalizers?.includes(name) === true;
}
