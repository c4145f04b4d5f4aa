import { expect } from "vitest";
import { KubeError } from "../../../src/kube/kube-error.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import type { AnyRow, EventRow, NodeRow, PodRow, ServiceRow, WorkloadRow } from "../../../src/kube/rows/row.ts";
import type { Connection } from "../../../src/loaders/request-context.ts";
import type { RightsCheck } from "./check-rights.ts";
import { configMaps, resourceOfKind, secrets } from "./shop-objects.ts";

const { nodes, pods, services, endpointslices, deployments, replicasets, events } = knownResources;

/** Relations in both directions, each as if asked alone, from every object of the namespaces that may be listed. */
export async function checkRelations(check: RightsCheck): Promise<void> {
  const namespaces = [...new Set(check.objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  for (const namespace of namespaces) {
    await checkPods(check, namespace);
    await checkWorkloads(check, namespace);
    await checkServices(check, namespace);
    await checkEvents(check, namespace);
  }
  await checkNodes(check, namespaces);
  await checkNamespaces(check, namespaces);
}

async function listOf<Row extends AnyRow>(connection: unknown): Promise<readonly Row[]> {
  return ((await connection) as Connection<Row>).nodes();
}

async function checkPods({ loaders, truth, cluster }: RightsCheck, namespace: string): Promise<void> {
  const rows = await listOf<PodRow>(loaders.pods({ first: 50_000, namespaces: [namespace] }));
  const isGot = async (resource: ResourceId, name: string): Promise<boolean> =>
    truth.gets(resource, resource.namespaced ? namespace : "", name);
  for (const pod of rows) {
    const where = `pod ${namespace}/${pod.name}`;
    const nodeIsSeen = await isGot(nodes, pod.nodeName ?? "");
    expect(loaders.podNode(pod) !== null, `node of ${where}`).toBe(nodeIsSeen);
    const isOwned = pod.ownerRefs.length > 0;
    const setIsSeen = isOwned && (await isGot(replicasets, "web-1"));
    const topIsSeen = setIsSeen && (await isGot(deployments, "web"));
    for (const owner of pod.ownerRefs) {
      expect((await loaders.ownerObject(pod, owner)) !== null, `owner of ${where}`).toBe(setIsSeen);
    }
    expect(loaders.podWorkload(pod)?.kind, `workload of ${where}`).toBe(topIsSeen ? "Deployment" : setIsSeen ? "ReplicaSet" : undefined); // prettier-ignore
    const chosen = isOwned && (await truth.lists(services, namespace)) ? ["web"] : [];
    expect(loaders.podServices(pod).map(({ name }) => name), `services of ${where}`).toEqual(chosen); // prettier-ignore
    const told = isOwned && (await truth.lists(events, namespace)) ? 1 : 0;
    expect((await loaders.eventsOf(pod, {})).totalCount(), `events of ${where}`).toBe(told);
    for (const reference of pod.configReferenceRows) {
      const isSeen = await isGot(reference.kind === "Secret" ? secrets : configMaps, reference.name);
      expect((await loaders.podConfigObject(pod, reference)) !== null, `${reference.kind} of ${where}`).toBe(isSeen);
    }
    const itself = { name: { eq: pod.name }, namespace: { eq: namespace } };
    const through = async (condition: object): Promise<number> =>
      (await loaders.pods({ where: { ...itself, ...condition }, namespaces: [namespace] })).totalCount();
    expect(await through({ node: {} }), `where through the node of ${where}`).toBe(nodeIsSeen ? 1 : 0);
    expect(await through({ node: null }), `where without a node of ${where}`).toBe(nodeIsSeen ? 0 : 1);
    expect(await through({ workload: { kind: { eq: "Deployment" } } }), `where through the workload of ${where}`).toBe(topIsSeen ? 1 : 0); // prettier-ignore
  }
  const [pod] = rows;
  if (pod === undefined) return;
  const attributes = { verb: "get", group: "", resource: "pods", subresource: "log", namespace, name: pod.name };
  const mayLog = await truth.allows(attributes);
  const log = await loaders.podLogs(pod, { container: "app", tailLines: 1, previous: false, timestamps: false }).then(
    () => "read",
    (error: unknown) => (error instanceof KubeError ? error.reason : String(error)),
  );
  expect(log !== "Forbidden", `log of ${namespace}/${pod.name}: ${log}`).toBe(mayLog);
  const can = await loaders.can({ cluster, verb: "get", resource: "pods/log", namespace, name: pod.name });
  expect(can, `can read the log of ${namespace}/${pod.name}`).toBe(mayLog);
}

async function checkWorkloads({ loaders, truth }: RightsCheck, namespace: string): Promise<void> {
  const podsAreSeen = await truth.lists(pods, namespace);
  const setsAreSeen = await truth.lists(replicasets, namespace);
  const rows = await listOf<WorkloadRow>(loaders.workloads({ first: 50_000, namespaces: [namespace] }));
  const kinds = [
    ...((await truth.lists(deployments, namespace)) ? ["Deployment"] : []),
    ...(setsAreSeen ? ["ReplicaSet"] : []),
  ];
  expect(rows.map(({ kind }) => kind).sort(), `workloads of ${namespace}`).toEqual(kinds);
  for (const row of rows) {
    const where = `${row.kind} ${namespace}/${row.name}`;
    const reached = podsAreSeen && (row.kind === "ReplicaSet" || setsAreSeen) ? ["web-1-a"] : [];
    const found = loaders.workloadPods(row, {});
    expect(found.nodes().map(({ name }) => name), `pods of ${where}`).toEqual(reached); // prettier-ignore
    expect(found.readStates()[0]?.state === "FORBIDDEN", `state of the pods of ${where}`).toBe(!podsAreSeen);
    if (row.kind !== "Deployment") continue;
    const sets = loaders.controlledWorkloads(row, {});
    expect(sets.totalCount(), `replica sets of ${where}`).toBe(setsAreSeen ? 1 : 0);
  }
}

async function checkServices({ loaders, truth }: RightsCheck, namespace: string): Promise<void> {
  const rows = await listOf<ServiceRow>(loaders.services({ first: 50_000, namespaces: [namespace] }));
  const podsAreSeen = await truth.lists(pods, namespace);
  for (const service of rows) {
    const where = `service ${namespace}/${service.name}`;
    expect(loaders.servicePods(service, {}).totalCount(), `pods of ${where}`).toBe(podsAreSeen ? 1 : 0);
    const endpoints = loaders.serviceEndpoints(service);
    const slicesAreSeen = await truth.lists(endpointslices, namespace);
    expect(endpoints.length, `endpoints of ${where}`).toBe(slicesAreSeen ? 1 : 0);
    for (const { pod } of endpoints) {
      expect(pod !== null, `pod of an endpoint of ${where}`).toBe(await truth.gets(pods, namespace, "web-1-a"));
    }
  }
}

async function checkEvents({ loaders, truth }: RightsCheck, namespace: string): Promise<void> {
  const rows = await listOf<EventRow>(loaders.events({ first: 50_000, namespaces: [namespace] }));
  for (const event of rows) {
    // Of a pod; a real cluster itself tells of services, too, while it looks after their addresses.
    const { kind, name } = event.regardingRef;
    const isSeen = await truth.gets(resourceOfKind(kind), namespace, name);
    expect((await loaders.regardingObject(event)) !== null, `object of event ${namespace}/${event.name}`).toBe(isSeen);
  }
}

async function checkNodes({ loaders, truth }: RightsCheck, namespaces: readonly string[]): Promise<void> {
  const rows = await listOf<NodeRow>(loaders.nodes({}));
  const listed = (await truth.listed(pods)) ?? [];
  for (const node of rows) {
    const here = listed.filter(({ spec }) => (spec as { nodeName?: string }).nodeName === node.name);
    const found = loaders.nodePods(node, { first: 50_000 });
    expect(found.totalCount(), `pods of node ${node.name}`).toBe(here.length);
    const own = here.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ""));
    expect(loaders.nodePods(node, { namespaces }).totalCount(), `own pods of node ${node.name}`).toBe(own.length);
  }
}

async function checkNamespaces({ loaders, truth }: RightsCheck, namespaces: readonly string[]): Promise<void> {
  const shown = (await listOf(loaders.namespaces({ first: 50_000 }))).map(({ name }) => name);
  const isOpen = await truth.allows({ verb: "list", group: "", resource: "namespaces" });
  expect(namespaces.filter((name) => shown.includes(name)), "namespaces").toEqual(isOpen ? namespaces : []); // prettier-ignore
}
