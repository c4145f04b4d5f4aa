import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { createWorld, workload } from "./support/create-world.ts";
import type { Json, World } from "./support/create-world.ts";

const { deployments, pods, nodes, events, services, endpointslices } = knownResources;
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

const deploy = async (replicas: number, options: Parameters<typeof workload>[2] = {}): Promise<void> => {
  await world.create(deployments, workload("Deployment", "web", { ...options, spec: { replicas } }));
  await world.after(1_000);
};
const onNodes = async (): Promise<string[]> =>
  (await world.list(pods)).map(({ spec }): string => spec.nodeName ?? "-").sort();
const scheduled = async (): Promise<Json> =>
  (await world.list(pods))[0].status.conditions.find(({ type }: Json) => type === "PodScheduled");
const readyPods = async (): Promise<number> =>
  (await world.list(pods)).filter(({ status }) => status.conditions.some((one: Json) => one.type === "Ready" && one.status === "True")).length; // prettier-ignore
const setReady = async (name: string, status: string): Promise<void> => {
  const node = await world.get(nodes, name);
  const conditions = [{ type: "Ready", status, reason: "Test" }];
  await world.client.replace(nodes, { ...node, status: { ...node.status, conditions } }, { ...world.options, subresource: "status" }); // prettier-ignore
};

describe("the scheduler", () => {
  it("should spread pods over the nodes", async () => {
    await deploy(4);
    expect(await onNodes()).toEqual(["n1", "n1", "n2", "n2"]);
  });

  it("should leave a cordoned node alone, and come back to it", async () => {
    await world.merge(nodes, "n1", { spec: { unschedulable: true } });
    await deploy(2);
    expect(await onNodes()).toEqual(["n2", "n2"]);
    expect((await world.get(nodes, "n1")).spec.taints).toEqual([{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }]); // prettier-ignore
    await world.merge(nodes, "n1", { spec: { unschedulable: null } });
    await world.after(1_000);
    expect((await world.get(nodes, "n1")).spec.taints).toBeUndefined();
    await world.merge(deployments, "default/web", { spec: { replicas: 4 } });
    await world.after(1_000);
    expect(await onNodes()).toEqual(["n1", "n1", "n2", "n2"]);
  });

  it("should bind to a tainted node only what tolerates it", async () => {
    await world.merge(nodes, "n1", { spec: { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] } });
    await world.merge(nodes, "n2", { spec: { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] } });
    await deploy(1);
    expect(await scheduled()).toMatchObject({ status: "False", reason: "Unschedulable", message: "0/2 nodes are available: 2 node(s) had untolerated taint {gpu: yes}." }); // prettier-ignore
    await world.merge(deployments, "default/web", { spec: { template: { spec: { tolerations: [{ key: "gpu", operator: "Exists" }] } } } }); // prettier-ignore
    await world.after(3_000);
    expect(await readyPods()).toBe(1);
  });

  it("should say what is short, once, and bind when there is room", async () => {
    await deploy(1, { cpu: "6" });
    expect(await scheduled()).toMatchObject({ message: "0/2 nodes are available: 2 Insufficient cpu." });
    await world.after(20_000);
    expect((await world.list(events)).filter(({ reason }) => reason === "FailedScheduling")).toMatchObject([{ count: 1 }]); // prettier-ignore
    await world.node("big", { cpu: "16" });
    await world.after(1_000);
    expect(await onNodes()).toEqual(["big"]);
  });

  it("should follow the nodeSelector", async () => {
    await world.merge(nodes, "n2", { metadata: { labels: { disk: "ssd" } } });
    await deploy(2, { pod: { nodeSelector: { disk: "ssd" } } });
    expect(await onNodes()).toEqual(["n2", "n2"]);
  });
});

describe("a node that is lost", () => {
  it("should taint it, take Ready from its pods and give it back when it returns", async () => {
    await deploy(2);
    await setReady("n1", "Unknown");
    await world.after(1_000);
    expect((await world.get(nodes, "n1")).spec.taints.map(({ key, effect }: Json) => `${key}:${effect}`)).toEqual([
      "node.kubernetes.io/unreachable:NoSchedule",
      "node.kubernetes.io/unreachable:NoExecute",
    ]);
    expect(await readyPods()).toBe(1);
    await setReady("n1", "True");
    await world.after(1_000);
    expect((await world.get(nodes, "n1")).spec.taints).toBeUndefined();
    expect(await readyPods()).toBe(2);
    const said = (await world.list(events)).filter(({ involvedObject }) => involvedObject.kind === "Node");
    expect(said.map(({ reason }) => reason)).toEqual(["NodeNotReady", "NodeReady"]);
  });

  it("should evict its pods after five minutes, and hold them terminating until it is heard of again", async () => {
    await deploy(2);
    await setReady("n1", "False");
    await world.after(290_000);
    expect(await onNodes()).toEqual(["n1", "n2"]);
    await world.after(20_000);
    expect(await onNodes()).toEqual(["n1", "n2", "n2"]);
    await setReady("n1", "True");
    await world.after(1_000);
    expect(await onNodes()).toEqual(["n2", "n2"]);
  });

  it("should take its pods with it when it is deleted", async () => {
    await deploy(2);
    await world.remove(nodes, "n1");
    await world.after(2_000);
    expect(await onNodes()).toEqual(["n2", "n2"]);
    expect(await readyPods()).toBe(2);
  });
});

describe("the EndpointSlice controller", () => {
  it("should list the ready pods of a service and follow them", async () => {
    await world.create(services, { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "default" }, spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] } }); // prettier-ignore
    await deploy(2);
    const slice = async (): Promise<Json> =>
      (await world.list(endpointslices)).find(({ metadata }) => metadata.labels["kubernetes.io/service-name"] === "web");
    expect((await slice()).endpoints.map(({ conditions }: Json) => conditions.ready)).toEqual([true, true]);
    expect((await slice()).ports).toMatchObject([{ port: 8080, protocol: "TCP" }]);
    await setReady("n1", "False");
    await world.after(1_000);
    expect((await slice()).endpoints.map(({ conditions }: Json) => conditions.ready).sort()).toEqual([false, true]);
    await world.remove(services, "default/web");
    await world.after(1_000);
    expect(await slice()).toBeUndefined();
  });
}); // prettier-ignore
