import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createScopes } from "../../src/auth/fleet-access.ts";
import { createRights } from "../../src/auth/rights.ts";
import type { Rights } from "../../src/auth/rights.ts";
import { createRbac } from "../../src/kube/rbac/rbac.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import type { AuthWorld } from "./support/auth-world.ts";
import { arbitraryRights, readable, rightsNames } from "../support/rights/arbitrary-rights.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "./support/rbac-objects.ts";

const pods = (namespace: string) => ({ cluster: "home", resource: "pods", namespace });

describe("scopes", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  const start = (...rbac: Parameters<AuthWorld["setRbac"]>[1][]): AuthWorld => {
    const world = createAuthWorld([{ name: "home", authorization: "local", namespaces: ["shop", "media"], rbac }]);
    worlds.push(world);
    return world;
  };

  it("should be one object for callers with equal rights, however those were given", async () => {
    const { access } = start(
      clusterRole("both", { verbs: ["watch", "list"], resources: ["pods", "services"] }),
      role("shop", "pods", { verbs: ["list"], resources: ["pods"] }, { verbs: ["watch"], resources: ["services", "pods"] }), // prettier-ignore
      role("shop", "services", { verbs: ["list", "create"], resources: ["services"] }),
      bindIn("shop", "jane", "both", "jane", "ClusterRole"),
      bindIn("shop", "joe-1", "pods", "joe"),
      bindIn("shop", "joe-2", "services", "joe"),
    );
    const [jane, joe] = await Promise.all([access(user("jane")), access(user("joe"))]);
    expect(jane.list).toBe(joe.list);
    expect(jane.watch).toBe(joe.watch);
    // One may create services, the other may not: the same to see, not the same rights.
    expect(jane.key).not.toBe(joe.key);
  });

  it("should be one object whether or not a right over all namespaces is given again in one", async () => {
    const reader = clusterRole("reader", { verbs: ["list"], resources: ["pods"] });
    const { access } = start(
      reader,
      bindEverywhere("jane", "reader", "jane"),
      bindEverywhere("joe", "reader", "joe"),
      bindIn("shop", "joe", "reader", "joe", "ClusterRole"),
    );
    const [jane, joe] = await Promise.all([access(user("jane")), access(user("joe"))]);
    expect(jane.list).toBe(joe.list);
  });

  it("should stay the same object for a caller whose roles change and change back", async () => {
    const rbac = [role("shop", "r", { verbs: ["list"], resources: ["pods"] }), bindIn("shop", "b", "r", "jane")];
    const world = start(...rbac);
    const before = await world.access(user("jane"));
    world.setRbac("home");
    expect((await world.access(user("jane"))).list).not.toBe(before.list);
    world.setRbac("home", ...rbac);
    const after = await world.access(user("jane"));
    expect(after.list).toBe(before.list);
    expect(after.key).toBe(before.key);
  });

  it("should tell list from list and watch, and never let a single name count", async () => {
    const { access } = start(
      role("shop", "l", { verbs: ["list"], resources: ["pods"] }),
      role("shop", "n", { verbs: ["list", "watch"], resources: ["pods"], resourceNames: ["web"] }),
      bindIn("shop", "jane", "l", "jane"),
      bindIn("shop", "joe-l", "l", "joe"),
      bindIn("shop", "joe-n", "n", "joe"),
    );
    const [jane, joe] = await Promise.all([access(user("jane")), access(user("joe"))]);
    expect(jane.list).toBe(joe.list);
    expect(jane.watch).toBe(joe.watch);
    expect([jane.list.sees(pods("shop")), jane.watch.sees(pods("shop"))]).toEqual([true, false]);
    expect(jane.list.key).not.toBe(jane.watch.key);
  });

  it("should have equal keys only where equal partitions are seen, whatever the rights", () => {
    const scopes = createScopes(10_000);
    const known = new Map<string, string>();
    const { state: anyState, user: anybody } = arbitraryRights(rightsNames);
    fc.assert(
      fc.property(anyState, anybody, (state, someone) => {
        const rights: Rights = createRights(createRbac(state).rulesFor(someone));
        const scope = scopes(["list"], new Map([["home", rights]]));
        const seen = readable.flatMap(({ resource }) =>
          ["", "a", "b", "c"].map((namespace) => scope.sees({ cluster: "home", resource, namespace })),
        );
        const content = JSON.stringify(seen);
        expect(known.get(scope.key) ?? content).toBe(content);
        known.set(scope.key, content);
      }),
      { numRuns: 1_000 },
    );
    expect(known.size).toBeGreaterThan(20);
  });
});
