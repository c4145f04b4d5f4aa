import { stringify } from "yaml";
import type { EmbeddedCluster } from "./embedded-cluster.ts";

/** A kubeconfig with a context for each cluster, the first one current. */
export function toKubeconfig(clusters: readonly Pick<EmbeddedCluster, "name" | "url" | "caPem" | "admin">[]): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: clusters.map(({ name, url, caPem }) => ({
      name,
      cluster: { server: url, "certificate-authority-data": base64(caPem) },
    })),
    users: clusters.map(({ name, admin }) => ({
      name: `${name}-admin`,
      user: { "client-certificate-data": base64(admin.certPem), "client-key-data": base64(admin.keyPem) },
    })),
    contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user: `${name}-admin` } })),
    "current-context": clusters[0]?.name ?? "",
  });
}
