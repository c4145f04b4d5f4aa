import { systemIdentity } from "../../../src/kube/identity.ts";
import type { KubeWriter } from "../../../src/kube/client.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import { createSharedAbort } from "../../../src/lib/shared-abort.ts";

const core = (plural: string, kind: string): ResourceId => ({ ...knownResources.pods, plural, kind });
export const configMaps = core("configmaps", "ConfigMap");
export const secrets = core("secrets", "Secret");

/** The kinds that a shop has, those that are cached on demand last. */
export const shopKinds: readonly ResourceId[] = [
  knownResources.nodes,
  knownResources.namespaces,
  knownResources.pods,
  knownResources.services,
  knownResources.endpointslices,
  knownResources.deployments,
  knownResources.replicasets,
  knownResources.events,
  configMaps,
  secrets,
];

/** Names of single objects that a role may name; there is no "missing". */
export const shopNames = ["web", "web-1", "web-1-a", "bare", "settings", "token", "node-1", "missing"] as const;

const resourceByKind = new Map(
  [...shopKinds, core("serviceaccounts", "ServiceAccount")].map((resource) => [resource.kind, resource]),
);

export function resourceOfKind(kind: string): ResourceId {
  const resource = resourceByKind.get(kind);
  if (resource === undefined) throw new Error(`no ${kind} in a shop`);
  return resource;
}

/** Nodes that pods of every shop run on. */
export function shopNodes(): readonly KubeObject[] {
  return ["node-1", "node-2"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } }));
}

type Create = (object: KubeObject) => Promise<KubeObject>;

/** Creates, as the administrator, with the resource found by kind. */
export function creatingBy(client: KubeWriter): Create {
  const options = { signal: createSharedAbort().signal, as: systemIdentity("test"), fieldManager: "test" };
  return async (object) => (await client.create(resourceOfKind(object.kind), object, options)).object;
}

/** A namespace with one of everything that leads to something else. Returns all of it as it was stored. */
export async function createShop(namespace: string, create: Create): Promise<readonly KubeObject[]> {
  const here = (name: string, more: object = {}): KubeObject["metadata"] => ({ namespace, name, labels: { app: "web" }, ...more }); // prettier-ignore
  const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject): object => ({ ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] }); // prettier-ignore
  const container = {
    name: "app",
    image: "app:1",
    envFrom: [{ configMapRef: { name: "settings" } }, { secretRef: { name: "token" } }],
  };
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { containers: [container], automountServiceAccountToken: false },
  };
  const spec = { replicas: 1, selector: { matchLabels: { app: "web" } }, template };
  const made: KubeObject[] = [await create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })];
  // A controller makes it where one runs; no pod is let in without.
  await create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name: "default" } });
  const add = async (object: KubeObject): Promise<KubeObject> => {
    const stored = await create(object);
    made.push(stored);
    return stored;
  };
  await add({ apiVersion: "v1", kind: "ConfigMap", metadata: here("settings"), data: { colour: "blue" } });
  await add({ apiVersion: "v1", kind: "Secret", metadata: here("token"), data: { key: "c2VjcmV0" } });
  const deployment = await add({ apiVersion: "apps/v1", kind: "Deployment", metadata: here("web"), spec });
  const set = await add({ apiVersion: "apps/v1", kind: "ReplicaSet", metadata: here("web-1", ownedBy(deployment)), spec }); // prettier-ignore
  const pod = await add({ apiVersion: "v1", kind: "Pod", metadata: here("web-1-a", ownedBy(set)), spec: { ...template.spec, nodeName: "node-1" } }); // prettier-ignore
  await add({ apiVersion: "v1", kind: "Pod", metadata: { namespace, name: "bare" }, spec: { ...template.spec, nodeName: "node-2" } }); // prettier-ignore
  await add({ apiVersion: "v1", kind: "Service", metadata: here("web"), spec: { selector: { app: "web" }, ports: [{ port: 80 }] } }); // prettier-ignore
  await add({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: here("web-x", { labels: { "kubernetes.io/service-name": "web" } }),
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.1.2.3"], targetRef: { kind: "Pod", namespace, name: "web-1-a", uid: pod.metadata.uid } }], // prettier-ignore
  });
  await add({
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace, name: "web-1-a.1" },
    involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name: "web-1-a", uid: pod.metadata.uid },
    type: "Normal",
    reason: "Tested",
    message: "it was",
    firstTimestamp: "2026-11-20T08:00:00Z",
    lastTimestamp: "2026-11-20T08:00:00Z",
  });
  return made;
}
