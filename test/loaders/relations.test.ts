import { describe, expect, it } from "vitest";
import { wholeAccess } from "../../src/auth/access.ts";
import type { Scope } from "../../src/auth/access.ts";
import type { AnyRow, EventRow, NodeRow, PodRow, ServiceRow, WorkloadRow } from "../../src/kube/rows/row.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import type { Connection, Loaders } from "../../src/loaders/request-context.ts";
import { custom, event, node, ownedBy, pod, service, workload } from "./support/objects.ts";
import { apiResource, createWorld } from "./support/world.ts";
import type { World } from "./support/world.ts";

interface Fixture {
  readonly world: World;
  readonly loaders: Loaders;
  pod(name: string): PodRow;
  object<Row extends AnyRow>(apiVersion: string, kind: string, name: string, namespace?: string | null): Row;
}

function fixture(
  fill: (world: World) => void,
  world = createWorld([{ name: "home", role: "home" }, { name: "paris" }]),
): Fixture {
  fill(world);
  const loaders = createLoaders(world.options());
  const object = <Row extends AnyRow>(
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string | null = "default",
  ): Row => {
    const row = loaders.object({ cluster: "home", apiVersion, kind, namespace, name }, {});
    if (row instanceof Promise || row === null) throw new Error(`${kind} ${name} is not there`);
    return row as Row;
  };
  return { world, loaders, object, pod: (name) => object<PodRow>("v1", "Pod", name) };
}

const names = (connection: Connection<AnyRow>): readonly string[] => connection.nodes().map(({ name }) => name);

