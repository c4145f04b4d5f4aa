import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { ClusterAuthorizer } from "../../src/auth/authorizer.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { toImpersonatedGroups } from "../../src/kube/rbac/implied-groups.ts";
import type { UserIdentity } from "../../src/kube/identity.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { naiveAllows, naiveRules } from "../kube-vocabulary/rbac/naive-rbac.ts";
import { arbitraryRights } from "../support/rights/arbitrary-rights.ts";
import { checkRights } from "../support/rights/check-rights.ts";
import { authorizerOver, awaitRbac, createRbacObjects, deleteRbacObjects, listShops, objectsOf, withAuthorization } from "../support/rights/rights-fleet.ts"; // prettier-ignore
import type { RightsMode } from "../support/rights/rights-fleet.ts";
import { createShop, creatingBy, shopKinds, shopNames, shopNodes } from "../support/rights/shop-objects.ts";
import { createTruth } from "../support/rights/truth.ts";
import { createLiveFleet } from "./support/live-fleet.ts";
import type { LiveFleet } from "./support/live-fleet.ts";

const namespaces = ["a", "b", "c"];
const { state: anyState, user: anybody } = arbitraryRights({
  namespaces,
  objects: [...shopNames, ...namespaces],
  resources: [...shopKinds.map(({ plural }) => plural), "pods/log"],
  groups: ["", "apps", "discovery.k8s.io"],
  prefix: "",
});

describe("what generated RBAC lets a caller read", () => {
  let fleet: LiveFleet;
  let objects: readonly KubeObject[];

  beforeAll(async () => {
    fleet = await createLiveFleet();
    const { client } = fleet.apis.get("home")!;
    const create = creatingBy(client);
    for (const node of shopNodes()) await create(node);
    for (const namespace of namespaces) await createShop(namespace, create);
    objects = await listShops(client);
  });
  afterAll(() => fleet?.close());

  for (const mode of ["local", "asked"] as const satisfies readonly RightsMode[]) {
    it(`should be all of it and nothing else on every path, with rights ${mode === "local" ? "kept" : "asked for"} (T01)`, async () => {
      const { client } = fleet.apis.get("home")!;
      const registry = withAuthorization(fleet.options().registry, mode);
      const check = async (
        authorizer: ClusterAuthorizer,
        identity: UserIdentity,
        state: Parameters<typeof naiveRules>[0],
      ): Promise<void> => {
        const who = { username: identity.username, groups: toImpersonatedGroups(identity.username, identity.groups) };
        const access = await authorizer.access(identity, new AbortController());
        const loaders = createLoaders(fleet.options({ registry, identity, access }));
        const all = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
        const truth = createTruth((attributes) => naiveAllows(state, who, attributes), objects, all);
        const isThere = all.some((namespace) => naiveRules(state, who, namespace).length > 0);
        const own = objects.filter(({ kind, metadata }) => kind === "Node" || namespaces.slice(0, 2).includes(kind === "Namespace" ? metadata.name : (metadata.namespace ?? ""))); // prettier-ignore
        await checkRights({ cluster: "home", loaders, truth, isThere, objects: own });
      };
      await fc.assert(
        fc.asyncProperty(anyState, anybody, async (state, someone) => {
          const rbac = objectsOf(state);
          // Answers of a cluster are kept for seconds: each state is asked for afresh.
          const authorizer = authorizerOver(registry, fleet.cache);
          await createRbacObjects(client, rbac);
          try {
            await awaitRbac(fleet.cache, "home", rbac);
            await check(authorizer, { kind: "user", realm: "home", ...someone }, state);
          } finally {
            await deleteRbacObjects(client, rbac);
            await awaitRbac(fleet.cache, "home", rbac, { gone: true });
            authorizer.close();
          }
        }),
        { numRuns: 25 },
      );
    }, 60_000);
  }
});
