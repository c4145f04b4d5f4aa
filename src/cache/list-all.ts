import type { CallOptions, KubeList, KubeReader } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";

export interface ListAllOptions extends CallOptions {
  readonly client: Pick<KubeReader, "list">;
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly pageLimit: number;
  /** Asks for one page: `client.list` within its time. */
  readonly page?: (ask: (signal: AbortSignal) => Promise<KubeList>) => Promise<KubeList>;
}

/**
 * The pages of one consistent list: all of one resourceVersion, the most recent one (a read through the quorum, never a server's old cache). A list that
 * ends without a throw was complete. Throws KubeError: whatever a page failed with - 410 where the pages took too long -, or "MalformedResponse" where the
 * pages do not belong together. The list is then to be begun anew: what is missing in it says nothing.
 */
export async function* listAll(options: ListAllOptions): AsyncGenerator<KubeList, void, undefined> {
  const { client, cluster, resource, pageLimit, signal, as, page = (ask) => ask(signal) } = options;
  const tokens = new Set<string>();
  let version: string | undefined;
  let token: string | undefined;
  do {
    const query = token === undefined ? { limit: pageLimit } : { limit: pageLimit, continue: token };
    const list = await page((pageSignal) => client.list(resource, query, { signal: pageSignal, as }));
    version ??= list.resourceVersion;
    if (list.resourceVersion !== version) throw malformed(cluster, "pages of one list have different resourceVersions");
    token = list.continue === "" ? undefined : list.continue;
    if (token !== undefined && tokens.has(token)) throw malformed(cluster, "a list continues where it has been");
    if (token !== undefined) tokens.add(token);
    yield list;
  } while (token !== undefined);
}

function malformed(cluster: string, message: string): KubeError {
  return new KubeError({ reason: "MalformedResponse", cluster, message });
}
