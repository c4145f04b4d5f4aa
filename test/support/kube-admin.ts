import { readFile } from "node:fs/promises";
import { Agent, fetch } from "undici";
import { parse } from "yaml";
import { rbacResources } from "../../src/kube/rbac/rbac-resources.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";

const core = (plural: string, kind: string): ResourceId => ({ ...knownResources.pods, plural, kind });
const resources = new Map(
  [
    ...Object.values(rbacResources),
    knownResources.pods,
    knownResources.nodes,
    knownResources.namespaces,
    core("configmaps", "ConfigMap"),
    core("serviceaccounts", "ServiceAccount"),
  ].map((resource) => [resource.kind, resource]),
);

/** Writes to a real cluster with the rights of a kubeconfig's client certificate, past fleetgraph and without a process for each call. */
export interface KubeAdmin {
  /** Of a kind that tests on rights need; returns it as stored. Throws where the cluster refuses. */
  create(object: KubeObject): Promise<KubeObject>;
  /** Whatever is there under the name becomes this. */
  replace(object: KubeObject): Promise<KubeObject>;
  remove(object: KubeObject): Promise<void>;
  /** Sets labels. */
  label(object: KubeObject, labels: Readonly<Record<string, string>>): Promise<KubeObject>;
  /** A token of a ServiceAccount, for ten minutes. */
  token(namespace: string, name: string, audience: string): Promise<string>;
  close(): Promise<void>;
}

export async function createKubeAdmin(kubeconfig: string): Promise<KubeAdmin> {
  const config = parse(await readFile(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = config.users[0].user;
  const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");
  const dispatcher = new Agent({ connect: { ca: decode(ca), cert: decode(cert), key: decode(key) } });

  const send = async (method: string, path: string, body?: object, type = "application/json"): Promise<KubeObject> => {
    const headers = { "content-type": type };
    const init = { method, headers, dispatcher, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${server}${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as KubeObject;
  };

  return {
    create: (object) => send("POST", pathOf(object), object),
    replace: (object) => send("PUT", `${pathOf(object)}/${object.metadata.name}`, object),
    async remove(object) {
      await send("DELETE", `${pathOf(object)}/${object.metadata.name}`);
    },
    label: (object, labels) =>
      send("PATCH", `${pathOf(object)}/${object.metadata.name}`, { metadata: { labels } }, "application/merge-patch+json"), // prettier-ignore
    async token(namespace, name, audience) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
      const { status } = await send("POST", path, { spec: { audiences: [audience] } });
      return (status as { readonly token: string }).token;
    },
    close: () => dispatcher.destroy(),
  };
}

function pathOf({ kind, metadata: { namespace } }: KubeObject): string {
  const resource = resources.get(kind);
  if (resource === undefined) throw new Error(`no tests on rights write ${kind}`);
  const { group, version, plural } = resource;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/${namespace === undefined ? "" : `namespaces/${namespace}/`}${plural}`;
}
