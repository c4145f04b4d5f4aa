import { afterEach, describe, expect, it } from "vitest";
import { toObjectId } from "../../src/kube/object-key.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import type { Loaders } from "../../src/loaders/request-context.ts";
import { createAuthWorld, user } from "../auth/support/auth-world.ts";
import type { AuthWorld } from "../auth/support/auth-world.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "../auth/support/rbac-objects.ts";
import { node, pod, service, workload } from "./support/objects.ts";
import { createWorkLog } from "./support/work-log.ts";

const read = ["get", "list", "watch"];
const callers = {
  /** May read one namespace. */
  viewer: [role("shop", "viewer", { verbs: read, resources: ["pods", "services", "configmaps"] }), bindIn("shop", "viewer", "viewer", "viewer")],
  /** May get one object by its name, in the namespace that is looked at. */
  named: [role("hidden", "named", { verbs: read, resources: ["pods"], resourceNames: ["other"] }), bindIn("hidden", "named", "named", "named")],
  /** May see all of another kind. */
  noder: [clusterRole("noder", { verbs: read, resources: ["nodes"] }), bindEverywhere("noder", "noder", "noder")],
  nobody: [],
}; // prettier-ignore

/** One thing that somebody may ask for by name. */
interface Question {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
}
type Path = readonly [what: string, ask: (loaders: Loaders, question: Question) => unknown];

const byKey = (apiVersion: string, kind: string, args: Parameters<Loaders["object"]>[1] = {}): Path => [
  `${kind} by key${args.maxStaleness === undefined ? "" : ", from the cluster"}`,
  (loaders, { cluster, namespace, name }) =>
    loaders.object({ apiVersion, kind, cluster, namespace: kind === "Node" ? null : namespace, name }, args),
];
const byId = (group: string, kind: string): Path => [
  `${kind} by id`,
  (loaders, { cluster, namespace, name }) =>
    loaders.byId(toObjectId({ cluster, group, kind, namespace: kind === "Node" ? "" : namespace, name })),
];
const paths: readonly Path[] = [
  byKey("v1", "Pod"),
  byKey("v1", "Pod", { maxStaleness: "0s" }),
  byKey("apps/v1", "Deployment"),
  byKey("v1", "ConfigMap"),
  byKey("v1", "Secret"),
  byId("", "Pod"),
  byId("apps", "Deployment"),
  byId("", "ConfigMap"),
  ["objects by id", (loaders, { name, ...at }) => loaders.byIds([toObjectId({ ...at, group: "", kind: "Pod", name })], {})],
  ["pods of a namespace", async (loaders, { namespace }) => countOf(await loaders.pods({ namespaces: [namespace] }))],
  ["workloads of a namespace", async (loaders, { namespace }) => countOf(await loaders.workloads({ namespaces: [namespace] }))],
  ["config maps of a namespace", async (loaders, { namespace }) => countOf(await loaders.resources({ apiVersion: "v1", kind: "ConfigMap", namespaces: [namespace] }))],
  ["can", (loaders, { name, ...at }) => loaders.can({ ...at, verb: "get", resource: "pods", name })],
]; // prettier-ignore

function countOf(connection: { totalCount(): number; nodes(): readonly unknown[] }): unknown {
  return [connection.totalCount(), connection.nodes()];
}

describe("the work that an answer takes", () => {
  const worlds: AuthWorld[] = [];
  afterEach(() => worlds.splice(0).forEach(({ authorizer }) => authorizer.close()));

  const start = (authorization: "local" | "asked"): AuthWorld => {
    const rbac = Object.values(callers).flat();
    const believes = [{ realm: "home", usernamePrefix: "", groupsPrefix: "" }];
    const world = createAuthWorld([
      { name: "home", authorization, namespaces: ["shop", "hidden"], rbac },
      { name: "paris", authorization, namespaces: ["hidden"], believes },
    ]);
    worlds.push(world);
    const config = (namespace: string, kind: string) => ({
      apiVersion: "v1",
      kind,
      metadata: { namespace, name: "there" },
    });
    for (const cluster of ["home", "paris"]) {
      world.put(cluster, node("there"));
      for (const namespace of ["shop", "hidden"]) {
        world.put(cluster, pod("there", { namespace }), pod("other", { namespace }), service("there", {}, { namespace }), workload("Deployment", "there", { namespace }), config(namespace, "ConfigMap")); // prettier-ignore
      }
    }
    return world;
  };

  /** Everything that is done for one question, in order, and what comes of it; names of what is asked for left out. */
  const workOf = async (world: AuthWorld, caller: string, [, ask]: Path, question: Question): Promise<string> => {
    const log = createWorkLog();
    const identity = user(caller);
    const before = world.reviews.length;
    const access = await world.authorizer.access(identity, new AbortController());
    const loaders = createLoaders(
      world.options({
        identity,
        access: log.watched("access", access),
        cache: log.watched("cache", world.cache),
        registry: log.watched("registry", world.registry),
      }),
    );
    let answer: string;
    try {
      answer = JSON.stringify(await ask(loaders, question));
    } catch (error) {
      answer = `${String(error)}`;
    }
    let told = [...log.calls, ...world.reviews.slice(before).map((review) => JSON.stringify(review)), answer].join(
      "\n",
    );
    // What is asked for is called the same whether it is there or not.
    for (const name of ["missing", "there"]) told = told.replaceAll(`"${name}"`, "NAME");
    for (const namespace of ["nowhere", "hidden"]) told = told.replaceAll(`"${namespace}"`, "NAMESPACE");
    for (const cluster of ["paros", "paris"]) told = told.replaceAll(`"${cluster}"`, "CLUSTER");
    return told;
  };

  for (const authorization of ["local", "asked"] as const) {
    it(`should be the same for what is forbidden and what is absent, call by call, with rights ${authorization} (T24)`, async () => {
      const world = start(authorization);
      for (const caller of Object.keys(callers)) {
        for (const path of paths) {
          const told = (question: Question): Promise<string> => workOf(world, caller, path, question);
          const there = { cluster: "home", namespace: "hidden", name: "there" };
          // What is asked of a cluster is asked once; then all is known that is needed.
          await told(there);
          const forbidden = await told(there);
          expect(await told({ ...there, name: "missing" }), `${caller}: ${path[0]}`).toBe(forbidden);
          expect(await told({ ...there, namespace: "nowhere" }), `${caller}: ${path[0]}`).toBe(forbidden);
          const abroad = await told({ ...there, cluster: "paris" });
          expect(await told({ ...there, cluster: "paros" }), `${caller}: ${path[0]}`).toBe(abroad);
        }
      }
    });
  }

  it("should be seen by this test where it differs", async () => {
    const world = start("local");
    const there = { cluster: "home", namespace: "shop", name: "there" };
    const found = await workOf(world, "viewer", paths[0]!, there);
    expect(found).toContain("access.gets");
    expect(found).toContain("cache.snapshot");
    expect(await workOf(world, "viewer", paths[0]!, { ...there, name: "missing" })).not.toBe(found);
    const listed = await workOf(world, "viewer", paths[9]!, there);
    expect(listed).toContain("rows");
    expect(await workOf(world, "viewer", paths[9]!, { ...there, namespace: "hidden" })).not.toBe(listed);
  });
});
