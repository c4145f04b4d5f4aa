import { describe, expect, it } from "vitest";
import { wholeAccess } from "../../src/auth/access.ts";
import type { Scope } from "../../src/auth/access.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import type { Connection, ListArgs, Loaders, MaybePromise } from "../../src/loaders/request-context.ts";
import type { PodRow } from "../../src/kube/rows/row.ts";
import { node, pod } from "./support/objects.ts";
import { createWorld } from "./support/world.ts";
import type { World } from "./support/world.ts";

function settled<Value>(value: MaybePromise<Value>): Value {
  if (value instanceof Promise) throw new Error("expected an answer at once");
  return value;
}

function pods(loaders: Loaders, args: ListArgs = {}): Connection<PodRow> {
  return settled(loaders.pods(args));
}

function names(connection: Connection<{ readonly name: string }>): readonly string[] {
  return connection.nodes().map(({ name }) => name);
}

function threeClusters(): World {
  const world = createWorld([{ name: "home", role: "home" }, { name: "athens" }, { name: "berlin" }]);
  world.put("berlin", pod("b1", { namespace: "a" }));
  world.put(
    "home",
    pod("z", { namespace: "shop", node: "n1" }),
    pod("a", { namespace: "shop", phase: "Pending" }),
    pod("m"),
  );
  world.put("athens", pod("a1"));
  return world;
}

describe("root lists", () => {
  it("should order by cluster, home first, then namespace and name", () => {
    const connection = pods(createLoaders(threeClusters().options()));
    expect(connection.nodes().map(({ clusterName, namespace, name }) => `${clusterName}|${namespace}/${name}`)).toEqual(
      ["home|default/m", "home|shop/a", "home|shop/z", "athens|default/a1", "berlin|a/b1"],
    );
    expect(connection.totalCount()).toBe(5);
  });

  it("should read all lists of an operation from the moment it started", () => {
    const world = threeClusters();
    const loaders = createLoaders(world.options());
    world.put("home", pod("late"));
    expect(names(pods(loaders))).not.toContain("late");
    expect(names(pods(createLoaders(world.options())))).toContain("late");
  });

  it("should keep to the clusters and namespaces that are asked for", () => {
    const loaders = createLoaders(threeClusters().options());
    expect(names(pods(loaders, { clusters: ["berlin", "athens"] }))).toEqual(["a1", "b1"]);
    expect(names(pods(loaders, { namespaces: ["shop", "nowhere"] }))).toEqual(["a", "z"]);
    expect(names(pods(loaders, { clusters: [] }))).toEqual([]);
    expect(names(pods(loaders, { namespaces: [] }))).toEqual([]);
  });

  it("should name the clusters there are where an unknown one is asked for", () => {
    const loaders = createLoaders(threeClusters().options());
    expect(() => pods(loaders, { clusters: ["hom"] })).toThrow(
      expect.objectContaining({
        code: "BAD_USER_INPUT",
        message: expect.stringContaining("home, athens, berlin") as string,
      }),
    );
  });

  it("should show nothing outside the scope, nor count it", () => {
    const world = threeClusters();
    const scope: Scope = { key: "shop", sees: ({ namespace }) => namespace === "shop", extent: () => "some" };
    const connection = pods(createLoaders(world.options({ access: { ...wholeAccess, list: scope } })));
    expect(names(connection)).toEqual(["a", "z"]);
    expect(connection.totalCount()).toBe(2);
    expect(connection.groupBy({ fields: ["CLUSTER"], labels: [] })).toHaveLength(1);
  });

  it("should apply where, label selector and field selector together", () => {
    const world = createWorld();
    world.put(
      "home",
      pod("a", { labels: { app: "web", tier: "front" }, node: "n1" }),
      pod("b", { labels: { app: "web" }, node: "n2" }),
      pod("c", { labels: { app: "db" }, node: "n1" }),
    );
    const loaders = createLoaders(world.options());
    const list = (args: ListArgs): readonly string[] => names(pods(loaders, args));
    expect(list({ labelSelector: "app=web" })).toEqual(["a", "b"]);
    expect(list({ labelSelector: "app=web", where: { nodeName: { eq: "n1" } } })).toEqual(["a"]);
    expect(list({ fieldSelector: "spec.nodeName=n1", labelSelector: "!tier" })).toEqual(["c"]);
    expect(() => list({ labelSelector: "app in (" })).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
    expect(() => list({ fieldSelector: "spec.hostname=x" })).toThrow(
      expect.objectContaining({ code: "BAD_USER_INPUT" }),
    );
  });

  it("should sort by several keys, nulls last either way", () => {
    const world = createWorld();
    world.put(
      "home",
      pod("a", { restarts: 1, node: "n2" }),
      pod("b", { restarts: 3, node: "n1" }),
      pod("c", { restarts: 1 }),
      pod("d", { restarts: 3, node: "n9" }),
    );
    const loaders = createLoaders(world.options());
    const sorted = (...orderBy: readonly (readonly [string, "ASC" | "DESC"])[]): readonly string[] =>
      names(pods(loaders, { orderBy: orderBy.map(([field, direction]) => ({ field, direction })) }));
    expect(sorted(["RESTARTS", "DESC"], ["NAME", "ASC"])).toEqual(["b", "d", "a", "c"]);
    expect(sorted(["NODE_NAME", "ASC"])).toEqual(["b", "a", "d", "c"]);
    expect(sorted(["NODE_NAME", "DESC"])).toEqual(["d", "a", "b", "c"]);
  });

  it("should sort quantities by value and times by instant", () => {
    const world = createWorld();
    world.put(
      "home",
      pod("a", { cpu: "1", creationTimestamp: "2026-11-20T10:00:00Z" }),
      pod("b", { cpu: "250m", creationTimestamp: "2026-11-20T09:30:00Z" }),
      pod("c", { cpu: "0.5", creationTimestamp: "2026-11-20T11:15:00+02:00" }),
    );
    const loaders = createLoaders(world.options());
    const sorted = (field: string): readonly string[] =>
      names(pods(loaders, { orderBy: [{ field, direction: "ASC" }] }));
    expect(sorted("CPU_REQUESTS")).toEqual(["b", "c", "a"]);
    expect(sorted("CREATED_AT")).toEqual(["c", "b", "a"]);
    expect(() => sorted("SPEED")).toThrow(/orderBy\[0\].field must be one of CLUSTER, /);
  });
});

