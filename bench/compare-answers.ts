import type { V1Pod } from "@kubernetes/client-node";
import type { Bench } from "./cases/bench-case.ts";
import { groupQuery } from "./cases/list-cases.ts";
import { allPods, eightFields, podQuery } from "./cases/questions.ts";
import { createKubeHttp } from "./clusters/kube-access.ts";
import { appName } from "./world/pod-fixture.ts";

interface Row {
  readonly [field: string]: unknown;
}

interface Truth {
  readonly rows: readonly Row[];
  readonly pods: readonly { readonly cluster: string; readonly pod: V1Pod }[];
}

/** Rejects at the first row in which fleetgraph or plain Node says something else than the API servers do. Nothing may change meanwhile. */
export async function compareAnswers(bench: Bench): Promise<void> {
  const truth = await askApiServers(bench);
  const [fleetgraph, plain] = [await bench.fleetgraph(), await bench.plain()];
  const parse = (body: Buffer): unknown => JSON.parse(body.toString());

  const { pods } = await fleetgraph.query(allPods(truth.rows.length, "cluster { name } node { name ready }"));
  expectSame("all pods", pods.nodes.map(flat), truth.rows);
  expectSame("plain Node's list", parse((await plain.send("/list-with-node")).body) as Row[], truth.rows.map(withoutCluster)); // prettier-ignore

  const app = appName(17);
  const selected = await fleetgraph.query(
    `{ pods(first: 1000, labelSelector: "app=${app}") { nodes { ${eightFields} cluster { name } node { name ready } } } }`,
  );
  const isOfApp = (_: Row, index: number): boolean => truth.pods[index]?.pod.metadata?.labels?.["app"] === app;
  expectSame(`pods of ${app}`, selected.pods.nodes.map(flat), truth.rows.filter(isOfApp));

  const groups = (await fleetgraph.query(groupQuery)).pods.groupBy as readonly Group[];
  const counted = groups.map(({ keys, count }) => `${keys.map(({ value }) => value).join("|")} ${count}`);
  expectEqual("groups", counted.sort(), countGroups(truth).sort());

  const { cluster, namespace, name } = bench.changer.pick();
  const one = (await fleetgraph.query(podQuery, { cluster, namespace, name })).pod as Row;
  const isIt = (row: Row): boolean =>
    row["cluster"] === cluster && row["namespace"] === namespace && row["name"] === name;
  const expected = truth.rows.find(isIt) ?? {};
  expectEqual("one pod", one["uid"], expected["uid"]);
}

interface Group {
  readonly keys: readonly { readonly value: string | null }[];
  readonly count: number;
}

async function askApiServers({ pair }: Bench): Promise<Truth> {
  const pods: { cluster: string; pod: V1Pod }[] = [];
  const rows: Row[] = [];
  for (const access of pair.clusters) {
    const http = createKubeHttp(access);
    const nodes = new Map<string, boolean>();
    for (const node of await list(http, "/api/v1/nodes")) {
      const { conditions = [] } = node.status as { conditions?: readonly { type: string; status: string }[] };
      nodes.set(
        node.metadata?.name ?? "",
        conditions.some(({ type, status }) => type === "Ready" && status === "True"),
      );
    }
    for (const pod of await list(http, "/api/v1/pods")) {
      pods.push({ cluster: access.name, pod });
      rows.push(toRow(access.name, pod, nodes));
    }
    http.close();
  }
  return { pods, rows };
}

async function list(http: ReturnType<typeof createKubeHttp>, path: string): Promise<readonly V1Pod[]> {
  return (JSON.parse((await http.send({ path })).body.toString()) as { items: readonly V1Pod[] }).items;
}

function toRow(cluster: string, { metadata, spec, status }: V1Pod, nodes: ReadonlyMap<string, boolean>): Row {
  const node = spec?.nodeName ?? "";
  return {
    cluster,
    namespace: metadata?.namespace,
    name: metadata?.name,
    uid: metadata?.uid,
    phase: status?.phase,
    nodeName: spec?.nodeName ?? null,
    ip: status?.podIP ?? null,
    restarts: status?.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0,
    startedAt: instant(status?.startTime),
    node: nodes.has(node) ? { name: node, ready: nodes.get(node) } : null,
  };
}

/** Both sides may write a time with or without its milliseconds. */
function instant(time: unknown): string | null {
  return time === undefined || time === null ? null : new Date(String(time)).toISOString();
}

function flat(row: Row): Row {
  return { ...row, cluster: (row["cluster"] as { readonly name: string }).name };
}

/** Plain Node does not say it. */
function withoutCluster(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([field]) => field !== "cluster"));
}

function countGroups({ pods }: Truth): string[] {
  const counts = new Map<string, number>();
  for (const { cluster, pod } of pods) {
    const key = `${cluster}|${pod.status?.phase}|${pod.metadata?.labels?.["tier"]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Array.from(counts, ([key, count]) => `${key} ${count}`);
}

function expectSame(what: string, rows: readonly Row[], truth: readonly Row[]): void {
  const inOrder = (list: readonly Row[]): string[] =>
    list.map((row) => canonical({ ...row, startedAt: instant(row["startedAt"]) })).sort();
  expectEqual(what, inOrder(rows), inOrder(truth));
}

/** JSON with keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function expectEqual(what: string, given: unknown, truth: unknown): void {
  if (Array.isArray(given) && Array.isArray(truth)) {
    if (given.length !== truth.length) throw new Error(`${what}: ${given.length} instead of ${truth.length}`);
    for (const [index, one] of given.entries()) expectEqual(`${what}, ${index}`, one, truth[index]);
  } else if (given !== truth) {
    throw new Error(`${what}: ${String(given)} where the API server says ${String(truth)}`);
  }
}
