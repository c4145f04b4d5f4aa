import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isKubeError } from "../../src/kube/kube-error.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { createWorld, workload } from "./support/create-world.ts";
import type { Json, World } from "./support/create-world.ts";

const { deployments, replicasets, pods, namespaces, events } = knownResources;
let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.create(deployments, workload("Deployment", "web", { spec: { replicas: 2 } }));
  await world.after(1_000);
});
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

const counts = async (): Promise<number[]> =>
  Promise.all([deployments, replicasets, pods].map(async (resource) => (await world.list(resource)).length));

describe("deleting what owns something", () => {
  it("should delete the dependents after the owner in the background", async () => {
    await world.remove(deployments, "default/web", "Background");
    expect((await counts())[0]).toBe(0);
    await world.after(2_000);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it("should keep the owner until its dependents are gone in the foreground", async () => {
    await world.remove(deployments, "default/web", "Foreground");
    await world.settle();
    expect(await counts()).toEqual([1, 1, 2]);
    await world.after(2_000);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it("should let orphans live, without an owner", async () => {
    await world.remove(deployments, "default/web", "Orphan");
    await world.after(2_000);
    expect(await counts()).toEqual([0, 1, 2]);
    expect((await world.list(replicasets))[0].metadata.ownerReferences ?? []).toEqual([]);
  });

  it("should spare what names an owner that is there", async () => {
    const before = await counts();
    await world.after(30_000);
    expect(await counts()).toEqual(before);
  });
});

describe("deleting a pod", () => {
  it("should show it terminating until its containers have stopped, and say so once", async () => {
    const [name = ""] = await world.names(pods);
    await world.remove(pods, `default/${name}`);
    await world.settle();
    expect((await world.get(pods, `default/${name}`)).metadata.deletionGracePeriodSeconds).toBe(30);
    await world.after(500);
    expect(await world.names(pods)).not.toContain(name);
    const killing = (await world.list(events)).filter(({ reason }) => reason === "Killing");
    expect(killing).toMatchObject([{ count: 1, involvedObject: { name } }]);
  });
});

describe("the namespace controller", () => {
  it("should give each namespace its default ServiceAccount", async () => {
    await world.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
    await world.settle();
    const accounts = { group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount", namespaced: true };
    expect(await world.names(accounts, "team")).toEqual(["default"]);
  });

  it("should empty a namespace that is deleted and then let it go, quietly", async () => {
    await world.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
    const inTeam: Json = workload("Deployment", "web", { spec: { replicas: 3 } });
    await world.create(deployments, { ...inTeam, metadata: { name: "web", namespace: "team" } });
    await world.after(1_000);
    await world.remove(namespaces, "team");
    await world.settle();
    expect((await world.get(namespaces, "team")).status.phase).toBe("Terminating");
    await world.after(3_000);
    await expect(world.get(namespaces, "team")).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
    expect(await counts()).toEqual([1, 1, 2]);
    expect(await world.names(events, "team")).toEqual([]);
  });
});
