import { describe, expect, it } from "vitest";
import { KubeError } from "../../src/kube/kube-error.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { toObjectId } from "../../src/kube/object-key.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { custom, node, pod } from "./support/objects.ts";
import { apiResource, createWorld } from "./support/world.ts";

const gadgets = apiResource("acme.io/v1", "Gadget");

describe("one object", () => {
  it("should be found by natural key and by id, at once where the kind is held", () => {
    const world = createWorld();
    world.put("home", pod("a"), node("n1"));
    const loaders = createLoaders(world.options());
    const a = loaders.object({ cluster: "home", apiVersion: "v1", kind: "Pod", namespace: "default", name: "a" }, {});
    expect(a).toMatchObject({ __typename: "Pod", name: "a", source: "CACHE" });
    expect(loaders.byId(loaders.id(a as never))).toBe(a);
    expect(loaders.byId(toObjectId({ cluster: "home" }))).toMatchObject({ __typename: "Cluster", name: "home" });
    expect(loaders.object({ cluster: "home", apiVersion: "v1", kind: "Node", name: "n1" }, {})).toMatchObject({
      __typename: "ClusterNode",
    });
  });

  it("should be null where it, its cluster or its id is strange", async () => {
    const loaders = createLoaders(createWorld().options());
    expect(
      loaders.object({ cluster: "home", apiVersion: "v1", kind: "Pod", namespace: "default", name: "x" }, {}),
    ).toBeNull();
    expect(
      loaders.object({ cluster: "nowhere", apiVersion: "v1", kind: "Pod", namespace: "default", name: "x" }, {}),
    ).toBeNull();
    for (const id of [
      "",
      "%%%",
      "AAAA",
      Buffer.from("[1]").toString("base64url"),
      Buffer.from('[9,"home"]').toString("base64url"),
    ]) {
      expect(loaders.byId(id)).toBeNull();
    }
    expect(
      await loaders.byId(toObjectId({ cluster: "home", group: "acme.io", kind: "Gadget", namespace: "", name: "g" })),
    ).toBeNull();
    expect(
      loaders.byId(toObjectId({ cluster: "gone", group: "", kind: "Pod", namespace: "default", name: "g" })),
    ).toBeNull();
  });

  it("should say when the namespace does not fit the kind", () => {
    const loaders = createLoaders(createWorld().options());
    expect(() => loaders.object({ cluster: "home", apiVersion: "v1", kind: "Pod", name: "a" }, {})).toThrow(
      /namespace is needed: Pod lies in namespaces/,
    );
    expect(() =>
      loaders.object({ cluster: "home", apiVersion: "v1", kind: "Node", namespace: "x", name: "a" }, {}),
    ).toThrow(/must be unset: Node is cluster-scoped/);
  });

  it("should give objects in the order of their ids, with null for what is not there", async () => {
    const world = createWorld();
    world.put("home", pod("a"), pod("b"));
    const loaders = createLoaders(world.options());
    const id = (name: string): string =>
      toObjectId({ cluster: "home", group: "", kind: "Pod", namespace: "default", name });
    const found = await loaders.byIds([id("b"), "?", id("a"), id("c"), id("b")], {});
    expect(found.map((one) => (one !== null && "name" in one ? one.name : null))).toEqual(["b", null, "a", null, "b"]);
    await expect(
      loaders.byIds(
        Array.from({ length: 1001 }, () => "x"),
        {},
      ),
    ).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("should be read through where it is older than maxStaleness, once an operation", async () => {
    let calls = 0;
    const live = {
      ...pod("a", { phase: "Failed" }),
      metadata: { name: "a", namespace: "default", uid: "u", resourceVersion: "9" },
    };
    const world = createWorld([
      {
        name: "home",
        role: "home",
        client: {
          get: (_resource, { name }) => {
            calls++;
            return name === "a"
              ? Promise.resolve(live)
              : Promise.reject(new KubeError({ reason: "NotFound", message: "no" }));
          },
        },
      },
    ]);
    world.put("home", pod("a"), pod("b"));
    world.setState("home", knownResources.pods, "STALE", "Timeout", world.clock.now() - 60_000);
    const loaders = createLoaders(world.options());
    const key = { cluster: "home", apiVersion: "v1", kind: "Pod", namespace: "default", name: "a" };
    const args = { maxStaleness: "30s" };
    const [first, second] = await Promise.all([loaders.object(key, args), loaders.object(key, args)]);
    expect(first).toMatchObject({ source: "LIVE", phase: "Failed", resourceVersion: "9" });
    expect(second).toBe(first);
    expect(calls).toBe(1);
    expect(await loaders.object({ ...key, name: "b" }, args)).toBeNull();
    expect(loaders.object(key, { maxStaleness: "2m" })).toMatchObject({ source: "CACHE", phase: "Running" });
  });

  it("should be refused as stale where reading through fails, at its own index", async () => {
    const get = () => Promise.reject(new KubeError({ reason: "Timeout", message: "no answer", cluster: "home" }));
    const world = createWorld([{ name: "home", role: "home", client: { get } }]);
    world.put("home", pod("a"), node("n1"));
    world.setState("home", knownResources.pods, "STALE", "Timeout", world.clock.now() - 60_000);
    const loaders = createLoaders(world.options());
    const id = (kind: string, namespace: string, name: string): string =>
      toObjectId({ cluster: "home", group: "", kind, namespace, name });
    const [stale, fresh] = await loaders.byIds([id("Pod", "default", "a"), id("Node", "", "n1")], {
      maxStaleness: "30s",
    });
    expect(stale).toMatchObject({ code: "STALE_READ_REFUSED", extensions: { cluster: "home", retryable: true } });
    expect(fresh).toMatchObject({ name: "n1" });
  });
});

describe("any kind", () => {
  const g = custom("acme.io/v1", "Gadget", "g");

  it("should be listed from the first query on, in every cluster that serves it", async () => {
    const world = createWorld([
      { name: "home", role: "home", status: { apiResources: [gadgets] } },
      { name: "paris", status: { apiResources: [apiResource("v1", "ConfigMap")] } },
    ]);
    world.listable.set("home gadgets.acme.io", [g]);
    const connection = await createLoaders(world.options()).resources({ apiVersion: "acme.io/v1", kind: "Gadget" });
    expect(connection.nodes()).toMatchObject([{ __typename: "GenericResource", name: "g" }]);
    expect(connection.readStates()).toMatchObject([
      { clusterName: "home", state: "FRESH", resource: "gadgets.acme.io" },
      { clusterName: "paris", state: "FRESH", resource: "gadgets.acme.io", observedAt: null },
    ]);
    expect(connection.complete()).toBe(true);
    expect(world.ensured).toEqual(["home gadgets.acme.io"]);
    const again = createLoaders(world.options()).resources({
      apiVersion: "acme.io/v1",
      kind: "Gadget",
      clusters: ["home"],
    });
    expect(again).not.toBeInstanceOf(Promise);
    // Asked once for each operation, so that what is in use is not let go.
    expect(world.ensured).toEqual(["home gadgets.acme.io", "home gadgets.acme.io"]);
  });

  it("should read the same rows twice in one operation, though more came between", async () => {
    const world = createWorld([{ name: "home", role: "home", status: { apiResources: [gadgets] } }]);
    world.listable.set("home gadgets.acme.io", [g]);
    const loaders = createLoaders(world.options());
    const args = { apiVersion: "acme.io/v1", kind: "Gadget" };
    expect((await loaders.resources(args)).totalCount()).toBe(1);
    world.put("home", custom("acme.io/v1", "Gadget", "h"));
    expect((await loaders.resources(args)).totalCount()).toBe(1);
    expect((await createLoaders(world.options()).resources(args)).totalCount()).toBe(2);
  });

  it("should be typed where the kind has a type, and found after its definition came", async () => {
    const world = createWorld([{ name: "home", role: "home", rediscovered: [gadgets] }]);
    world.put("home", pod("a"));
    world.listable.set("home gadgets.acme.io", [g]);
    const loaders = createLoaders(world.options());
    const pods = loaders.resources({ apiVersion: "v1", kind: "Pod" });
    expect(pods).not.toBeInstanceOf(Promise);
    expect((await pods).nodes()).toMatchObject([{ __typename: "Pod" }]);
    expect((await loaders.resources({ apiVersion: "acme.io/v1", kind: "Gadget" })).totalCount()).toBe(1);
  });

  it("should say in which version it is served, and when nobody serves it", async () => {
    const world = createWorld([{ name: "home", role: "home", status: { apiResources: [gadgets] } }]);
    const loaders = createLoaders(world.options());
    const ask = async (apiVersion: string, kind: string): Promise<unknown> => loaders.resources({ apiVersion, kind });
    await expect(ask("acme.io/v2", "Gadget")).rejects.toMatchObject({
      code: "CRD_NOT_INSTALLED",
      message: expect.stringContaining("served as acme.io/v1") as string,
    });
    await expect(ask("apps/v1beta1", "Deployment")).rejects.toMatchObject({
      message: expect.stringContaining("served as apps/v1") as string,
    });
    await expect(ask("acme.io/v1", "gadget")).rejects.toMatchObject({ code: "CRD_NOT_INSTALLED" });
    await expect(ask("nope.io/v1", "Nope")).rejects.toMatchObject({
      message: expect.stringContaining("No cluster that was asked serves") as string,
    });
    expect((await loaders.resources({ apiVersion: "nope.io/v1", kind: "Nope", clusters: [] })).totalCount()).toBe(0);
  });

  it("should be incomplete rather than absent where a cluster was never reached", async () => {
    const unreached = new KubeError({ reason: "ConnectionFailed", message: "refused", cluster: "paris" });
    const world = createWorld([
      { name: "home", role: "home", status: { apiResources: [apiResource("v1", "ConfigMap")] } },
      { name: "paris", rediscovered: unreached },
    ]);
    const connection = await createLoaders(world.options()).resources({ apiVersion: "acme.io/v1", kind: "Gadget" });
    expect(connection.totalCount()).toBe(0);
    expect(connection.complete()).toBe(false);
    expect(connection.readStates()).toMatchObject([
      { state: "FRESH" },
      { state: "UNREACHABLE", code: "CLUSTER_UNAVAILABLE" },
    ]);
  });
});

describe("groupBy", () => {
  it("should count and add up exactly, by keys ascending, nulls last", () => {
    const world = createWorld([{ name: "home", role: "home" }, { name: "paris" }]);
    world.put(
      "home",
      node("n1", { labels: { "edge-net.io/continent": "Europe" } }),
      pod("a", { node: "n1", restarts: 2, cpu: "250m", memory: "1Gi", labels: { app: "web" } }),
      pod("b", { restarts: 4, cpu: "1", labels: { app: "web" } }),
      pod("c", { phase: "Pending" }),
    );
    const loaders = createLoaders(world.options());
    const connection = loaders.pods({}) as Exclude<ReturnType<typeof loaders.pods>, Promise<unknown>>;
    const groups = connection.groupBy({ fields: ["PHASE"], labels: ["app"] });
    expect(groups.map(({ keys, count }) => [keys.map(({ value }) => value), count])).toEqual([
      [["Pending", null], 1],
      [["Running", "web"], 2],
    ]);
    expect(groups[1]!["restarts"]).toEqual({ sum: 6n, avg: 3, min: 2n, max: 4n });
    expect(groups[1]!["requests"]).toEqual({
      cpuMilli: { sum: 1250n, avg: 625, min: 250n, max: 1000n },
      memoryBytes: { sum: 1_073_741_824n, avg: 1_073_741_824, min: 1_073_741_824n, max: 1_073_741_824n },
    });
    expect(groups[0]!["requests"]).toMatchObject({ cpuMilli: { sum: 0n, avg: null, min: null, max: null } });
    expect(
      connection.groupBy({ fields: ["CONTINENT"], labels: [] }).map(({ keys, count }) => [keys[0]!.value, count]),
    ).toEqual([
      ["Europe", 1],
      [null, 2],
    ]);
    expect(connection.groupBy({ fields: [], labels: [] })).toMatchObject([{ keys: [], count: 3 }]);
    expect(() => connection.groupBy({ fields: ["SPEED"], labels: [] })).toThrow(/fields\[0\] must be one of CLUSTER/);
  });

  it("should give one group of nothing, and refuse too many", () => {
    const world = createWorld();
    const all = (limits = world.options().limits) => {
      const loaders = createLoaders(world.options({ limits }));
      return loaders.pods({}) as Exclude<ReturnType<typeof loaders.pods>, Promise<unknown>>;
    };
    expect(all().groupBy({ fields: [], labels: [] })).toMatchObject([{ count: 0, restarts: { sum: 0n } }]);
    expect(all().groupBy({ fields: ["PHASE"], labels: [] })).toEqual([]);
    world.put("home", pod("a", { node: "x" }), pod("b", { node: "y" }));
    expect(() => all({ ...world.options().limits, maxGroups: 1 }).groupBy({ fields: ["NODE"], labels: [] })).toThrow(
      expect.objectContaining({
        code: "LIMIT_EXCEEDED",
        extensions: { limit: { name: "groups", maximum: 1, found: 2 } },
      }),
    );
  });
});