describe("relations", () => {
  it("should lead from a pod to its node in the same cluster, and back", () => {
    const {
      loaders,
      pod: get,
      object,
    } = fixture((world) => {
      world.put(
        "home",
        node("n1"),
        pod("b", { node: "n1", namespace: "x" }),
        pod("a", { node: "n1" }),
        pod("lost", { node: "gone" }),
      );
      world.put("paris", node("n1"), pod("p", { node: "n1" }));
    });
    const n1 = loaders.podNode(get("a"));
    expect(n1).toMatchObject({ clusterName: "home", name: "n1" });
    expect(loaders.podNode(get("lost"))).toBeNull();
    expect(names(loaders.nodePods(object<NodeRow>("v1", "Node", "n1", null), {}))).toEqual(["a", "b"]);
    expect(loaders.nodePods(n1!, { where: { name: { eq: "b" } } }).totalCount()).toBe(1);
    expect(loaders.nodePods(n1!, { namespaces: ["x"] }).totalCount()).toBe(1);
    expect(loaders.nodePods(n1!, {}).readStates()).toMatchObject([
      { clusterName: "home", resource: "pods", state: "FRESH" },
    ]);
  });

  it("should follow the controller chain to its top, checking uids", () => {
    const { loaders, pod: get } = fixture((world) => {
      world.put(
        "home",
        workload("Deployment", "web"),
        workload("ReplicaSet", "web-1", ownedBy("Deployment", "web", "home")),
        pod("a", ownedBy("ReplicaSet", "web-1", "home")),
        pod("recreated", {
          ownerReferences: [
            { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "another", controller: true },
          ],
        }),
        pod("static", {
          ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n1", uid: "n", controller: true }],
        }),
        pod("helped", {
          ownerReferences: [
            { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "home-ReplicaSet-default-web-1" },
          ],
        }),
        workload("ReplicaSet", "rolled", {
          ownerReferences: [
            { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "r", uid: "r", controller: true },
          ],
        }),
        pod("rollout", ownedBy("ReplicaSet", "rolled", "home")),
      );
    });
    expect(loaders.podWorkload(get("a"))).toMatchObject({ kind: "Deployment", name: "web" });
    expect(loaders.podWorkload(get("recreated"))).toBeNull();
    expect(loaders.podWorkload(get("static"))).toBeNull();
    expect(loaders.podWorkload(get("helped"))).toBeNull();
    expect(loaders.podWorkload(get("rollout"))).toMatchObject({ kind: "ReplicaSet", name: "rolled" });
  });

  it("should find the pods of a workload through ReplicaSets and Jobs", () => {
    const { loaders, object } = fixture((world) => {
      world.put(
        "home",
        workload("Deployment", "web"),
        workload("ReplicaSet", "web-1", ownedBy("Deployment", "web", "home")),
        workload("ReplicaSet", "web-2", ownedBy("Deployment", "web", "home")),
        pod("b", ownedBy("ReplicaSet", "web-1", "home")),
        pod("a", ownedBy("ReplicaSet", "web-2", "home")),
        workload("StatefulSet", "db"),
        pod("db-0", ownedBy("StatefulSet", "db", "home")),
        custom("batch/v1", "CronJob", "nightly", {}, { spec: { jobTemplate: {} } }),
        custom("batch/v1", "Job", "nightly-1", ownedBy("CronJob", "nightly", "home"), { spec: {} }),
        pod("nightly-1-x", ownedBy("Job", "nightly-1", "home")),
      );
    });
    const web = object<WorkloadRow>("apps/v1", "Deployment", "web");
    expect(names(loaders.workloadPods(web, {}))).toEqual(["a", "b"]);
    expect(names(loaders.controlledWorkloads(web, {}))).toEqual(["web-1", "web-2"]);
    expect(names(loaders.workloadPods(object<WorkloadRow>("apps/v1", "StatefulSet", "db"), {}))).toEqual(["db-0"]);
    const nightly = object<WorkloadRow>("batch/v1", "CronJob", "nightly");
    expect(names(loaders.workloadPods(nightly, {}))).toEqual(["nightly-1-x"]);
    expect(names(loaders.controlledWorkloads(nightly, {}))).toEqual(["nightly-1"]);
  });

  it("should match services and pods by selector, and nothing by an empty one", () => {
    const {
      loaders,
      pod: get,
      object,
    } = fixture((world) => {
      world.put(
        "home",
        service("web", { app: "web", tier: "front" }),
        service("all", { app: "web" }),
        service("byhand", {}),
        service("other", { app: "web" }, { namespace: "other" }),
        pod("a", { labels: { app: "web", tier: "front" } }),
        pod("b", { labels: { app: "web" } }),
      );
    });
    expect(loaders.podServices(get("a")).map(({ name }) => name)).toEqual(["all", "web"]);
    expect(loaders.podServices(get("b")).map(({ name }) => name)).toEqual(["all"]);
    expect(names(loaders.servicePods(object<ServiceRow>("v1", "Service", "web"), {}))).toEqual(["a"]);
    expect(names(loaders.servicePods(object<ServiceRow>("v1", "Service", "all"), {}))).toEqual(["a", "b"]);
    expect(names(loaders.servicePods(object<ServiceRow>("v1", "Service", "byhand"), {}))).toEqual([]);
  });

  it("should read a service's endpoints from its slices", () => {
    const { loaders, object } = fixture((world) => {
      const slice = (name: string, endpoints: readonly unknown[]) =>
        custom(
          "discovery.k8s.io/v1",
          "EndpointSlice",
          name,
          { labels: { "kubernetes.io/service-name": "web" } },
          { endpoints },
        );
      world.put(
        "home",
        service("web", { app: "web" }),
        pod("a"),
        slice("web-1", [
          {
            addresses: ["10.0.0.1"],
            nodeName: "n1",
            targetRef: { kind: "Pod", name: "a", namespace: "default", uid: "home-Pod-default-a" },
          },
        ]),
        slice("web-2", [
          {
            addresses: ["10.0.0.2"],
            conditions: { ready: false, serving: true, terminating: true },
            targetRef: { kind: "Pod", name: "a", uid: "older" },
          },
        ]),
      );
    });
    expect(loaders.serviceEndpoints(object<ServiceRow>("v1", "Service", "web"))).toMatchObject([
      { addresses: ["10.0.0.1"], ready: true, serving: true, terminating: false, nodeName: "n1", pod: { name: "a" } },
      { addresses: ["10.0.0.2"], ready: false, serving: true, terminating: true, nodeName: null, pod: null },
    ]);
  });

  it("should have events listed when they are first asked for, newest first, and lead back", async () => {
    const {
      world,
      loaders,
      pod: get,
    } = fixture((empty) => {
      empty.put("home", pod("a"));
      empty.listable.set("home events", [
        event("old", { kind: "Pod", name: "a", uid: "home-Pod-default-a" }, "2026-11-20T10:00:00Z"),
        event("new", { kind: "Pod", name: "a" }, "2026-11-20T11:00:00Z"),
        event("before", { kind: "Pod", name: "a", uid: "an-earlier-one" }, "2026-11-20T12:00:00Z"),
        event("other", { kind: "Node", name: "a" }, "2026-11-20T12:00:00Z"),
      ]);
    });
    const [first, second] = await Promise.all([
      loaders.eventsOf(get("a"), {}),
      loaders.eventsOf(get("a"), { first: 1 }),
    ]);
    expect(names(first)).toEqual(["new", "old"]);
    expect(names(second)).toEqual(["new"]);
    expect(world.ensured).toEqual(["home events"]);
    expect(await loaders.regardingObject(first.nodes()[0] as EventRow)).toMatchObject({ kind: "Pod", name: "a" });
  });

  it("should find owners and config objects of any kind, by discovery, in one upstream call each", async () => {
    const {
      world,
      loaders,
      pod: get,
    } = fixture(
      (empty) => {
        empty.put(
          "home",
          pod("a", {
            ownerReferences: [
              { apiVersion: "acme.io/v1", kind: "Gadget", name: "g", uid: "home-Gadget-default-g", controller: true },
              { apiVersion: "acme.io/v1", kind: "Gadget", name: "g", uid: "stranger" },
            ],
            spec: { volumes: [{ name: "c", configMap: { name: "settings" } }] },
          }),
        );
        empty.listable.set("home gadgets.acme.io", [custom("acme.io/v1", "Gadget", "g")]);
        empty.listable.set("home configmaps", [custom("v1", "ConfigMap", "settings")]);
      },
      createWorld([
        {
          name: "home",
          role: "home",
          status: { apiResources: [apiResource("acme.io/v1", "Gadget"), apiResource("v1", "ConfigMap")] },
        },
      ]),
    );
    const a = get("a");
    const owners = await Promise.all(
      [...a.ownerRefs, ...a.ownerRefs].map(async (owner) => loaders.ownerObject(a, owner)),
    );
    expect(owners.map((owner) => owner?.name ?? null)).toEqual(["g", null, "g", null]);
    expect(await loaders.podConfigObject(a, a.configReferenceRows[0]!)).toMatchObject({
      kind: "ConfigMap",
      name: "settings",
    });
    expect(world.ensured.sort()).toEqual(["home configmaps", "home gadgets.acme.io"]);
  });

  it("should lead nowhere outside the scope", () => {
    const world = createWorld();
    world.put("home", node("n1"), service("web", { app: "web" }), pod("a", { node: "n1", labels: { app: "web" } }));
    const scope: Scope = {
      key: "pods",
      sees: ({ resource }) => resource === "pods",
      extent: (_cluster, resource) => (resource === "pods" ? "all" : "none"),
    };
    const loaders = createLoaders(
      world.options({ access: { ...wholeAccess, list: scope, gets: (partition) => scope.sees(partition) } }),
    );
    const [a] = (loaders.pods({}) as Connection<PodRow>).nodes();
    expect(loaders.podNode(a!)).toBeNull();
    expect(loaders.podServices(a!)).toEqual([]);
    expect((loaders.pods({ where: { node: null } }) as Connection<PodRow>).totalCount()).toBe(1);
  });

  it("should show annotations by key and manifests in both forms", () => {
    const { loaders, pod: get } = fixture((world) => {
      world.put(
        "home",
        pod("a", { annotations: { z: "1", a: "2", "kubectl.kubernetes.io/last-applied-configuration": "{}" } }),
      );
    });
    const a = get("a");
    expect(loaders.annotations(a)).toEqual([
      { key: "a", value: "2" },
      { key: "z", value: "1" },
    ]);
    expect(loaders.manifest(a, "JSON")).toMatchObject({ kind: "Pod", metadata: { name: "a" } });
    expect(loaders.manifest(a, "YAML")).toMatch(/^apiVersion: v1\nkind: Pod\n/);
    const damaged = {
      ...a,
      body: {
        ...a.body,
        parse: () => {
          throw new Error("torn");
        },
      },
    };
    expect(loaders.manifest(damaged, "JSON")).toBeNull();
    expect(loaders.annotations(damaged)).toEqual([]);
  });
});
