import type { CallOptions, KubeList, KubeReader, ListQuery } from "../kube/client.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { hasSameBody } from "./has-same-body.ts";
import { isTooLargeVersion } from "./failure-plan.ts";
import type { RowMaker } from "./row-maker.ts";
import { compareVersions, isDecimal, isOlder } from "./resource-version.ts";

export interface HistoryOptions extends Pick<CallOptions, "as"> {
  readonly client: Pick<KubeReader, "list">;
  readonly resource: ResourceId;
  /** What is held, as of `resourceVersion`. */
  readonly rows: Iterable<AnyRow>;
  readonly resourceVersion: string;
  /** Malformed objects that are not among the rows. */
  readonly skipped: number;
  /** What an object of a page becomes in the store. */
  readonly makeRow: RowMaker;
  /** Asks for one page, within its time. */
  readonly page: (ask: (signal: AbortSignal) => Promise<KubeList>) => Promise<KubeList>;
}

/** `behind`: the cluster's version is lower than ours; `other`: it is not, but at our version there was something else. */
export type History = "same" | "behind" | "other";

/**
 * Whether a cluster that we come back to is where we left it. An etcd restored from a backup has a lower version, and a watch from ours would stay silent until it
 * has caught up, since servers filter by version. Where it has been written to since, it may have overtaken us: then the version says nothing, and a watch
 * from ours would be silent about all that differs. Two reads at exactly our version tell: in another history the number of objects is another one, or the
 * object that was changed last is missing or another. `other` as well where that cannot be told any more (410). Not told apart: histories that by chance agree in
 * both.
 */
export async function compareHistory(options: HistoryOptions): Promise<History> {
  const { client, resource, resourceVersion, skipped, page, as } = options;
  const read = (query: ListQuery): Promise<KubeList> =>
    page((signal) => client.list(resource, { ...query, limit: 1 }, { signal, as }));
  const exactly = { resourceVersion, resourceVersionMatch: "Exact" } as const;
  if (isOlder((await read({})).resourceVersion, resourceVersion)) return "behind";
  if (!isDecimal(resourceVersion)) return "same";
  // What we hold is not all there was: it cannot be compared.
  if (skipped > 0) return "other";
  const { newest, size } = summarise(options.rows);
  try {
    const count = countOf(await read(exactly));
    if (count !== undefined && count !== size) return "other";
    if (newest === undefined) return "same";
    const { namespace, name } = newest;
    const at = namespace === null ? {} : { namespace };
    const { items } = await read({ ...exactly, ...at, fieldSelector: `metadata.name=${name}` });
    return isSameObject(newest, options.makeRow(items[0], { source: "CACHE" })) ? "same" : "other";
  } catch (error) {
    if (isKubeError(error, "Expired") || (isKubeError(error) && isTooLargeVersion(error))) return "other";
    throw error;
  }
}

/** By content too: two histories may have written the same object at the same version. */
function isSameObject(held: AnyRow, found: AnyRow | undefined): boolean {
  if (found?.uid !== held.uid || found.resourceVersion !== held.resourceVersion) return false;
  return hasSameBody(held, found);
}

function summarise(rows: Iterable<AnyRow>): { readonly newest: AnyRow | undefined; readonly size: number } {
  let newest: AnyRow | undefined;
  let size = 0;
  for (const row of rows) {
    size += 1;
    if (newest === undefined || (compareVersions(row.resourceVersion, newest.resourceVersion) ?? 0) > 0) newest = row;
  }
  return { newest, size };
}

/** How many there are in all; undefined where the server does not say. */
function countOf({ items, remainingItemCount, continue: next }: KubeList): number | undefined {
  if (next === undefined) return items.length;
  return remainingItemCount === undefined ? undefined : items.length + remainingItemCount;
}
