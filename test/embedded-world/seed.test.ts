import { readFileSync } from "node:fs";
import { Reader } from "maxmind";
import type { CityResponse } from "maxmind";
import { afterEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { seedCluster } from "../../src/embedded/world/seed/seed-cluster.ts";
import { toSeedObjects } from "../../src/embedded/world/seed/seed-objects.ts";
import { planFor } from "../../src/embedded/world/seed/seed-plan.ts";
import { call } from "../embedded/support/create-test-api.ts";
import { createWorld } from "./support/create-world.ts";
import type { Json, World } from "./support/create-world.ts";

const { deployments, statefulsets, daemonsets, jobs, pods, nodes } = knownResources;
let world: World;
afterEach(() => world.close());

const seed = async (name: string): Promise<void> => {
  world = await createWorld([]);
  await seedCluster(world.client, toSeedObjects(planFor(name), "2026-11-21T00:00:00Z"), world.options.signal);
  await world.after(8_000);
};

describe("the seed of an embedded cluster", () => {
  it.each(["home", "paris", "tokyo", "sydney"])("should roll out on %s, quietly, and then rest", async (name) => {
    await seed(name);
    const broken = new Set(["thumbnailer", "recommender"]);
    for (const { metadata, status, spec } of await world.list(deployments)) {
      expect([metadata.name, status.readyReplicas ?? 0]).toEqual([metadata.name, broken.has(metadata.name) ? 0 : spec.replicas]); // prettier-ignore
    }
    for (const { status, spec } of await world.list(statefulsets)) expect(status.readyReplicas).toBe(spec.replicas);
    for (const { status } of await world.list(daemonsets)) {
      expect(status.desiredNumberScheduled).toBeGreaterThan(1);
      expect(status.numberReady).toBe(status.desiredNumberScheduled);
    }
    for (const { status } of await world.list(jobs)) expect(status.succeeded).toBe(1);
    expect(world.complaints).toEqual([]);
    const isBroken = (await world.list(pods)).some(({ metadata }) => broken.has(metadata.labels.app));
    expect(isBroken).toBe(name === "paris");
    const before = world.api.resourceVersion;
    if (!isBroken) await world.after(15_000);
    expect(world.api.resourceVersion).toBe(before);
  });

  it.each([
    ["home", ["Lyon", "Marseille", "Paris"]],
    ["paris", ["Berlin", "Paris"]],
    ["tokyo", ["Osaka", "Tokyo"]],
    ["sydney", ["Los Angeles", "New York"]],
  ])("should have nodes of %s in %j by the demo's own geo database", async (name, cities) => {
    await seed(name);
    const reader = new Reader<CityResponse>(readFileSync("data/fleetgraph-demo.mmdb"));
    const found = (await world.list(nodes)).map(({ status }) => {
      const { address } = status.addresses.find(({ type }: Json) => type === "ExternalIP");
      return reader.get(address)?.city?.names.en;
    });
    expect([...new Set(found)].sort((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1))).toEqual(cities);
  });

  it.each([
    // Who, of which group, and whether they may: read pods of shop, write them, read its Secrets, read nodes, write roles.
    ["olga", "platform-admins", [true, true, true, true, true]],
    ["ann", "shop-team", [true, true, true, false, false]],
    ["max", "auditors", [true, false, false, true, false]],
    ["kenji", "media-team", [false, false, false, false, false]],
    ["system:serviceaccount:shop:deployer", undefined, [true, true, true, false, false]],
  ])("should give %s of %s the rights of their group", async (user, group, rights) => {
    await seed("home");
    const ask = async (verb: string, resource: string, more: object = {}): Promise<boolean> => {
      const resourceAttributes = { verb, resource, ...more };
      const spec = { user, groups: group === undefined ? [] : [group], resourceAttributes };
      const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
      return (await call(world.api, "POST", path, { spec })).body.status.allowed;
    };
    const shop = { namespace: "shop" };
    const asked = [ask("list", "pods", shop), ask("create", "pods", shop), ask("get", "secrets", shop), ask("list", "nodes"), ask("update", "clusterroles", { group: "rbac.authorization.k8s.io" })]; // prettier-ignore
    expect(await Promise.all(asked)).toEqual(rights);
  });
});
