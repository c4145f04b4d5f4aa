import type { KubeList, KubeListItem } from "../kube/client.ts";
import { confirmHeld } from "./confirm-held.ts";
import { hasSameBody } from "./has-same-body.ts";
import { isOlder } from "./resource-version.ts";
import type { ResourceStore } from "./resource-store.ts";
import { readIdentity, toRowKey } from "./row-maker.ts";
import type { RowMaker } from "./row-maker.ts";
import type { Slices } from "./slices.ts";

export interface RelistOptions {
  readonly store: ResourceStore;
  readonly pages: AsyncIterable<KubeList>;
  readonly makeRow: RowMaker;
  readonly slices: Slices;
  /** Called before anything of the list is applied. */
  readonly onFirstPage: (page: KubeList) => void;
  /**
   * Whether a version is known to mean what it meant when the rows were made. After a restored etcd the same version of the same object may come again with other
   * content; then contents are compared.
   */
  readonly isSameWorld: boolean;
  /** Once aborted, nothing more is applied; rejects with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Brings the store to what a complete list says, page by page: what is new or different is told as synthesised changes of the list's version as the pages
 * come; what is missing is deleted only after the last page. Where `pages` throws, nothing has been deleted and what was applied is true.
 *
 * The list is the truth, whatever versions say: a list older than the store means that the cluster itself went back (its etcd was restored), and then
 * rows go back with it, and positions in the change log stop meaning anything.
 *
 * A malformed item with a readable name counts as present and keeps the older row. One without a name could be any: then nothing at all is deleted by
 * this list, and `skipped` says that the rows are not the whole truth.
 */
export async function relist({
  store,
  pages,
  makeRow,
  slices,
  onFirstPage,
  isSameWorld,
  signal,
}: RelistOptions): Promise<string> {
  const seen = new Set<string>();
  const malformed = new Set<string>();
  let nameless = 0;
  let version: string | undefined;
  let comparesContent = !isSameWorld;
  for await (const page of pages) {
    signal.throwIfAborted();
    if (version === undefined) {
      version = page.resourceVersion;
      if (isOlder(version, store.resourceVersion)) {
        comparesContent = true;
        store.log.forgetPositions();
      }
      onFirstPage(page);
    }
    const list: ListInHand = { store, makeRow, version, comparesContent, seen, malformed };
    const items = itemsOf(page);
    let item: IteratorResult<ListedItem, unknown> | undefined;
    while (item?.done !== true) {
      await slices.turn();
      signal.throwIfAborted();
      const isOver = slices.begin();
      store.edit(() => {
        do {
          item = items.next();
          if (item.done !== true && !applyItem(list, item.value)) nameless++;
        } while (item.done !== true && !isOver());
      });
    }
  }
  const listed = version ?? "";
  store.edit(() => {
    store.setSkipped(malformed, nameless);
    if (nameless > 0) return;
    removeUnseen(store, seen, listed);
  });
  store.resourceVersion = listed;
  store.log.listed(listed);
  return listed;
}

/** Deletes the rows whose keys a complete look did not show, as changes that it found. Inside an edit. */
export function removeUnseen(store: ResourceStore, seen: ReadonlySet<string>, resourceVersion: string): void {
  const gone = [...store.rows()].filter((row) => !seen.has(toRowKey(row)));
  for (const row of gone) store.remove(row.namespace ?? "", row.name, { resourceVersion, synthesised: true });
}

interface ListInHand {
  readonly store: ResourceStore;
  readonly makeRow: RowMaker;
  readonly version: string;
  /** uid and version alone do not prove that an item is what is held. */
  readonly comparesContent: boolean;
  /** Keys of what the list has shown so far. */
  readonly seen: Set<string>;
  /** Those of them that could not be read. */
  readonly malformed: Set<string>;
}

type ListedItem = Pick<KubeListItem, "value"> & Partial<Pick<KubeListItem, "json">>;

function itemsOf({ pieces, items }: KubeList): Iterator<ListedItem, unknown> {
  return (pieces ?? items.map((value) => ({ value })))[Symbol.iterator]();
}

/** false: not even the name can be read. */
function applyItem(
  { store, makeRow, version, comparesContent, seen, malformed }: ListInHand,
  { value: item, json }: ListedItem,
): boolean {
  const identity = readIdentity(item);
  if (identity === undefined) return false;
  const { namespace, name, uid, resourceVersion } = identity;
  const key = toRowKey(identity);
  const held = store.get(namespace, name);
  // Pages that overlap: of the same object twice, the newer counts.
  if (seen.has(key) && held !== undefined && !isOlder(held.resourceVersion, resourceVersion)) return true;
  seen.add(key);
  const isHeld = held?.uid === uid && held.resourceVersion === resourceVersion;
  if (isHeld && !comparesContent && !store.isSkipped(identity)) {
    confirmHeld(store, held, { value: item, json }, makeRow);
    return true;
  }
  const row = makeRow(item, { source: "CACHE", json });
  if (row === undefined) {
    malformed.add(key);
    if (held !== undefined && uid !== "" && held.uid !== uid)
      store.remove(namespace, name, { resourceVersion: version, synthesised: true });
    return true;
  }
  malformed.delete(key);
  if (isHeld && hasSameBody(held, row)) confirmHeld(store, held, { value: item, json }, makeRow);
  else store.put(row, { resourceVersion: version, synthesised: true });
  return true;
}
