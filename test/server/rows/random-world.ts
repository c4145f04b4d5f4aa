import type { SeededRandom } from "../../../bench/world/seeded-random.ts";
import type { Access, Scope } from "../../../src/auth/access.ts";
import { wholeAccess } from "../../../src/auth/access.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { PodRow } from "../../../src/kube/rows/row.ts";
import { event, node, ownedBy, pod, service, workload } from "../../loaders/support/objects.ts";
import { createWorld, makeRow } from "../../loaders/support/world.ts";
import type { World } from "../../loaders/support/world.ts";

const clusters = ["home", "paris"] as const;
const namespaces = ["shop", "ops", "dev"] as const;
const nodes = ["node-1", "node-2", "node-3"] as const;

/** Texts that are not written as they are, or not in one byte a character. */
const texts = [
  "plain",
  'a "quoted" \\ one',
  "tab\there\u0001",
  "naïve ☃",
  "\u2028\u2029",
  "lone \ud800 half",
  "🎈",
  "",
];

/** A fleet that changes at random: pods in partitions that come and go, nodes whose labels change, kinds that are lost and found. */
export interface RandomWorld {
  readonly world: World;
  change(): void;
}

export function createRandomWorld(random: SeededRandom): RandomWorld {
  const world = createWorld([
    { name: "home", role: "home" },
    { name: "paris", labels: { place: 'the "city"' } },
  ]);
  const pods = new Map<string, KubeObject>();
  let serial = 0;

  const putPod = (cluster: string, namespace: string, name: string): void => {
    const app = random.pick(["web", "db", ""]);
    const object = pod(name, {
      namespace,
      labels: { ...(app === "" ? {} : { app }), tier: random.pick(["a", "b", "c"]), note: random.pick(texts) },
      annotations: { why: random.pick(texts) },
      ...(random.next() < 0.7 ? ownedBy("ReplicaSet", "web-rs", cluster, namespace) : {}),
      ...(random.next() < 0.8 ? { node: random.pick([...nodes, "node-gone"]) } : {}),
      phase: random.pick(["Running", "Pending", "Failed"]),
      restarts: random.below(4),
      cpu: "250m",
      ip: `10.0.0.${random.below(250)}`,
      startedAt: "2026-11-20T10:00:00Z",
    });
    pods.set(`${cluster}|${namespace}|${name}`, object);
    world.put(cluster, object);
  };
  const putNode = (cluster: string, name: string): void =>
    world.put(cluster, node(name, { labels: { zone: random.pick(["x", "y"]) }, unschedulable: random.next() < 0.3 }));
  const removePod = (key: string): void => {
    world.remove(key.split("|")[0]!, pods.get(key)!);
    pods.delete(key);
  };
  /** A row as no mapper makes it: what must not be null is, a number is too large, the body is damaged. */
  const spoil = (key: string): void => {
    const cluster = key.split("|")[0]!;
    const held = world.store.resource(cluster, "pods")!;
    const row = makeRow(cluster, knownResources.pods, pods.get(key)!, world.clock.now(), String(++serial)) as PodRow;
    const damaged = { ...row.body, parse: () => { throw new Error("damaged"); } }; // prettier-ignore
    const spoilt = random.pick([
      { ...row, phase: null as never },
      { ...row, restarts: 3_000_000_000 },
      { ...row, body: damaged },
      { ...row, ips: [null as never] },
    ]);
    held.edit(() => held.put(spoilt, { resourceVersion: "1", synthesised: false }));
  };

  for (const cluster of clusters) {
    for (const name of nodes) putNode(cluster, name);
    for (const namespace of namespaces) {
      world.put(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace }, status: { phase: "Active" } }); // prettier-ignore
      world.put(
        cluster,
        workload("Deployment", "web", { namespace }),
        workload("ReplicaSet", "web-rs", { namespace, ...ownedBy("Deployment", "web", cluster, namespace) }),
        workload("StatefulSet", "db", { namespace }),
        service("web", { app: "web" }, { namespace }),
        event("web.1", { kind: "Pod", name: "web-1", namespace }, "2026-11-20T08:00:00Z", { namespace }),
      );
      for (let i = 0; i < 12; i++) putPod(cluster, namespace, `web-${i}`);
    }
  }

  const states = ["FRESH", "FRESH", "FRESH", "FRESH", "FRESH", "STALE", "UNREACHABLE"] as const;
  const changes: readonly (() => void)[] = [
    () => putPod(random.pick(clusters), random.pick(namespaces), `web-${random.below(16)}`),
    () => putPod(random.pick(clusters), random.pick(namespaces), `${random.pick(texts)}${random.below(3)}`),
    () => putPod(random.pick(clusters), "brief", `web-${random.below(3)}`),
    () => removePod(random.pick([...pods.keys()])),
    () => [...pods.keys()].filter((key) => key.includes("|brief|")).forEach(removePod),
    () => putNode(random.pick(clusters), random.pick(nodes)),
    () => world.remove(random.pick(clusters), node(random.pick(nodes))),
    () => world.setState(random.pick(clusters), random.pick([knownResources.pods, knownResources.nodes]), random.pick(states), null), // prettier-ignore
    () => world.clock.advance(1_000),
    () => random.next() < 0.4 && spoil(random.pick([...pods.keys()])),
    () => [...pods].forEach(([key, object]) => random.next() < 0.3 && world.put(key.split("|")[0]!, object)),
  ];
  return {
    world,
    change() {
      for (let count = random.below(5); count > 0; count--) random.pick(changes)();
    },
  };
}

/** Callers of different rights. */
export const accesses: readonly Access[] = [
  wholeAccess,
  wholeAccess,
  wholeAccess,
  wholeAccess,
  accessOf("pods of shop", (_cluster, resource, namespace) => resource === "pods" && namespace === "shop"),
  accessOf("all but nodes", (_cluster, resource) => resource !== "nodes"),
  accessOf("home alone", (cluster) => cluster === "home", ["paris"]),
  accessOf(
    "one node by name",
    (_cluster, resource) => resource !== "nodes",
    [],
    (name) => name === "node-1",
  ),
  accessOf("nothing", () => false),
];

function accessOf(
  key: string,
  sees: (cluster: string, resource: string, namespace: string) => boolean,
  absent: readonly string[] = [],
  names: (name: string) => boolean = () => false,
): Access {
  const scope: Scope = {
    key,
    sees: ({ cluster, resource, namespace }) => sees(cluster, resource, namespace),
    extent: (cluster, resource) => (["", "shop", "ops", "dev", "brief"].some((namespace) => sees(cluster, resource, namespace)) ? "some" : "none"), // prettier-ignore
  };
  return {
    key,
    state: (cluster) => (absent.includes(cluster) ? "none" : "known"),
    list: scope,
    watch: scope,
    gets: ({ cluster, resource, namespace }, name) => sees(cluster, resource, namespace) || names(name),
    may: () => false,
    settle: () => undefined,
  };
}
