import type { HttpClient } from "../clients/http-client.ts";
import type { ClusterPair } from "../clusters/cluster-pair.ts";
import { createKubeHttp } from "../clusters/kube-access.ts";
import { inParallel } from "./in-parallel.ts";
import { cheapPatch } from "./pod-changer.ts";
import type { StoredKey } from "./stored-changer.ts";

/** Changes objects of a kind that fleetgraph does not hold, as large as a pod: what writes cost the machine apart from what fleetgraph makes of them. */
export interface ControlChanger {
  change(): Promise<void>;
  /** Where those with a store of their own keep them. */
  readonly stored: readonly StoredKey[];
  /** Deletes what it made. */
  close(): Promise<void>;
}

const width = 8;
/** In each cluster; enough that writers do not meet at one. */
const objects = 100;
/** Bytes of a pod in these clusters. */
const size = 6_800;
const path = "/api/v1/namespaces/default/configmaps";
const json = { "content-type": "application/json" };

export async function createControlChanger({ clusters }: Pick<ClusterPair, "clusters">): Promise<ControlChanger> {
  const places = clusters.map((access) => createKubeHttp(access, width));
  // Runs that share the clusters do not share these.
  const names = Array.from({ length: objects }, (_, at) => `bench-control-${process.pid}-${at}`);
  const each = (work: (http: HttpClient, name: string) => Promise<unknown>): Promise<unknown> =>
    Promise.all(places.map((http) => inParallel(names, width, (name) => work(http, name))));
  await each((http, name) =>
    demand(http, {
      method: "POST",
      path,
      headers: json,
      body: JSON.stringify({ metadata: { name }, data: { filling: "x".repeat(size), restarts: "0" } }),
    }),
  );
  let changes = 0;
  return {
    stored: clusters.flatMap(({ etcd: url }) =>
      url === undefined ? [] : names.map((name) => ({ url, path: `/registry/configmaps/default/${name}` })),
    ),
    async change() {
      changes += 1;
      await demand(places[changes % places.length]!, {
        method: "PATCH",
        path: `${path}/${names[Math.floor(changes / places.length) % names.length]}?fieldManager=kubelet`,
        headers: cheapPatch,
        body: `{"data":{"restarts":"${changes}"}}`,
      });
    },
    async close() {
      await each((http, name) => http.send({ method: "DELETE", path: `${path}/${name}` }));
      for (const http of places) http.close();
    },
  };
}

async function demand(http: HttpClient, request: Parameters<HttpClient["send"]>[0]): Promise<void> {
  const { status, body } = await http.send(request);
  if (status >= 300) throw new Error(`${request.method} ${request.path}: ${body.toString().slice(0, 300)}`);
}
