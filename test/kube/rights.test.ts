import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import type { ClusterAuthorizer } from "../../src/auth/authorizer.ts";
import type { Cluster } from "../../src/cluster/cluster.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { UserIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { toImpersonatedGroups } from "../../src/kube/rbac/implied-groups.ts";
import type { RbacUser } from "../../src/kube/rbac/rbac.ts";
import type { ResourceAttributes } from "../../src/kube/rbac/rule-allows.ts";
import { isRecord } from "../../src/kube/read-json.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import { createSharedAbort } from "../../src/lib/shared-abort.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { createIndexes } from "../../src/loaders/indexes.ts";
import { defaultLimits } from "../../src/loaders/limits.ts";
import type { Loaders } from "../../src/loaders/request-context.ts";
import { naiveRules } from "../kube-vocabulary/rbac/naive-rbac.ts";
import type { RbacState } from "../kube-vocabulary/rbac/naive-rbac.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "../auth/support/rbac-objects.ts";
import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { arbitraryRights } from "../support/rights/arbitrary-rights.ts";
import { checkRights } from "../support/rights/check-rights.ts";
import type { RightsCheck } from "../support/rights/check-rights.ts";
import { authorizerOver, awaitRbac, createRbacObjects, deleteRbacObjects, listShops, objectsOf, withAuthorization } from "../support/rights/rights-fleet.ts"; // prettier-ignore
import type { RightsMode } from "../support/rights/rights-fleet.ts";
import { createShop, creatingBy, shopKinds, shopNames, shopNodes } from "../support/rights/shop-objects.ts";
import { createTruth } from "../support/rights/truth.ts";
import { kubeconfigCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

/** 10,000 by hand: FLEETGRAPH_RBAC_STATES=10000, about an hour and a half on two cores. */
const states = Number(process.env["FLEETGRAPH_RBAC_STATES"] ?? 500);
/** FLEETGRAPH_RBAC_SEED repeats a run; each state has the seed of its number. */
const seed = Number(process.env["FLEETGRAPH_RBAC_SEED"] ?? 1);
const batchSize = 50;
const modes = ["local", "asked"] as const satisfies readonly RightsMode[];

const subjectReviews: ResourceId = { group: "authorization.k8s.io", version: "v1", plural: "subjectaccessreviews", kind: "SubjectAccessReview", namespaced: false }; // prettier-ignore
const call = { signal: createSharedAbort().signal, as: systemIdentity("test"), fieldManager: "test" };
const shops = Array.from({ length: batchSize }, (_, n) => `shop-${n}`);

interface Case {
  readonly number: number;
  readonly state: RbacState;
  readonly identity: UserIdentity;
  readonly namespaces: readonly string[];
}

/** State `number`, of users and cluster-scoped names of its own, over the namespaces at its place in a batch. */
function generate(number: number): Case {
  const at = number % batchSize;
  const namespaces = [at, at + 1, at + 2].map((n) => shops[n % batchSize]!);
  const names = {
    namespaces,
    objects: [...shopNames, ...namespaces],
    resources: [...shopKinds.map(({ plural }) => plural), "pods/log"],
    groups: ["", "apps", "discovery.k8s.io"],
    prefix: `s${number}-`,
  };
  const { state, user } = arbitraryRights(names);
  const [made] = fc.sample(fc.tuple(state, user), { numRuns: 1, seed: seed * 1_000_003 + number });
  const [rbac, generated] = made!;
  const { prefix } = names;
  const bot = `system:serviceaccount:${namespaces[0]}:${prefix}bot`;
  const others = [`${prefix}jane`, `${prefix}joe`, bot].map((username) => ({ username, groups: [`${prefix}team`] }));
  const hasRights = ({ username, groups }: RbacUser): boolean => hasAny(rbac, { username, groups: toImpersonatedGroups(username, groups) }, namespaces); // prettier-ignore
  // Nobody's rights prove little: of most states somebody is looked at who has some.
  const someone = number % 5 === 0 ? generated : ([generated, ...others].find(hasRights) ?? generated);
  return { number, state: rbac, identity: { kind: "user", realm: "home", ...someone }, namespaces };
}

function hasAny(state: RbacState, who: RbacUser, namespaces: readonly string[]): boolean {
  return namespaces.some((namespace) => naiveRules(state, who, namespace).length > 0);
}

describe.skipIf(kubeAssets === undefined)(`rights beside a real kube-apiserver's own (${needsKube})`, () => {
  let kube: RealCluster;
  let app: TestApp;
  let home: Cluster;
  let objects: readonly KubeObject[];

  /** What the cluster's own authorizer says of somebody. */
  const review = async (
    { username: user, groups }: RbacUser,
    { namespace = "", ...rest }: ResourceAttributes,
  ): Promise<boolean> => {
    const spec = { user, groups, resourceAttributes: { ...rest, ...(namespace === "" ? {} : { namespace }) } };
    const body = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", metadata: { name: "" }, spec };
    const { object } = await home.client.create(subjectReviews, body, call);
    const status = object["status"];
    if (!isRecord(status) || typeof status["allowed"] !== "boolean") throw new Error("no answer to a review");
    return status["allowed"];
  };

  const loadersOf = (mode: RightsMode, access: Access, identity: UserIdentity): Loaders =>
    createLoaders({
      registry: withAuthorization(app.app.registry, mode),
      cache: app.app.cache,
      identity,
      access,
      signal: AbortSignal.timeout(120_000),
      nowMs: systemClock.now(),
      limits: { ...defaultLimits, ensureWaitMs: 30_000 },
      clock: systemClock,
      indexes: createIndexes(),
    });

  /** A busy cluster that did not say in time what somebody may has not been compared: it is asked again. */
  const compare = async (
    mode: RightsMode,
    authorizer: ClusterAuthorizer,
    identity: UserIdentity,
    rest: Omit<RightsCheck, "loaders">,
  ): Promise<void> => {
    for (let attempts = 1; ; attempts++) {
      const access = await authorizer.access(identity, { signal: AbortSignal.timeout(120_000) });
      try {
        return await checkRights({ ...rest, loaders: loadersOf(mode, access, identity) });
      } catch (error) {
        if (access.state("home") !== "unavailable" || attempts === 1_000) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };

  beforeAll(async () => {
    kube = await startRealCluster({ name: "home", port: 23_100 });
    app = await startTestApp({
      clusters: [kubeconfigCluster("home", kube.kubeconfig, { role: "home" })],
      transportLimits: { maxReads: 64, maxWrites: 64 },
    });
    home = app.app.registry.get("home")!;
    await eventually(() => expect(home.status.health.state).toBe("UP"), 30_000);
    const create = creatingBy(home.client);
    for (const node of shopNodes()) await create(node);
    for (let at = 0; at < shops.length; at += 10) await Promise.all(shops.slice(at, at + 10).map((shop) => createShop(shop, create))); // prettier-ignore
    objects = await listShops(home.client);
  });
  afterAll(async () => {
    await app?.stop();
    await kube?.down();
  });

  /** Roles and bindings created last, of each of the four kinds: once these count for the API server, so do all before them. */
  const awaitServer = async (batch: number): Promise<readonly KubeObject[]> => {
    const name = `last-${batch}`;
    const last = [
      clusterRole(name, { verbs: ["get"], resources: ["nodes"] }),
      bindEverywhere(name, name, name),
      role("shop-0", name, { verbs: ["get"], resources: ["pods"] }),
      bindIn("shop-0", name, name, name),
    ];
    await createRbacObjects(home.client, last);
    const who = { username: name, groups: [] };
    await eventually(async () => {
      expect(await review(who, { verb: "get", group: "", resource: "nodes" })).toBe(true);
      expect(await review(who, { verb: "get", group: "", resource: "pods", namespace: "shop-0" })).toBe(true);
    }, 30_000);
    return last;
  };

  const check = async (
    { number, state, identity, namespaces }: Case,
    authorizers: Record<RightsMode, ClusterAuthorizer>,
  ): Promise<boolean> => {
    const who = { username: identity.username, groups: toImpersonatedGroups(identity.username, identity.groups) };
    const isThere = hasAny(state, who, namespaces);
    const own = objects.filter(({ kind, metadata: { namespace = "", name } }) => kind === "Node" || namespaces.slice(0, 2).includes(kind === "Namespace" ? name : namespace)); // prettier-ignore
    const truth = createTruth((attributes) => review(who, attributes), objects, namespaces);
    for (const mode of modes) {
      try {
        await compare(mode, authorizers[mode], identity, { cluster: "home", truth, isThere, objects: own });
      } catch (error) {
        const told = `state ${number} of seed ${seed}, ${mode}, ${JSON.stringify(identity)}: ${JSON.stringify(state)}`;
        throw new Error(`${told}\n${(error as Error).message}`, { cause: error });
      }
    }
    return isThere;
  };

  it(
    `should be all of what its reviews allow and nothing else, on every path, in ${states} states of RBAC (T01)`,
    { timeout: 0 },
    async () => {
      const authorizers = { local: authorizerOver(withAuthorization(app.app.registry, "local"), app.app.cache), asked: authorizerOver(withAuthorization(app.app.registry, "asked"), app.app.cache) }; // prettier-ignore
      let withRights = 0;
      try {
        for (let first = 0; first < states; first += batchSize) {
          const batch = Array.from({ length: Math.min(batchSize, states - first) }, (_, n) => generate(first + n));
          const rbac = batch.flatMap(({ state }) => objectsOf(state));
          await createRbacObjects(home.client, rbac);
          const last = await awaitServer(first);
          await awaitRbac(app.app.cache, "home", [...rbac, ...last]);
          const waiting = [...batch];
          const work = async (): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
              if (await check(next, authorizers)) withRights++;
            }
          };
          await Promise.all(Array.from({ length: 6 }, work));
          await deleteRbacObjects(home.client, [...rbac, ...last]);
          await awaitRbac(app.app.cache, "home", rbac, { gone: true });
        }
      } finally {
        for (const mode of modes) authorizers[mode].close();
      }
      expect(withRights / states).toBeGreaterThan(0.4);
    },
  );
});
