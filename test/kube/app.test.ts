import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { kubeconfigCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

describe.skipIf(kubeAssets === undefined)(`fleetgraph over two real control planes (${needsKube})`, () => {
  let home: RealCluster;
  let abroad: RealCluster;
  let fleet: TestApp;

  beforeAll(async () => {
    home = await startRealCluster({ name: "home", port: 22_000, workloads: true });
    abroad = await startRealCluster({ name: "abroad", port: 22_010, workloads: true });
    for (const cluster of [home, abroad]) {
      for (const node of ["a", "b"]) await cluster.act("node", `${cluster.name}-${node}`, "tier=edge");
      await cluster.kubectl("create", "deployment", "web", "--image=registry.example/web:1", "--replicas=3");
      await cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    }
    fleet = await startTestApp({
      clusters: [
        kubeconfigCluster("home", home.kubeconfig, { role: "home" }),
        kubeconfigCluster("abroad", abroad.kubeconfig),
      ],
    });
    await eventually(async () => {
      const { data } = await fleet.query(
        "{ clusters { nodes { health { state } readStates { state } } } pods { totalCount } }",
      );
      const fresh = (cluster: { readStates: { state: string }[] }): unknown =>
        cluster.readStates.length > 0 && cluster.readStates.every(({ state }) => state === "FRESH");
      expect(data.clusters.nodes.map(fresh)).toEqual([true, true]);
      expect(data.clusters.nodes).toMatchObject([{ health: { state: "UP" } }, { health: { state: "UP" } }]);
      expect(data.pods.totalCount).toBe(6);
    }, 30_000);
  });

  afterAll(async () => {
    await fleet?.stop();
    await home?.down();
    await abroad?.down();
  });

  it("should answer about both clusters as one, as kubectl sees each", async () => {
    const { data, errors } = await fleet.query(`{
      clusters { nodes { name role version health { state } nodes { totalCount } } }
      pods { nodes { name phase ready cluster { name } node { name } workload { kind name } } }
      deployments { nodes { name readyReplicas health { state } pods { totalCount } replicaSets { totalCount } } }
    }`);
    expect(errors).toBeUndefined();
    expect(data.clusters.nodes).toEqual([
      { name: "home", role: "HOME", version: "v1.34.4", health: { state: "UP" }, nodes: { totalCount: 2 } },
      { name: "abroad", role: "ABROAD", version: "v1.34.4", health: { state: "UP" }, nodes: { totalCount: 2 } },
    ]);
    for (const cluster of [home, abroad]) {
      const listed = JSON.parse(await cluster.kubectl("get", "pods", "-o", "json")) as {
        items: { metadata: { name: string }; spec: { nodeName: string } }[];
      };
      expect(data.pods.nodes.filter((pod: { cluster: { name: string } }) => pod.cluster.name === cluster.name)).toEqual(
        listed.items.map(({ metadata, spec }) => ({
          name: metadata.name,
          phase: "Running",
          ready: true,
          cluster: { name: cluster.name },
          node: { name: spec.nodeName },
          workload: { kind: "Deployment", name: "web" },
        })),
      );
    }
    const web = {
      name: "web",
      readyReplicas: 3,
      health: { state: "UP" },
      pods: { totalCount: 3 },
      replicaSets: { totalCount: 1 },
    };
    expect(data.deployments.nodes).toEqual([web, web]);
  });

  it("should find by id what any list names, and null for what is not there", async () => {
    const { data } = await fleet.query(
      "{ pods(first: 1) { nodes { id name } } nodes(first: 1) { nodes { id name } } }",
    );
    const [pod] = data.pods.nodes;
    const [node] = data.nodes.nodes;
    const found = await fleet.query(
      'query ($pod: ID!, $node: ID!) { pod: node(id: $pod) { id ... on Pod { name } } node: node(id: $node) { ... on ClusterNode { name } } none: node(id: "eA") { id } }',
      { pod: pod.id, node: node.id },
    );
    expect(found.data).toEqual({ pod, node: { name: node.name }, none: null });
  });

  it("should stream what happens to pods, and resume after the last cursor", async () => {
    const query =
      'subscription ($after: String) { podsChanged(clusters: ["home"], labelSelector: "app=web", after: $after) { type reason cursor objects { name phase } } }';
    const first = fleet.subscribe(query);
    expect((await first.next()).value).toMatchObject({ type: "SNAPSHOT", objects: [{}, {}, {}] });
    const synced = (await first.next()).value;
    expect(synced).toMatchObject({ type: "SYNCED", objects: [] });
    await first.return?.();
    await home.kubectl("scale", "deployment/web", "--replicas=4");
    await home.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
    const second = fleet.subscribe(query, { after: synced.cursor });
    const seen: { type: string; objects: { name: string; phase: string }[] }[] = [];
    for await (const message of second) {
      seen.push(message);
      if (message.objects[0]?.phase === "Running" && seen.some(({ type }) => type === "SYNCED")) break;
      if (message.type === "SYNCED" && seen.some(({ objects }) => objects[0]?.phase === "Running")) break;
    }
    expect(seen.map(({ type }) => type)).not.toContain("RESYNC");
    expect(seen[0]).toMatchObject({ type: "ADDED", reason: "CHANGED" });
    expect(new Set(seen.flatMap(({ objects }) => objects.map(({ name }) => name))).size).toBe(1);
    await home.kubectl("scale", "deployment/web", "--replicas=3");
  });

  it("should stream labels of nodes with who set them", async () => {
    const stream = fleet.subscribe(
      'subscription { nodeLabelsChanged(clusters: ["abroad"]) { node { name } added { key value } removed { key } reason manager } }',
    );
    const next = stream.next();
    // The subscription is on its way; label until it is seen.
    await eventually(async () => {
      await abroad.kubectl("label", "node", "abroad-a", `stamp=${Date.now()}`, "--overwrite");
      expect(await Promise.race([next, new Promise((resolve) => setTimeout(() => resolve("waiting"), 40))])).not.toBe(
        "waiting",
      );
    });
    expect((await next).value).toMatchObject({
      node: { name: "abroad-a" },
      reason: "CHANGED",
      manager: "kubectl-label",
    });
    await stream.return?.();
  });

  it("should make no upstream call for reads of what it holds", async () => {
    const reads = async (): Promise<number> =>
      (await home.requests()).filter(({ userAgent = "", verb }) => userAgent.startsWith("fleetgraph") && (verb === "list" || verb === "get")).filter(({ requestURI }) => !/readyz|kube-system|version/.test(requestURI)).length; // prettier-ignore
    const before = await reads();
    for (let i = 0; i < 20; i++)
      await fleet.query(
        "{ pods { nodes { name node { name } services { name } workload { name } } } nodes { nodes { name pods { totalCount } } } }",
      );
    expect(await reads()).toBe(before);
  });

  it("should say what the caller may do, also where the cluster is read-only", async () => {
    const readOnly = await startTestApp({
      clusters: [kubeconfigCluster("home", home.kubeconfig, { role: "home", write: false })],
    });
    try {
      await eventually(async () => {
        const { data, errors } = await readOnly.query(
          '{ viewer { can(cluster: "home", verb: "patch", resource: "deployments.apps", namespace: "shop") } }',
        );
        expect(errors).toBeUndefined();
        expect(data.viewer.can).toBe(true);
      });
      const { errors } = await readOnly.query(
        'mutation { cordonNode(input: { object: { cluster: "home", apiVersion: "v1", kind: "Node", name: "home-a" } }) { visible } }',
      );
      expect(errors?.[0]?.extensions["code"]).toBe("FORBIDDEN");
      expect(errors?.[0]?.message).toContain("write: true");
    } finally {
      await readOnly.stop();
    }
  });

  it("should write and show the write: apply, label, scale, delete", async () => {
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "default" },
      data: { a: "1" },
    };
    const applied = await fleet.query(
      'mutation ($manifest: JSON!) { applyResource(input: { cluster: "abroad", manifest: $manifest }) { created readAfter object { id kind name cluster { name } } } }',
      { manifest },
    );
    expect(applied.errors).toBeUndefined();
    expect(applied.data.applyResource).toMatchObject({
      created: true,
      object: { kind: "ConfigMap", name: "settings", cluster: { name: "abroad" } },
    });
    const read = await fleet.query(
      'query ($after: String) { resource(apiVersion: "v1", kind: "ConfigMap", cluster: "abroad", namespace: "default", name: "settings", readAfter: $after) { manifest } }',
      { after: applied.data.applyResource.readAfter },
    );
    expect(read.data.resource.manifest.data).toEqual({ a: "1" });
    const scaled = await fleet.query(
      'mutation { scaleResource(input: { object: { cluster: "abroad", apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "web" }, replicas: 2 }) { visible object { ... on Workload { replicas } } } }',
    );
    expect(scaled.errors).toBeUndefined();
    expect(scaled.data.scaleResource).toMatchObject({ visible: true, object: { replicas: 2 } });
    const gone = await fleet.query(
      "mutation ($id: ID!) { deleteResource(input: { object: { id: $id } }) { visible } }",
      { id: applied.data.applyResource.object.id },
    );
    expect(gone.errors).toBeUndefined();
    expect(await abroad.kubectl("get", "configmap", "settings", "--ignore-not-found")).toBe("");
    const conflict = await fleet.query(
      'mutation { labelResource(input: { object: { cluster: "abroad", apiVersion: "v1", kind: "Node", name: "abroad-a" }, set: [{ key: "x", value: "y" }], preconditions: { uid: "other" } }) { visible } }',
    );
    expect(conflict.errors?.[0]?.extensions["code"]).toBe("CONFLICT");
    expect(await abroad.kubectl("get", "node", "abroad-a", "-o", "jsonpath={.metadata.labels.x}")).toBe("");
  });

  it("should serve the others undelayed while a cluster hangs, mark it within its timeout, and come back by itself", async () => {
    await abroad.act("pause");
    try {
      const start = performance.now();
      const { data } = await fleet.query('{ pods(clusters: ["home"]) { totalCount } all: pods { totalCount } }');
      expect(performance.now() - start).toBeLessThan(1_000);
      expect(data.all.totalCount).toBeGreaterThanOrEqual(data.pods.totalCount);
      await eventually(async () => {
        const marked = await fleet.query(
          '{ cluster(name: "abroad") { health { state } } pods { complete readStates { cluster { name } state } } }',
        );
        expect(marked.data.cluster.health.state).toBe("DOWN");
        expect(marked.data.pods.readStates).toContainEqual({ cluster: { name: "abroad" }, state: "STALE" });
        expect(marked.data.pods.readStates).toContainEqual({ cluster: { name: "home" }, state: "FRESH" });
      }, 20_000);
    } finally {
      await abroad.act("resume");
    }
    await eventually(async () => {
      const { data } = await fleet.query(
        '{ cluster(name: "abroad") { health { state } } pods { readStates { state } } }',
      );
      expect(data).toEqual({
        cluster: { health: { state: "UP" } },
        pods: { readStates: [{ state: "FRESH" }, { state: "FRESH" }] },
      });
    }, 40_000);
  });

  it("should end with the same rows as kubectl after the API server died and its etcd went back in time", async () => {
    const names = async (): Promise<string[]> => {
      const { data } = await fleet.query(
        '{ resources(apiVersion: "v1", kind: "ConfigMap", clusters: ["home"], namespaces: ["default"], maxStaleness: "60s") { nodes { name } } }',
      );
      return data.resources.nodes.map(({ name }: { name: string }) => name);
    };
    await home.kubectl("create", "configmap", "before");
    await eventually(async () => expect(await names()).toContain("before"));
    await home.act("save");
    await home.kubectl("create", "configmap", "after");
    await home.kubectl("delete", "configmap", "before");
    await eventually(async () => expect(await names()).not.toContain("before"));
    await home.act("restore");
    // Written to past the version we stood at: the version alone says nothing now.
    for (let i = 0; i < 10; i++) await home.kubectl("create", "configmap", `overtakes-${i}`, "-n", "kube-public");
    await eventually(async () => {
      expect(await names()).toContain("before");
      expect(await names()).not.toContain("after");
    }, 60_000);
  });

  it("should go on with rotated certificates", async () => {
    await home.act("rotate");
    await home.act("stop");
    await home.act("start");
    await eventually(async () => {
      const { data } = await fleet.query(
        '{ cluster(name: "home") { health { state reason } } pods(clusters: ["home"]) { readStates { state } } }',
      );
      expect(data).toEqual({
        cluster: { health: { state: "UP", reason: null } },
        pods: { readStates: [{ state: "FRESH" }] },
      });
    }, 60_000);
  });
});
