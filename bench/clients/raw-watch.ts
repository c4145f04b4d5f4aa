import { createKubeHttp } from "../clusters/kube-access.ts";
import type { ClusterPair } from "../clusters/cluster-pair.ts";
import type { KubeAccess } from "../clusters/kube-access.ts";
import { Sightings } from "./sightings.ts";

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
  const sightings = new Sightings(readVersions);
  response.on("error", () => {}).on("data", (chunk: Buffer) => sightings.note(chunk));
  return {
    sawAt: (resourceVersion) => sightings.at(resourceVersion),
    close() {
      stop.abort();
      http.close();
    },
  };
}

/** Of the events whose lines are whole. */
function readVersions(text: string): { names: readonly string[]; rest: string } {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  return { names: lines.map((line) => /"resourceVersion":"(\d+)"/u.exec(line)?.[1] ?? ""), rest };
}
