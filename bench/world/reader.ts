import { createKubeHttp } from "../clusters/kube-access.ts";
import type { KubeAccess } from "../clusters/kube-access.ts";
import type { ClusterPair } from "../clusters/cluster-pair.ts";

const namespace = "default";
const name = "bench-dashboard";
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";

/** Put before names of home's users where the other cluster believes them. */
export const homePrefix = "home:";

/**
 * A ServiceAccount of home that may read everything and label pods in both clusters, as a dashboard may. Resolves with a token of an
 * hour. May be called again: what is there stays.
 */
export async function createReader({ clusters: [home, abroad] }: ClusterPair): Promise<string> {
  const username = `system:serviceaccount:${namespace}:${name}`;
  await grant(home, { kind: "ServiceAccount", name, namespace });
  await grant(abroad, { kind: "User", apiGroup, name: homePrefix + username });
  await post(home, `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = await post(home, path, { spec: { expirationSeconds: 6 * 3_600 } });
  return (status as { readonly token: string }).token;
}

async function grant(access: KubeAccess, subject: object): Promise<void> {
  const rules = [
    { apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["patch"] },
  ];
  await post(access, `${rbac}/clusterroles`, { metadata: { name }, rules });
  const roleRef = { apiGroup, kind: "ClusterRole", name };
  await post(access, `${rbac}/clusterrolebindings`, { metadata: { name }, roleRef, subjects: [subject] });
}

async function post(access: KubeAccess, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const http = createKubeHttp(access);
  try {
    const headers = { "content-type": "application/json" };
    const answer = await http.send({ method: "POST", path, headers, body: JSON.stringify(body) });
    const text = answer.body.toString();
    if (answer.status >= 300 && answer.status !== 409) throw new Error(`POST ${path}: ${text.slice(0, 500)}`);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } finally {
    http.close();
  }
}
