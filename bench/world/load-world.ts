import type { HttpAnswer, HttpClient } from "../clients/http-client.ts";
import { nodeFixture } from "./node-fixture.ts";
import { namespaceCount, namespaceName, podFixtures } from "./pod-fixture.ts";
import { inParallel } from "./in-parallel.ts";

export interface WorldSize {
  /** Of each cluster. */
  readonly pods: number;
  readonly nodes: number;
}

/** Requests in flight at once; more makes etcd no faster. */
const connections = 48;
const json = { "content-type": "application/json" };

/**
 * Fills an API server: namespaces, nodes, then pods, each created by one manager and given its status by another, as controllers and kubelets do,
 * so that managedFields are what they are in life. What is there already is left alone: a load that broke off goes on.
 */
export async function loadWorld(cluster: string, http: HttpClient, size: WorldSize): Promise<void> {
  const namespaces = Array.from({ length: namespaceCount }, (_, index) => namespaceName(index));
  await inParallel(namespaces, connections, async (name) => {
    await create(http, "/api/v1/namespaces", { metadata: { name } }, "bench");
    // No controllers run, so nobody else makes the account that admission asks for.
    await create(http, `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: "default" } }, "bench");
  });
  await inParallel(Array.from({ length: size.nodes }).keys(), connections, async (index) => {
    const { node, status } = nodeFixture(cluster, index);
    await create(http, "/api/v1/nodes", node, "kubelet");
    const { name } = (node as { readonly metadata: { readonly name: string } }).metadata;
    await setStatus(http, `/api/v1/nodes/${name}/status`, status);
  });
  await inParallel(podFixtures(cluster, size.pods, size.nodes), connections, async ({ pod, status }) => {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods`;
    const isNew = await create(http, path, { apiVersion: "v1", kind: "Pod", ...pod }, "kube-controller-manager");
    if (isNew) await setStatus(http, `${path}/${pod.metadata.name}/status`, status);
  });
}

/** How many pods a cluster holds: whether a kept one needs loading. */
export async function countPods(http: HttpClient): Promise<number> {
  const answer = await http.send({ path: "/api/v1/pods?limit=1" });
  const list = JSON.parse(answer.body.toString()) as PodList;
  return (list.items?.length ?? 0) + (list.metadata.remainingItemCount ?? 0);
}

interface PodList {
  readonly metadata: { readonly remainingItemCount?: number };
  readonly items?: readonly unknown[];
}

/** Whether it was not there before. */
async function create(http: HttpClient, path: string, body: object, manager: string): Promise<boolean> {
  const request = {
    method: "POST",
    path: `${path}?fieldManager=${manager}`,
    headers: json,
    body: JSON.stringify(body),
  };
  const answer = await http.send(request);
  if (answer.status === 409) return false;
  return expectOk(answer, `POST ${path}`);
}

async function setStatus(http: HttpClient, path: string, status: object): Promise<void> {
  const headers = { "content-type": "application/merge-patch+json" };
  const body = JSON.stringify({ status });
  expectOk(await http.send({ method: "PATCH", path: `${path}?fieldManager=kubelet`, headers, body }), `PATCH ${path}`);
}

function expectOk({ status, body }: HttpAnswer, what: string): true {
  if (status < 300) return true;
  throw new Error(`${what} was answered with ${status}: ${body.toString().slice(0, 300)}`);
}
