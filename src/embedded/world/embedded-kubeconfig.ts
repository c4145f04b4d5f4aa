import { stringify } from "yaml";
import type { EmbeddedCluster } from "./embedded-cluster.ts";

type KubeconfigCluster = Pick<EmbeddedCluster, "name" | "url" | "caPem" | "admin"> &
  Partial<Pick<EmbeddedCluster, "people">>;

/**
 * A kubeconfig with a context for each cluster, of its administrator and under its name, the first one current; and one for each of its people, as
 * "ann@home".
 */
export function toKubeconfig(clusters: readonly KubeconfigCluster[]): string {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const entries = clusters.flatMap(({ name, admin, people = [] }) => [
    {
      context: name,
      cluster: name,
      user: `${name}-admin`,
      credentials: { "client-certificate-data": base64(admin.certPem), "client-key-data": base64(admin.keyPem) },
    },
    ...people.map((person) => {
      const context = `${person.name}@${name}`;
      return { context, cluster: name, user: context, credentials: { token: person.token } };
    }),
  ]);
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: clusters.map(({ name, url, caPem }) => ({
      name,
      cluster: { server: url, "certificate-authority-data": base64(caPem) },
    })),
    users: entries.map(({ user, credentials }) => ({ name: user, user: credentials })),
    contexts: entries.map(({ context, cluster, user }) => ({ name: context, context: { cluster, user } })),
    "current-context": clusters[0]?.name ?? "",
  });
}