describe("read states", () => {
  it("should tell of each cluster asked, home first", () => {
    const world = threeClusters();
    world.setState("berlin", knownResources.pods, "STALE", "ConnectionFailed", world.clock.now() - 60_000);
    const connection = pods(createLoaders(world.options()));
    expect(
      connection.readStates().map(({ clusterName, resource, state, code }) => [clusterName, resource, state, code]),
    ).toEqual([
      ["home", "pods", "FRESH", null],
      ["athens", "pods", "FRESH", null],
      ["berlin", "pods", "STALE", "CLUSTER_UNAVAILABLE"],
    ]);
    expect(connection.complete()).toBe(true);
    expect(names(connection)).toContain("b1");
  });

  it("should not be complete where a cluster's rows are missing or an object was malformed", () => {
    const world = threeClusters();
    world.setState("athens", knownResources.pods, "UNREACHABLE", "Timeout");
    const connection = pods(createLoaders(world.options()));
    expect(names(connection)).not.toContain("a1");
    expect(connection.complete()).toBe(false);
    const skipping = createWorld();
    const held = skipping.store.resource("home", "pods")!;
    held.edit(() => held.skip({ namespace: "default", name: "odd" }));
    expect(pods(createLoaders(skipping.options())).complete()).toBe(false);
  });

  it("should leave out clusters that are older than maxStaleness, without an error", () => {
    const world = threeClusters();
    world.setState("berlin", knownResources.pods, "STALE", "ConnectionFailed", world.clock.now() - 60_000);
    const loaders = createLoaders(world.options());
    const connection = pods(loaders, { maxStaleness: "30s" });
    expect(names(connection)).toEqual(["m", "a", "z", "a1"]);
    expect(connection.complete()).toBe(false);
    expect(connection.readStates()[2]).toMatchObject({ state: "UNREACHABLE", code: "STALE_READ_REFUSED" });
    expect(names(pods(loaders, { maxStaleness: "2m" }))).toContain("b1");
    expect(() => pods(loaders, { maxStaleness: "soon" })).toThrow(/maxStaleness must be a duration/);
  });

  it("should serve nothing of a cluster whose identity changed", () => {
    const world = createWorld([
      { name: "home", role: "home" },
      { name: "paris", status: { identity: { state: "changed", uid: "a", found: "b" } } },
    ]);
    world.put("paris", pod("x"));
    const connection = pods(createLoaders(world.options()));
    expect(names(connection)).toEqual([]);
    expect(connection.readStates()[1]).toMatchObject({ state: "UNREACHABLE", code: "IDENTITY_CHANGED" });
  });
});

describe("clusters", () => {
  it("should list the fleet, home first, by conditions on it", () => {
    const world = createWorld([
      { name: "athens", labels: { region: "eu" } },
      { name: "home", role: "home" },
    ]);
    const loaders = createLoaders(world.options());
    expect(names(loaders.clusters({}))).toEqual(["home", "athens"]);
    expect(names(loaders.clusters({ where: { labels: [{ key: "region", eq: "eu" }] } }))).toEqual(["athens"]);
    expect(names(loaders.clusters({ where: { role: { eq: "HOME" } } }))).toEqual(["home"]);
    expect(loaders.clusters({ first: 1 }).pageInfo()).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(loaders.cluster("nowhere")).toBeNull();
  });

  it("should tell what is held of a cluster", () => {
    const loaders = createLoaders(createWorld().options());
    const states = loaders.clusterReadStates(loaders.cluster("home")!);
    expect(states.map(({ resource }) => resource)).toContain("deployments.apps");
    expect(states.every(({ state }) => state === "FRESH")).toBe(true);
  });
});

describe("nodes", () => {
  it("should take conditions through their pods", () => {
    const world = createWorld();
    world.put(
      "home",
      node("n1"),
      node("n2", { memory: "4Gi" }),
      node("n3"),
      pod("a", { node: "n1", phase: "Pending" }),
      pod("b", { node: "n2" }),
    );
    const loaders = createLoaders(world.options());
    const list = (where: ListArgs["where"]): readonly string[] => names(settled(loaders.nodes({ where })));
    expect(list({ pods: { some: { phase: { eq: "Pending" } } } })).toEqual(["n1"]);
    expect(list({ pods: { none: {} } })).toEqual(["n3"]);
    expect(list({ allocatable: { memory: { gte: "8Gi" } } })).toEqual(["n1", "n3"]);
  });
});
