import type { CallOptions, KubeList, KubeReader, ListQuery } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import { createChildAbort } from "./child-abort.ts";

export interface ListAllOptions extends CallOptions {
  readonly client: Pick<KubeReader, "list" | "listParts">;
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly pageLimit: number;
  /** See ListQuery. */
  readonly inPieces?: boolean;
  /** Unset: in pages. */
  readonly manner?: ListManner;
  /** Asks for one page: `client.list` within its time, and as long as `signal` lets it. */
  readonly page?: (ask: (signal: AbortSignal) => Promise<KubeList>, signal: AbortSignal) => Promise<KubeList>;
}

/** How the lists of one resource went so far; kept by whoever lists, changed here. */
export interface ListManner {
  /** Whether the latest list that came in parts came to its end: over a slow line it may never, where pages do. */
  arrives: boolean;
}

/** Objects of the first page where the whole may follow: enough for most resources of most clusters. */
const firstLimit = 50;

/**
 * The pages of one consistent list: all of one resourceVersion, the most recent one (a read through the quorum, never a server's old cache). A list that
 * ends without a throw was complete. Where there is more than one page, and the client can do it, the whole is asked for instead, as of that page's version or
 * later: a server has that in memory, while the next page it reads from etcd, at twice the cost. While a page is worked in, the server makes the next one; leaving the loop gives that up.
 * Throws KubeError: whatever a page failed with - 410 where the pages took too long -, or "MalformedResponse" where the pages do not belong together. The
 * list is then to be begun anew: what is missing in it says nothing.
 */
export async function* listAll(options: ListAllOptions): AsyncGenerator<KubeList, void, undefined> {
  const {
    client,
    cluster,
    resource,
    pageLimit: limit,
    signal,
    as,
    inPieces = false,
    manner,
    page = (ask, within) => ask(within),
  } = options;
  const ahead = createChildAbort(signal);
  const mayComeWhole = inPieces && manner?.arrives === true && client.listParts !== undefined;
  const ask = (token?: string): Promise<KubeList> => {
    const query: ListQuery = {
      // What only shows how much there is is thrown away: it should cost the server little.
      limit: token === undefined && mayComeWhole ? Math.min(limit, firstLimit) : limit,
      ...(token === undefined ? {} : { continue: token }),
      ...(inPieces ? { inPieces } : {}),
    };
    return page((pageSignal) => client.list(resource, query, { signal: pageSignal, as }), ahead.signal);
  };
  const tokens = new Set<string>();
  let version: string | undefined;
  let coming: Promise<KubeList> | undefined = ask();
  try {
    while (coming !== undefined) {
      const list: KubeList = await coming;
      version ??= list.resourceVersion;
      if (list.resourceVersion !== version)
        throw malformed(cluster, "pages of one list have different resourceVersions");
      const token = list.continue === "" ? undefined : list.continue;
      if (token !== undefined && tokens.has(token)) throw malformed(cluster, "a list continues where it has been");
      if (token !== undefined) tokens.add(token);
      if (mayComeWhole && manner?.arrives === true && tokens.size === 1 && list.pieces !== undefined) {
        yield* listParts({ ...options, signal: ahead.signal }, list, manner);
        return;
      }
      coming = token === undefined ? undefined : ask(token);
      // It may fail long before anybody waits for it.
      coming?.catch(() => {});
      yield list;
    }
  } finally {
    ahead.abort(new KubeError({ reason: "Aborted", cluster, message: "the list is not read any further" }));
    ahead.release();
  }
}

/** The whole in the place of the first page, each part within the time of a page. */
async function* listParts(
  { client, cluster, resource, signal, as, page = (ask, within) => ask(within) }: ListAllOptions,
  { resourceVersion, continue: token }: KubeList,
  manner: ListManner,
): AsyncGenerator<KubeList, void, undefined> {
  const query = { resourceVersion, resourceVersionMatch: "NotOlderThan", inPieces: true } as const;
  const stop = createChildAbort(signal);
  const parts = client.listParts?.(resource, query, { signal: stop.signal, as })[Symbol.asyncIterator]();
  let version: string | undefined;
  manner.arrives = false;
  try {
    for (;;) {
      let next: IteratorResult<KubeList> | undefined;
      // No list: an end.
      await page(async () => (next = await parts?.next())?.value as KubeList, signal);
      if (next === undefined || next.done === true) break;
      version ??= next.value.resourceVersion;
      if (next.value.resourceVersion !== version)
        throw malformed(cluster, "parts of one list have different resourceVersions");
      // There is more, as far as anybody can tell.
      yield token === undefined ? next.value : { ...next.value, continue: token };
    }
    manner.arrives = true;
  } finally {
    // Whatever it waits for is over.
    stop.abort(new KubeError({ reason: "Aborted", cluster, message: "the list is not read any further" }));
    stop.release();
    await parts?.return?.().catch(() => {});
  }
}

function malformed(cluster: string, message: string): KubeError {
  return new KubeError({ reason: "MalformedResponse", cluster, message });
}
