import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CoreV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node";
import type { Informer, ObjectCache, V1Node, V1Pod } from "@kubernetes/client-node";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

/**
 * The yardstick, a process of its own: what one writes in an afternoon. Informers of @kubernetes/client-node for pods and nodes, a full scan for each
 * request, JSON.stringify, bare http; bare ws with one shared Buffer for all sockets of a namespace. Arguments: a kubeconfig for each cluster.
 */
interface Cached {
  readonly cluster: string;
  readonly pods: Informer<V1Pod> & ObjectCache<V1Pod>;
  readonly nodes: Informer<V1Node> & ObjectCache<V1Node>;
}

const sockets = new Map<string, Set<WebSocket>>();

function follow(path: string): Cached {
  const config = new KubeConfig();
  config.loadFromFile(path);
  const api = config.makeApiClient(CoreV1Api);
  const pods = makeInformer(config, "/api/v1/pods", () => api.listPodForAllNamespaces());
  const nodes = makeInformer(config, "/api/v1/nodes", () => api.listNode());
  const cluster = config.getCurrentContext();
  for (const informer of [pods, nodes]) informer.on("error", () => setTimeout(() => void informer.start(), 1_000));
  pods.on("change", (pod) => send(cluster, pod));
  return { cluster, pods, nodes };
}

/** The eight fields. */
function toRow(pod: V1Pod): object {
  const { metadata, spec, status } = pod;
  return {
    namespace: metadata?.namespace,
    name: metadata?.name,
    uid: metadata?.uid,
    phase: status?.phase,
    nodeName: spec?.nodeName,
    ip: status?.podIP ?? null,
    restarts: status?.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0,
    startedAt: status?.startTime ?? null,
  };
}

function send(cluster: string, pod: V1Pod): void {
  const group = sockets.get(pod.metadata?.namespace ?? "");
  if (group === undefined || group.size === 0) return;
  const resourceVersion = pod.metadata?.resourceVersion;
  const objects = [{ ...toRow(pod), resourceVersion }];
  const payload = { data: { podsChanged: { type: "MODIFIED", reason: "CHANGED", cluster, objects } } };
  const frame = Buffer.from(JSON.stringify({ id: "00000000-0000-4000-8000-000000000000", type: "next", payload }));
  for (const socket of group) socket.send(frame, { binary: false });
}

const clusters = process.argv.slice(2).map(follow);

function list(pick: (pod: V1Pod, from: Cached) => object): object[] {
  const rows: object[] = [];
  for (const from of clusters) for (const pod of from.pods.list()) rows.push(pick(pod, from));
  return rows;
}

function withNode(pod: V1Pod, { nodes }: Cached): object {
  const node = nodes.get(pod.spec?.nodeName ?? "");
  const ready = node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
  return { ...toRow(pod), node: node === undefined ? null : { name: node.metadata?.name, ready } };
}

function ofApp(app: string): object[] {
  const rows: object[] = [];
  for (const { pods } of clusters) {
    for (const pod of pods.list()) if (pod.metadata?.labels?.["app"] === app) rows.push(toRow(pod));
  }
  return rows;
}

function groups(): object[] {
  const counts = new Map<string, { keys: readonly unknown[]; count: number }>();
  for (const { cluster, pods } of clusters) {
    for (const pod of pods.list()) {
      const keys = [cluster, pod.status?.phase, pod.metadata?.labels?.["tier"]];
      const key = keys.join("|");
      const group = counts.get(key);
      if (group === undefined) counts.set(key, { keys, count: 1 });
      else group.count++;
    }
  }
  return [...counts.values()];
}

function one(query: URLSearchParams): object | null {
  const from = clusters.find(({ cluster }) => cluster === query.get("cluster"));
  const pod = from?.pods.get(query.get("name") ?? "", query.get("namespace") ?? "");
  return pod === undefined ? null : { ...toRow(pod), resourceVersion: pod.metadata?.resourceVersion };
}

function answer(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (pathname === "/list") answer(response, list(toRow));
  else if (pathname === "/list-with-node") answer(response, list(withNode));
  else if (pathname === "/app") answer(response, ofApp(searchParams.get("app") ?? ""));
  else if (pathname === "/groups") answer(response, groups());
  else answer(response, one(searchParams));
});
new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket, { url }) => {
  const namespace = url?.slice(1) ?? "";
  const group = sockets.get(namespace) ?? new Set();
  sockets.set(namespace, group.add(socket));
  socket.once("close", () => group.delete(socket));
});

async function serve(): Promise<void> {
  await Promise.all(clusters.flatMap(({ pods, nodes }) => [pods.start(), nodes.start()]));
  server.listen(0, "127.0.0.1", () => {
    process.stdout.write(`plain: open http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
  });
}

void serve();
