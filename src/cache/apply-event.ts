import type { WatchEvent } from "../kube/client.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { confirmHeld } from "./confirm-held.ts";
import type { ResourceStore } from "./resource-store.ts";
import { compareVersions, isOlder } from "./resource-version.ts";
import { readIdentity } from "./row-maker.ts";
import type { RawIdentity, RowMaker } from "./row-maker.ts";

/**
 * What became of an event: `applied`: the stream has moved on to its version; `malformed`: skipped and counted, the stream has moved on where its
 * version could be read; `old`: dropped, since something newer was seen. The API server never sends such a thing on one stream (versions of a resource only rise), so
 * the caller may want to look at the whole again.
 */
export type Applied = "applied" | "malformed" | "old";

export type ObjectEvent = Extract<WatchEvent, { readonly object: unknown }>;

/**
 * Works one event of a watch into the store. Rules, in this order:
 * 1. An event whose version is not after the version the store is at is old: it changes nothing. That is judged against the whole resource and not only against the
 *    object, or a repeated ADDED would bring back what was deleted since. Exception: a DELETED with exactly the held version and uid, as servers sent it that
 *    did not give deletions a version of their own.
 * 2. Versions that are not decimal are trusted in the order of the stream; only the very same version of an object again is dropped.
 * 3. Another uid under a held name: the held object is deleted first (synthesised), then the new one added.
 * 4. A malformed object with a readable name keeps the older row - the object exists, only its latest state cannot be shown - and counts as skipped until it can be read
 *    again or is gone. If its uid is another, the held object is gone.
 */
export function applyEvent(store: ResourceStore, event: ObjectEvent, makeRow: RowMaker): Applied {
  const identity = readIdentity(event.object);
  if (identity === undefined) {
    store.edit(() => store.skip(undefined));
    return "malformed";
  }
  const held = store.get(identity.namespace, identity.name);
  const { resourceVersion, uid } = identity;
  const isHeld = held?.uid === uid && held.resourceVersion === resourceVersion;
  // A row kept beside a malformed object may be of before an etcd was restored: its version says nothing of what comes now.
  const isCurrent = held !== undefined && !store.isSkipped(identity);
  const order = compareVersions(resourceVersion, store.resourceVersion);
  const isOld = (order !== undefined && order <= 0) || (isCurrent && isOlder(resourceVersion, held.resourceVersion));
  let applied: Applied = "applied";
  store.edit(() => {
    if (event.type === "DELETED") applied = isOld && !isHeld ? "old" : applyDeleted(store, identity);
    else if (isHeld && isCurrent) confirmHeld(store, held, { value: event.object, json: event.json }, makeRow);
    else applied = isOld ? "old" : applyPresent(store, identity, held, event, makeRow);
    if (applied !== "old" && resourceVersion !== "" && !isOld) store.resourceVersion = resourceVersion;
  });
  return applied;
}

function applyDeleted(store: ResourceStore, identity: RawIdentity): Applied {
  const { namespace, name, uid, resourceVersion } = identity;
  store.unskip(identity);
  // Under another uid: that one has come and gone unseen, and so has the one held before it.
  const synthesised = store.get(namespace, name)?.uid !== uid;
  store.remove(namespace, name, { resourceVersion, synthesised });
  return "applied";
}

function applyPresent(
  store: ResourceStore,
  identity: RawIdentity,
  held: AnyRow | undefined,
  event: ObjectEvent,
  makeRow: RowMaker,
): Applied {
  const { namespace, name, uid, resourceVersion } = identity;
  const row = makeRow(event.object, { source: "CACHE", json: event.json });
  if (row === undefined) {
    if (held !== undefined && uid !== "" && held.uid !== uid)
      store.remove(namespace, name, { resourceVersion, synthesised: true });
    store.skip(identity);
    return "malformed";
  }
  store.unskip(identity);
  store.put(row, { resourceVersion, synthesised: false });
  return "applied";
}
