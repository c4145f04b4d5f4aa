import type { CallOptions, KubeList, KubeReader, ListQuery } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import { createChildAbort } from "./child-abort.ts";

export interface ListAllOptions extends CallOptions {
  readonly client: Pick<KubeReader, "list">;
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly pageLimit: number;
  /** See ListQuery. */
  readonly inPieces?: boolean;
  /** Asks for one page: `client.list` within its time, and as long as `signal` lets it. */
  readonly page?: (ask: (signal: AbortSignal) => Promise<KubeList>, signal: AbortSignal) => Promise<KubeList>;
}

/**
 * The pages of one consistent list: all of one resourceVersion, the most recent one (a read through the quorum, never a server's old cache). A list that
 * ends without a throw was complete. While a page is worked in, the server makes the next one; leaving the loop gives that up.
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
    page = (ask, within) => ask(within),
  } = options;
  const ahead = createChildAbort(signal);
  const ask = (token?: string): Promise<KubeList> => {
    const query: ListQuery = {
      limit,
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

function malformed(cluster: string, message: string): KubeError {
  return new KubeError({ reason: "MalformedResponse", cluster, message });
}
