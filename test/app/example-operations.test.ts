import { readFileSync } from "node:fs";
import { Kind, parse, print } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

/** What people will type, as typed, over embedded clusters. */
const operations = new Map(
  parse(readFileSync("test/resolvers/example-operations.graphql", "utf8")).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [[definition.name?.value ?? "", print(definition)]] : [],
  ),
);

describe("example operations over embedded clusters", () => {
  let fleet: TestApp;

  const run = async (name: string, variables: Record<string, unknown> = {}) => {
    const query = operations.get(name);
    expect(query).toBeDefined();
    const { data, errors } = await fleet.query(query ?? "", variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const stream = (name: string, variables: Record<string, unknown> = {}) =>
    fleet.subscribe(operations.get(name) ?? "", variables);

  beforeAll(async () => {
    fleet = await startTestApp({
      clusters: [embeddedCluster("home", { role: "home" }), embeddedCluster("paris"), embeddedCluster("tokyo")],
    });
    await eventually(async () => {
      const { data } = await fleet.query(
        "{ pods { complete } workloads(where: {owner: null, health: {state: {in: [DEGRADED, DOWN, UNKNOWN]}}}) { totalCount complete } }",
      );
      expect(data).toEqual({ pods: { complete: true }, workloads: { totalCount: 2, complete: true } });
    }, 30_000);
  });
  afterAll(() => fleet?.stop());

  it("should show the fleet and what is wrong with it", async () => {
    const { clusters } = await run("Fleet");
    expect(clusters.nodes.map(({ name }: { name: string }) => name)).toEqual(["home", "paris", "tokyo"]);
    expect(clusters.nodes.map((cluster: { pods: { totalCount: number } }) => cluster.pods.totalCount)).toEqual([
      0, 2, 0,
    ]);
    expect(clusters.nodes[0]).toMatchObject({ role: "HOME", health: { state: "UP" }, nodes: { totalCount: 4 } });
  });

  it("should answer null for every place where no geolabeler runs (EN-35)", async () => {
    const { data, errors } = await fleet.query(
      "{ nodes { nodes { geo { city } } groupBy(fields: [CITY]) { keys { value } count } } }",
    );
    expect(errors).toBeUndefined();
    expect(data.nodes.nodes.every(({ geo }: { geo: unknown }) => geo === null)).toBe(true);
    expect(data.nodes.groupBy).toEqual([{ keys: [{ value: null }], count: 10 }]);
  });

  it("should find the broken pods, with their cluster, node and workload", async () => {
    const { pods } = await run("BrokenPods");
    expect(pods).toMatchObject({
      totalCount: 2,
      complete: true,
      nodes: [
        {
          reason: "CrashLoopBackOff",
          cluster: { name: "paris" },
          workload: { kind: "Deployment", name: "recommender" },
        },
        {
          reason: "ImagePullBackOff",
          cluster: { name: "paris" },
          workload: { kind: "Deployment", name: "thumbnailer" },
        },
      ],
    });
  });

  it("should group pods filtered through their node", async () => {
    const { pods } = await run("EuropeanWeb");
    expect(pods).toMatchObject({ totalCount: 0, groupBy: [] });
  });

  it("should describe a pod and read its log", async () => {
    const { pods } = (
      await fleet.query(
        '{ pods(clusters: ["home"], namespaces: ["shop"], labelSelector: "app=cart") { nodes { name } } }',
      )
    ).data;
    const { pod } = await run("PodDetail", { cluster: "home", namespace: "shop", name: pods.nodes[0].name });
    expect(pod).toMatchObject({
      phase: "Running",
      owners: [{ kind: "ReplicaSet", controller: true, object: { id: expect.any(String) } }],
      containers: [{ name: "main", kind: "REGULAR", state: "Running", requests: { cpu: "200m", memory: "256Mi" } }],
      configReferences: [{ kind: "Secret", name: "cart-secret", optional: false, object: { id: expect.any(String) } }],
      logs: { container: "main", truncated: false },
    });
    expect(pod.manifest).toContain("kind: Pod");
  });

  it("should find nodes with room, with sums over their pods", async () => {
    const { nodes } = await run("RoomyNodes");
    expect(nodes.nodes.length).toBeGreaterThan(4);
    expect(nodes.nodes[0].allocatable.memoryBytes).toBeGreaterThanOrEqual(nodes.nodes.at(-1).allocatable.memoryBytes);
    const counts = nodes.nodes.map(
      (node: { pods: { totalCount: number; groupBy: unknown[] } }) => node.pods.totalCount,
    );
    expect(Math.max(...counts)).toBeGreaterThan(0);
  });

  it("should say that no cluster serves a kind, and list it once a cluster does", async () => {
    const missing = await fleet.query(operations.get("Certificates") ?? "");
    expect(missing.errors?.[0]?.extensions["code"]).toBe("CRD_NOT_INSTALLED");
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "certificates.cert-manager.io" },
      spec: {
        group: "cert-manager.io",
        scope: "Namespaced",
        names: { plural: "certificates", singular: "certificate", kind: "Certificate", listKind: "CertificateList" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    };
    await run("Apply", { manifest: crd, dryRun: false });
    const certificate = {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "www", namespace: "shop", labels: { team: "web" } },
      spec: {},
    };
    await eventually(() => run("Apply", { manifest: certificate, dryRun: false }));
    const { data, errors } = await fleet.query(
      '{ resources(apiVersion: "cert-manager.io/v1", kind: "Certificate") { complete nodes { __typename name label(key: "team") cluster { name } } readStates { cluster { name } state } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.resources).toEqual({
      complete: true,
      nodes: [{ __typename: "GenericResource", name: "www", label: "web", cluster: { name: "home" } }],
      readStates: ["home", "paris", "tokyo"].map((name) => ({ cluster: { name }, state: "FRESH" })),
    });
    expect((await run("Certificates")).resources.nodes).toEqual([]);
  });

  it("should list unfinished roll-outs and say what the caller may do", async () => {
    const { viewer, workloads } = await run("UnfinishedRollouts");
    expect(viewer).toMatchObject({ can: true });
    expect(workloads.nodes.map(({ name }: { name: string }) => name).sort()).toEqual(["recommender", "thumbnailer"]);
  });

  it("should apply, first as a dry run, and name the manager of a conflict", async () => {
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "site", namespace: "shop" },
      data: { theme: "dark" },
    };
    expect((await run("Apply", { manifest })).applyResource).toMatchObject({
      created: true,
      visible: false,
      readAfter: null,
    });
    expect(
      (
        await fleet.query(
          '{ resource(apiVersion: "v1", kind: "ConfigMap", cluster: "home", namespace: "shop", name: "site") { name } }',
        )
      ).data.resource,
    ).toBeNull();
    expect((await run("Apply", { manifest, dryRun: false })).applyResource).toMatchObject({
      created: true,
      object: { name: "site" },
    });
    const patched = await fleet.query(
      'mutation { patchResource(input: { object: { cluster: "home", apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "site" }, patch: { data: { theme: "light" } } }) { object { name } } }',
    );
    expect(patched.errors).toBeUndefined();
    const conflict = await fleet.query(operations.get("Apply") ?? "", { manifest, dryRun: false });
    expect(conflict.errors?.[0]?.extensions).toMatchObject({
      code: "CONFLICT",
      kubernetes: { causes: [{ field: ".data.theme", manager: "fleetgraph/patch" }] },
    });
  });

  it("should scale what was looked at, and not what came after", async () => {
    const { deployment } = (
      await fleet.query(
        '{ deployment(cluster: "paris", namespace: "media", name: "transcoder") { id uid resourceVersion } }',
      )
    ).data;
    const scaled = await run("Scale", deployment);
    expect(scaled.scaleResource.object).toMatchObject({ replicas: 5 });
    const again = await fleet.query(operations.get("Scale") ?? "", deployment);
    expect(again.errors?.[0]?.extensions["code"]).toBe("CONFLICT");
  });

  it("should drain by hand: cordon, label, restart", async () => {
    const { deployment } = (
      await fleet.query('{ deployment(cluster: "paris", namespace: "media", name: "cdn-edge") { id } }')
    ).data;
    const { cordonNode, restartWorkload } = await run("Maintenance", { deployment: deployment.id });
    expect(cordonNode.object).toEqual({ name: "paris-2", schedulable: false });
    expect(restartWorkload.object.name).toBe("cdn-edge");
    await eventually(async () => {
      const { data } = await fleet.query(
        '{ pods(clusters: ["paris"], labelSelector: "app=cdn-edge") { nodes { ready nodeName } } }',
      );
      expect(
        data.pods.nodes.every((pod: { ready: boolean; nodeName: string }) => pod.ready && pod.nodeName !== "paris-2"),
      ).toBe(true);
    }, 20_000);
  });

  it("should keep a table true, and stream labels and health", async () => {
    const table = stream("Table");
    expect((await table.next()).value).toMatchObject({ type: "SNAPSHOT" });
    const synced = (await table.next()).value;
    expect(synced).toMatchObject({ type: "SYNCED" });
    await table.return?.();
    const resumed = stream("Table", { after: synced.cursor });
    expect((await resumed.next()).value.type).not.toBe("RESYNC");
    await resumed.return?.();

    const labels = stream("Labels");
    const first = labels.next();
    await eventually(async () => {
      await fleet.query(
        `mutation { labelResource(input: { object: { cluster: "tokyo", apiVersion: "v1", kind: "Node", name: "tokyo-1" }, set: [{ key: "stamp", value: "${Date.now()}" }] }) { visible } }`,
      );
      expect(await Promise.race([first, new Promise((resolve) => setTimeout(() => resolve("waiting"), 40))])).not.toBe(
        "waiting",
      );
    });
    expect((await first).value).toMatchObject({
      node: { name: "tokyo-1", cluster: { name: "tokyo" } },
      reason: "CHANGED",
      manager: "fleetgraph/label",
    });
    await labels.return?.();

    const health = stream("Health");
    const change = health.next();
    await eventually(async () => expect((await fleet.query("{ __typename }")).errors).toBeUndefined());
    await fleet.embedded.stop("tokyo");
    expect((await change).value).toMatchObject({
      subject: { __typename: expect.any(String) },
      cluster: { name: "tokyo" },
      to: "DOWN",
    });
    await health.return?.();
  });
});
