import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { createWorld, workload } from "./support/create-world.ts";
import type { Json, World } from "./support/create-world.ts";

const { deployments, replicasets, pods, events } = knownResources;
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

const deploy = async (replicas: number, more: object = {}): Promise<void> => {
  await world.create(deployments, workload("Deployment", "web", { spec: { replicas, ...more } }));
  await world.after(1_000);
};
const setImage = (image: string): Promise<unknown> =>
  world.merge(deployments, "default/web", { spec: { template: { spec: { containers: [{ name: "main", image }] } } } });
const images = async (): Promise<string[]> =>
  (await world.list(pods)).filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ spec }) => spec.containers[0].image); // prettier-ignore
const condition = async (type: string): Promise<Json> =>
  (await world.get(deployments, "default/web")).status.conditions.find((one: Json) => one.type === type);

describe("the Deployment controller", () => {
  it("should make as many ready pods as asked for and say that it is available", async () => {
    await deploy(3);
    const { status } = await world.get(deployments, "default/web");
    expect(status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 }); // prettier-ignore
    expect(await condition("Available")).toMatchObject({ status: "True", reason: "MinimumReplicasAvailable" });
    expect(await condition("Progressing")).toMatchObject({ status: "True", reason: "NewReplicaSetAvailable" });
    expect((await world.get(deployments, "default/web")).metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "1" }); // prettier-ignore
    expect(await world.names(pods)).toHaveLength(3);
  });

  it("should write nothing once everything is as it should be", async () => {
    await deploy(3);
    await world.after(2_000);
    const before = world.api.resourceVersion;
    await world.after(20_000);
    expect(world.api.resourceVersion).toBe(before);
  });

  it("should keep within maxSurge and maxUnavailable while it rolls to a new template", async () => {
    await deploy(4, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } });
    await setImage("app:2");
    let most = 0;
    let fewest = 4;
    for (let i = 0; i < 40; i++) {
      await world.after(100);
      const sets = await world.list(replicasets);
      most = Math.max(most, sets.reduce((sum, { spec }) => sum + spec.replicas, 0));
      fewest = Math.min(fewest, (await world.get(deployments, "default/web")).status.availableReplicas);
    }
    expect(await images()).toEqual(["app:2", "app:2", "app:2", "app:2"]);
    expect({ most, fewest }).toEqual({ most: 5, fewest: 3 });
  }); // prettier-ignore

  it("should take the old ReplicaSet back on an undo, under a new revision", async () => {
    await deploy(2);
    const first = await world.get(deployments, "default/web");
    await setImage("app:2");
    await world.after(4_000);
    const template = Object.fromEntries(Object.entries(first.spec.template).reverse());
    await world.client.patch(deployments, { namespace: "default", name: "web" }, { type: "json", operations: [{ op: "replace", path: "/spec/template", value: template }] }, world.options); // prettier-ignore
    await world.after(4_000);
    expect(await images()).toEqual(["app:1", "app:1"]);
    const sets = await world.list(replicasets);
    expect(sets.map(({ spec, metadata }) => `${spec.replicas} at ${metadata.annotations["deployment.kubernetes.io/revision"]}`).sort()).toEqual(["0 at 2", "2 at 3"]); // prettier-ignore
    expect((await world.get(deployments, "default/web")).metadata.annotations["deployment.kubernetes.io/revision"]).toBe("3"); // prettier-ignore
  });

  it("should roll nothing while paused, and still scale", async () => {
    await deploy(2);
    await world.merge(deployments, "default/web", { spec: { paused: true } });
    await setImage("app:2");
    await world.merge(deployments, "default/web", { spec: { replicas: 3 } });
    await world.after(2_000);
    expect(await images()).toEqual(["app:1", "app:1", "app:1"]);
    expect(await condition("Progressing")).toMatchObject({ status: "Unknown", reason: "DeploymentPaused" });
    await world.merge(deployments, "default/web", { spec: { paused: false } });
    await world.after(5_000);
    expect(await images()).toEqual(["app:2", "app:2", "app:2"]);
  });

  it("should stop the old pods before the new ones start with Recreate", async () => {
    await deploy(2, { strategy: { type: "Recreate" } });
    await setImage("app:2");
    await world.after(0);
    expect(await images()).toEqual([]);
    await world.after(2_000);
    expect(await images()).toEqual(["app:2", "app:2"]);
  });

  it("should give up after progressDeadlineSeconds where the new pods never become ready, and keep the old ones", async () => {
    await deploy(2, { progressDeadlineSeconds: 30, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    await setImage("app:missing");
    await world.after(40_000);
    expect(await condition("Progressing")).toMatchObject({ status: "False", reason: "ProgressDeadlineExceeded" });
    expect(await condition("Available")).toMatchObject({ status: "True" });
    expect((await images()).sort()).toEqual(["app:1", "app:1", "app:missing"]);
  });

  it("should count a pod as available only after minReadySeconds", async () => {
    await deploy(1, { minReadySeconds: 10 });
    expect((await world.get(deployments, "default/web")).status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 }); // prettier-ignore
    await world.after(11_000);
    expect((await world.get(deployments, "default/web")).status).toMatchObject({ readyReplicas: 1, availableReplicas: 1 }); // prettier-ignore
  });

  it("should keep no more old ReplicaSets than revisionHistoryLimit", async () => {
    await deploy(1, { revisionHistoryLimit: 1 });
    for (const image of ["app:2", "app:3", "app:4"]) {
      await setImage(image);
      await world.after(3_000);
    }
    expect(await world.names(replicasets)).toHaveLength(2);
    expect(await images()).toEqual(["app:4"]);
  });

  it("should scale up and down, and say so in Events", async () => {
    await deploy(1);
    await world.merge(deployments, "default/web", { spec: { replicas: 3 } });
    await world.after(1_500);
    await world.merge(deployments, "default/web", { spec: { replicas: 0 } });
    await world.after(1_500);
    expect(await world.names(pods)).toEqual([]);
    const said = (await world.list(events)).filter(({ reason }) => reason === "ScalingReplicaSet");
    expect(said.map(({ message }) => message.replace(/web-\S+/, "web-x"))).toEqual([
      "Scaled up replica set web-x from 0 to 1",
      "Scaled up replica set web-x from 1 to 3",
      "Scaled down replica set web-x from 3 to 0",
    ]);
  });
});
