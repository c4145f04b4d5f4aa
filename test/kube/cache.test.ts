import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { kubeconfigCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

const query = `{ resources(apiVersion: "v1", kind: "ConfigMap", namespaces: ["default"]) {
  complete readStates { state } nodes { name uid resourceVersion }
} }`;

describe.skipIf(kubeAssets === undefined)(`cache over a real control plane (${needsKube})`, () => {
  let cluster: RealCluster;
  let fleet: TestApp;

  const create = (...names: readonly string[]): Promise<unknown> =>
    Promise.all(names.map((name) => cluster.kubectl("create", "configmap", name, "--from-literal=a=b")));

  /** The very objects and versions that kubectl lists, and in step. */
  async function isAsInTheCluster(): Promise<void> {
    const { items } = JSON.parse(await cluster.kubectl("get", "configmaps", "-o", "json")) as {
      readonly items: readonly { readonly metadata: Record<"name" | "uid" | "resourceVersion", string> }[];
    };
    const nodes = items.map(({ metadata: { name, uid, resourceVersion } }) => ({ name, uid, resourceVersion }));
    const { data } = await fleet.query(query);
    expect(data.resources).toEqual({ complete: true, readStates: [{ state: "FRESH" }], nodes });
  }

  beforeAll(async () => {
    cluster = await startRealCluster({ name: "home", port: 21_200 });
    await create("kept", "changed", "gone");
    fleet = await startTestApp({ clusters: [kubeconfigCluster("home", cluster.kubeconfig, { role: "home" })] });
    await eventually(isAsInTheCluster, 30_000);
  });

  afterAll(async () => {
    await fleet?.stop();
    await cluster?.down();
  });

  it("should hold what kubectl lists while objects change", async () => {
    await create("new");
    await cluster.kubectl("label", "configmap", "changed", "a=b");
    await cluster.kubectl("delete", "configmap", "gone");
    await eventually(isAsInTheCluster, 10_000);
  });

  it("should serve its rows while the API server is dead, and be in step after it has come back", async () => {
    const before = (await fleet.query(query)).data.resources.nodes;
    await cluster.act("stop", "kube-apiserver");
    await eventually(async () => {
      const { data } = await fleet.query(query);
      expect(data.resources.readStates).toEqual([{ state: "STALE" }]);
      expect(data.resources.nodes).toEqual(before);
    }, 30_000);
    await cluster.act("start", "kube-apiserver");
    await eventually(() => create("after-restart"), 30_000);
    await cluster.kubectl("delete", "configmap", "new");
    await eventually(isAsInTheCluster, 60_000);
  });

  it("should go back with an etcd restored to an older state", async () => {
    await create("in-the-backup");
    await cluster.act("save");
    await create("lost-1", "lost-2");
    await cluster.kubectl("delete", "configmap", "in-the-backup");
    await eventually(isAsInTheCluster, 10_000);
    await cluster.act("restore");
    await eventually(isAsInTheCluster, 90_000);
    const names = (await fleet.query(query)).data.resources.nodes.map(({ name }: { readonly name: string }) => name);
    expect(names).toContain("in-the-backup");
    expect(names).not.toContain("lost-1");
    await create("in-the-new-world");
    await eventually(isAsInTheCluster, 10_000);
  });

  it("should have made no haste in all of this", async () => {
    const times = (await cluster.requests()).filter(({ requestURI }) => requestURI.startsWith("/api/v1/configmaps?"));
    // The list and watch of the start, and a few attempts for each of two outages.
    expect(times.length).toBeGreaterThan(3);
    expect(times.length).toBeLessThan(40);
  });
});
