import { createKubeHttp } from "../clusters/kube-access.ts";
import type { ClusterPair } from "../clusters/cluster-pair.ts";
import type { KubeAccess } from "../clusters/kube-access.ts";

/** A watch of all pods of a cluster, with nothing between it and kube-apiserver. */
export interface RawWatch {
  /** performance.now() when the event with this resourceVersion came, come or to come. */
  sawAt(resourceVersion: string): Promise<number>;
  close(): void;
}

/** One of each cluster, by its name. */
export async function openWatches({ clusters }: ClusterPair): Promise<ReadonlyMap<string, RawWatch>> {
  return new Map(await Promise.all(clusters.map(async (access) => [access.name, await openRawWatch(access)] as const)));
}

async function openRawWatch(access: KubeAccess): Promise<RawWatch> {
  const http = createKubeHttp(access);
  const stop = new AbortController();
  const { body } = await http.send({ path: "/api/v1/pods?limit=1" });
  const version = /"resourceVersion":"(\d+)"/u.exec(body.toString())?.[1];
  const path = `/api/v1/pods?watch=1&resourceVersion=${version}`;
  const response = await http.open({ path }, stop.signal);
  const seen = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  let rest = "";
  response.setEncoding("utf8").on("error", () => {});
  response.on("data", (chunk: string) => {
    const at = performance.now();
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const resourceVersion = /"resourceVersion":"(\d+)"/u.exec(line)?.[1] ?? "";
      seen.set(resourceVersion, at);
      waiting.get(resourceVersion)?.(at);
    }
  });
  return {
    sawAt: (resourceVersion) =>
      new Promise((resolve) => {
        const at = seen.get(resourceVersion);
        if (at === undefined) waiting.set(resourceVersion, resolve);
        else resolve(at);
      }),
    close() {
      stop.abort();
      http.close();
    },
  };
}
