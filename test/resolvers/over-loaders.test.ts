import { readFileSync } from "node:fs";
import { execute, Kind, parse } from "graphql";
import type { ExecutionResult } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import type { RequestContext } from "../../src/loaders/request-context.ts";
import { apiResource, createWorld } from "../loaders/support/world.ts";
import type { World } from "../loaders/support/world.ts";
import { createFakeContext } from "./fake-context.ts";
import { selectEverything } from "./select-everything.ts";

const controlledBy = (kind: string, name: string) => [
  { apiVersion: "apps/v1", kind, name, uid: `home-${kind}-shop-${name}`, controller: true },
];

const meta = (name: string, more: object = {}) => ({
  name,
  namespace: "shop",
  labels: { app: "web", version: "7" },
  ...more,
});

const template = { spec: { containers: [{ name: "web", image: "web:7" }] } };

const objects: readonly KubeObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" }, status: { phase: "Active" } },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "home-1",
      labels: { "edge-net.io/continent": "Europe", "edge-net.io/country-iso": "FR", "edge-net.io/city": "Paris" },
    },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      capacity: { cpu: "4", memory: "16Gi", pods: "110" },
      allocatable: { cpu: "3900m", memory: "15Gi", pods: "110" },
    },
  },
  { apiVersion: "apps/v1", kind: "Deployment", metadata: meta("web"), spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template } }, // prettier-ignore
  { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: meta("web-1", { ownerReferences: controlledBy("Deployment", "web") }), spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template } }, // prettier-ignore
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: meta("db"),
    spec: { replicas: 1, serviceName: "db", template },
  },
  { apiVersion: "apps/v1", kind: "DaemonSet", metadata: meta("agent"), spec: { template } },
  { apiVersion: "batch/v1", kind: "Job", metadata: meta("once"), spec: { parallelism: 1, template } },
  { apiVersion: "batch/v1", kind: "CronJob", metadata: meta("nightly"), spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template } } } }, // prettier-ignore
  { apiVersion: "v1", kind: "Service", metadata: meta("web"), spec: { type: "ClusterIP", clusterIPs: ["10.96.0.9"], selector: { app: "web" }, ports: [{ port: 80 }] } }, // prettier-ignore
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: meta("web-1-a", { ownerReferences: controlledBy("ReplicaSet", "web-1") }),
    spec: { nodeName: "home-1", containers: [{ name: "web", image: "web:7", resources: { requests: { cpu: "250m", memory: "64Mi" } } }] }, // prettier-ignore
    status: {
      phase: "Running",
      containerStatuses: [
        { name: "web", restartCount: 9, ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } },
      ],
    },
  },
  {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "web-1-a.17", namespace: "shop" },
    type: "Warning",
    reason: "BackOff",
    message: "Back-off",
    count: 4,
    lastTimestamp: "2026-11-20T08:20:00Z",
    involvedObject: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-1-a", uid: "home-Pod-shop-web-1-a" },
  },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: meta("tls", { creationTimestamp: "2026-08-01T00:00:00Z" }),
  },
];

function createFleet(): World {
  const apiResources = [apiResource("cert-manager.io/v1", "Certificate"), apiResource("v1", "ConfigMap")];
  const endpoint = { url: "https://10.0.0.1:6443", health: { state: "UP", reason: null, message: null, since: null }, lastProbeAtMs: null } as const; // prettier-ignore
  const world = createWorld([
    { name: "home", role: "home", status: { apiResources, endpoints: [endpoint] } },
    { name: "paris", status: { apiResources: [] } },
  ]);
  world.put("home", ...objects);
  world.listable.set("home configmaps", [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "shop" } },
  ]);
  return world;
}

describe("the schema over the real loaders and store", () => {
  const schema = buildFleetSchema();

  async function ask(
    world: World,
    text: string,
    variableValues: Record<string, unknown> = {},
  ): Promise<ExecutionResult> {
    const options = world.options();
    const fake = createFakeContext();
    const contextValue: RequestContext = { ...fake, nowMs: options.nowMs, loaders: createLoaders(options) };
    const result = await execute({ schema, document: parse(text), contextValue, variableValues });
    return JSON.parse(JSON.stringify(result)) as ExecutionResult;
  }

  const document = parse(readFileSync(new URL("./example-operations.graphql", import.meta.url), "utf8"));
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION || operation.operation !== "query") continue;
    const name = operation.name?.value ?? "";
    if (name === "PodDetail" || name === "UnfinishedRollouts") continue; // logs and rights need a cluster

    it(`should answer ${name} without an error`, async () => {
      const { start, end } = operation.loc!;
      const { errors, data } = await ask(createFleet(), operation.loc!.source.body.slice(start, end));
      expect(errors).toBeUndefined();
      expect(data).toBeTruthy();
    });
  }

  it("should find the broken pod, its node, its workload and its place", async () => {
    const { data } = await ask(
      createFleet(),
      `{ pods(where: { health: { state: { in: [DOWN, DEGRADED] } } }) {
        totalCount
        nodes { name reason restarts cluster { name } node { name geo { countryIso city } } workload { kind name } services { name } events { nodes { reason regarding { object { id } } } } id }
        groupBy(fields: [CLUSTER, CITY], labels: ["version"]) { keys { name value } count requests { cpuMilli { sum } } }
      } }`,
    );
    const { pods } = data as { pods: { nodes: { id: string }[] } };
    expect(pods).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: expect.any(String),
          name: "web-1-a",
          reason: "CrashLoopBackOff",
          restarts: 9,
          cluster: { name: "home" },
          node: { name: "home-1", geo: { countryIso: "FR", city: "Paris" } },
          workload: { kind: "Deployment", name: "web" },
          services: [{ name: "web" }],
          events: { nodes: [{ reason: "BackOff", regarding: { object: { id: pods.nodes[0]?.id } } }] },
        },
      ],
      groupBy: [
        {
          keys: [
            { name: "CLUSTER", value: "home" },
            { name: "CITY", value: "Paris" },
            { name: "version", value: "7" },
          ],
          count: 1,
          requests: { cpuMilli: { sum: 250 } },
        },
      ],
    });
  });

  it("should answer every field there is", async () => {
    const without = new Set(["Query.objects", "Query.node", "Query.resource", "Pod.logs", "Viewer.can"]);
    const { errors } = await ask(
      createFleet(),
      `query Everything ${selectEverything(schema.getQueryType()!, without)}`,
    );
    expect(errors).toBeUndefined();
  });

  it("should refetch by id what a list gave", async () => {
    const world = createFleet();
    const { data } = await ask(world, "{ deployments { nodes { id } } clusters { nodes { id } } }");
    const { deployments, clusters } = data as Record<string, { nodes: { id: string }[] }>;
    const ids = [deployments?.nodes[0]?.id, clusters?.nodes[0]?.id];
    const again = await ask(
      world,
      `query Q($id: ID!, $ids: [ID!]!) {
        node(id: $id) { __typename ... on Deployment { name pods { totalCount } replicaSets { nodes { name } } } }
        objects(ids: $ids) { __typename id }
      }`,
      { id: ids[0], ids },
    );
    expect(again).toEqual({
      data: {
        node: {
          __typename: "Deployment",
          name: "web",
          pods: { totalCount: 1 },
          replicaSets: { nodes: [{ name: "web-1" }] },
        },
        objects: [
          { __typename: "Deployment", id: ids[0] },
          { __typename: "Cluster", id: ids[1] },
        ],
      },
    });
  });
});
