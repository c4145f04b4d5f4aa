import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { createHttpClient } from "../clients/http-client.ts";
import type { HttpClient } from "../clients/http-client.ts";

/** A cluster of the pair: how to reach it as its administrator, and the kubeconfig that fleetgraph gets. */
export interface KubeAccess {
  readonly name: string;
  /** Of an administrator: for loading, changes and the yardsticks. */
  readonly kubeconfig: string;
  /** Of the user `fleetgraph`, so that its requests can be told from all others. */
  readonly fleetgraphKubeconfig: string;
  readonly context: string;
  readonly url: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Where its API server keeps its objects, "http://127.0.0.1:23401"; unset where that cannot be written to. */
  readonly etcd?: string;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
  readonly contexts: readonly { readonly name: string }[];
}

/** Reads a kubeconfig with one cluster, one client certificate and one context, all embedded, as the bench's clusters write it. */
export async function readKubeAccess(
  name: string,
  kubeconfig: string,
  fleetgraphKubeconfig: string,
): Promise<KubeAccess> {
  const { clusters, users, contexts } = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  const text = (value: string | undefined): string => Buffer.from(value ?? "", "base64").toString();
  const cluster = clusters[0]?.cluster ?? {};
  const user = users[0]?.user ?? {};
  return {
    name,
    kubeconfig,
    fleetgraphKubeconfig,
    context: contexts[0]?.name ?? "",
    url: cluster["server"] ?? "",
    tls: {
      ca: text(cluster["certificate-authority-data"]),
      cert: text(user["client-certificate-data"]),
      key: text(user["client-key-data"]),
    },
  };
}

/** A client of the cluster's API server with that many connections. */
export function createKubeHttp({ url, tls }: KubeAccess, connections = 1): HttpClient {
  return createHttpClient({ url, tls, connections });
}

/** The same cluster behind an address where nobody listens. */
export async function outOfReach(access: KubeAccess, dir: string): Promise<KubeAccess> {
  const kubeconfig = parse(await readFile(access.fleetgraphKubeconfig, "utf8")) as {
    clusters: { cluster: { server: string } }[];
  };
  for (const { cluster } of kubeconfig.clusters) cluster.server = "https://127.0.0.1:9";
  const file = join(dir, `${access.name}-gone.kubeconfig`);
  await writeFile(file, stringify(kubeconfig), { mode: 0o600 });
  return { ...access, fleetgraphKubeconfig: file };
}
