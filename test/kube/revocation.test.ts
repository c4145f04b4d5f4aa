import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/kube/object.ts";
import { toObjectId } from "../../src/kube/object-key.ts";
import { bindEverywhere, bindIn, clusterRole, role } from "../auth/support/rbac-objects.ts";
import type { RuleInput } from "../auth/support/rbac-objects.ts";
import { eventually } from "../support/eventually.ts";
import { createKubeAdmin } from "../support/kube-admin.ts";
import type { KubeAdmin } from "../support/kube-admin.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { subscribeBySse, subscribeByWebSocket, watchAnswers, watchChanges, watchLabels } from "../support/rights/sights.ts"; // prettier-ignore
import type { ChangeMessage, LabelsMessage, Sight } from "../support/rights/sights.ts";
import { kubeconfigCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { GraphqlAnswer, TestApp } from "../support/start-test-app.ts";

const audience = "fleetgraph";
const read = ["get", "list", "watch"];
const podRules: readonly RuleInput[] = [
  { verbs: read, resources: ["pods", "configmaps"] },
  { verbs: ["get"], resources: ["pods/log"] },
];

/** What docs/rights.md promises of clusters by how rights are known there, and what a machine that does other things may add in this test. */
const promisedMs = { home: 1_000, abroad: 10_000 } as const;
const slackMs = 5_000;
/** Who was told nothing of so many changes of which others were told is told nothing any more. */
const missedRounds = 5;
type Name = keyof typeof promisedMs;
const names: readonly Name[] = ["home", "abroad"];

/** How rights are given and taken: the namespace and the ServiceAccount of a way have its name. */
interface Way {
  readonly name: string;
  /** What stays as it is. */
  readonly kept: (user: string) => readonly KubeObject[];
  /** What gives the rights, and what stands there once they are taken; undefined: nothing. */
  readonly given: (user: string) => KubeObject;
  readonly taken?: (user: string) => KubeObject;
  /** What goes on to be seen. */
  readonly stays: readonly string[];
}

const ways: readonly Way[] = [
  {
    name: "role-binding",
    kept: () => [role("role-binding", "reader", ...podRules)],
    given: (user) => bindIn("role-binding", "reader", "reader", user),
    stays: [],
  },
  {
    name: "cluster-role-binding",
    kept: () => [clusterRole("way-reader", ...podRules, { verbs: read, resources: ["nodes"] })],
    given: (user) => bindEverywhere("way-reader", "way-reader", user),
    stays: [],
  },
  {
    name: "narrowed-rule",
    kept: (user) => [bindIn("narrowed-rule", "reader", "reader", user)],
    given: () => role("narrowed-rule", "reader", ...podRules),
    taken: () => role("narrowed-rule", "reader", { verbs: ["get"], resources: ["pods"] }, { verbs: read, resources: ["configmaps"] }), // prettier-ignore
    stays: ["node(id:)", "objects", "node(id:) of the named", "config maps", "config maps by WebSocket"],
  },
  {
    name: "resource-names",
    kept: (user) => [bindIn("resource-names", "reader", "reader", user)],
    given: () => role("resource-names", "reader", ...podRules),
    taken: () => role("resource-names", "reader", ...podRules.map((one) => ({ ...one, resourceNames: ["named"] }))),
    stays: ["node(id:) of the named"],
  },
];

const metadata = (namespace: string, name: string) => ({ namespace, name });
const podOf = (namespace: string, name = "target"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: metadata(namespace, name),
  spec: { nodeName: "node-1", containers: [{ name: "app", image: "app:1" }], automountServiceAccountToken: false },
});
const mapOf = (namespace: string): KubeObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: metadata(namespace, "target") }); // prettier-ignore
const node: KubeObject = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } };

/** What fleetgraph itself may do abroad: everything it needs but to read roles and bindings. */
const ownRules: readonly RuleInput[] = [
  { verbs: read, apiGroups: ["", "apps", "batch", "discovery.k8s.io", "events.k8s.io"], resources: ["*"] },
  { verbs: ["impersonate"], resources: ["users", "groups"] },
];

describe.skipIf(kubeAssets === undefined)(`rights taken away while they are used (${needsKube})`, () => {
  const clusters = new Map<Name, { readonly kube: RealCluster; readonly admin: KubeAdmin }>();
  const adminOf = (name: Name): KubeAdmin => clusters.get(name)!.admin;
  /** What a witness was told of the labels of the node, by cluster. */
  const rounds = new Map<Name, string[]>(names.map((name) => [name, []]));
  /** The longest it took, of all ways, in ms. */
  const figures = new Map<string, number>();
  let fleet: TestApp;

  const note = (cluster: Name, sight: string, what: "lost" | "gained", ms: number): void => {
    const key = `${cluster}: ${sight} ${what}`;
    figures.set(key, Math.max(figures.get(key) ?? 0, Math.round(ms)));
  };

  const userAt = (cluster: Name, name: string): string => `${cluster === "abroad" ? "home:" : ""}system:serviceaccount:callers:${name}`; // prettier-ignore
  const tokenOf = (name: string): Promise<string> => adminOf("home").token("callers", name, audience);

  const start = async (name: Name, port: number): Promise<void> => {
    const kube = await startRealCluster({ name, port });
    const admin = await createKubeAdmin(kube.kubeconfig);
    clusters.set(name, { kube, admin });
    await admin.create(node);
    for (const namespace of ["callers", ...ways.map((way) => way.name)]) {
      await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      await admin.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(namespace, "default") });
    }
    for (const caller of ["witness", ...ways.map((way) => way.name)])
      await admin.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("callers", caller) });
    for (const { name: namespace, kept, given } of ways) {
      const user = userAt(name, namespace);
      const more = [...kept(user), given(user)];
      for (const object of [podOf(namespace), podOf(namespace, "named"), mapOf(namespace), ...more]) await admin.create(object); // prettier-ignore
    }
    await admin.create(clusterRole("witness", { verbs: read, resources: ["pods", "configmaps", "nodes"] }));
    await admin.create(bindEverywhere("witness", "witness", userAt(name, "witness")));
    await admin.create(clusterRole("fleetgraph", ...ownRules));
    await admin.create(bindEverywhere("fleetgraph", "fleetgraph", "fleetgraph"));
  };

  beforeAll(async () => {
    await Promise.all([start("home", 23_900), start("abroad", 23_910)]);
    const restricted = await clusters.get("abroad")!.kube.act("user", "fleetgraph");
    fleet = await startTestApp({
      clusters: [
        kubeconfigCluster("home", clusters.get("home")!.kube.kubeconfig, { role: "home", authorization: "local" }),
        kubeconfigCluster("abroad", restricted, {
          identities: [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }],
        }),
      ],
      config: { auth: { ...tokenMode, audiences: [audience] } },
    });
    const token = await tokenOf("witness");
    await eventually(async () => {
      const { data, errors } = await fleet.query("{ pods { complete totalCount } }", {}, token);
      expect(errors).toBeUndefined();
      expect(data.pods).toEqual({ complete: true, totalCount: 2 * ways.length * names.length });
    }, 30_000);
  });
  afterAll(async () => {
    for (const [what, ms] of figures) process.stdout.write(`${what} within ${ms} ms\n`);
    await fleet?.stop();
    await Promise.all(
      Array.from(clusters.values(), async ({ kube, admin }) => {
        await admin.close();
        await kube.down();
      }),
    );
  });

  /** Everything by which the caller of a way may see a cluster, open at once. */
  const openSights = async ({ name, given }: Way, cluster: Name): Promise<readonly Sight[]> => {
    const token = await tokenOf(name);
    const id = (target: string): string =>
      toObjectId({ cluster, group: "", kind: "Pod", namespace: name, name: target });
    const where = `clusters: ["${cluster}"], namespaces: ["${name}"]`;
    const ask = (query: string) => async (): Promise<GraphqlAnswer> => {
      const answer = await fleet.query(query, {}, token);
      const codes = (answer.errors ?? []).map(({ extensions }) => extensions["code"]);
      // That a cluster is absent is an answer; what else fails as a whole, or for want of rights that are known, would pass for one.
      if (codes.includes("AUTHZ_UNAVAILABLE") || ((answer.data ?? null) === null && codes[0] !== "BAD_USER_INPUT"))
        throw new Error(JSON.stringify(answer));
      return answer;
    };
    const maps = `apiVersion: "v1", kind: "ConfigMap", ${where}`;
    const fields = "{ type reason objects { name resourceVersion } }";
    const podStream = `subscription { podsChanged(${where}) ${fields} }`;
    const seesNodes = given("").kind === "ClusterRoleBinding";
    const isCurrent = (told: string): boolean => rounds.get(cluster)!.slice(-missedRounds).includes(told);
    return [
      watchAnswers("list", ask(`{ pods(${where}) { nodes { name } } }`), ({ data }) => (data?.pods.nodes.length ?? 0) > 0),
      watchAnswers("totals", ask(`{ pods(${where}) { totalCount groupBy(fields: [NAMESPACE]) { count } } }`), ({ data }) => (data?.pods.totalCount ?? 0) > 0 || (data?.pods.groupBy.length ?? 0) > 0),
      watchAnswers("node(id:)", ask(`{ node(id: "${id("target")}") { id } }`), ({ data }) => data.node !== null),
      watchAnswers("node(id:) of the named", ask(`{ node(id: "${id("named")}") { id } }`), ({ data }) => data.node !== null),
      watchAnswers("objects", ask(`{ objects(ids: ["${id("target")}"]) { id } }`), ({ data }) => data.objects[0] !== null),
      // No kubelet is there to answer: that the cluster could be asked shows the right.
      watchAnswers("logs", ask(`{ node(id: "${id("target")}") { ... on Pod { logs(tailLines: 1) { text } } } }`), ({ data, errors }) => data.node !== null && errors?.[0]?.extensions["code"] !== "FORBIDDEN"),
      watchAnswers("config maps", ask(`{ resources(${maps}) { nodes { name } } }`), ({ data }) => (data?.resources.nodes.length ?? 0) > 0),
      watchChanges("pods by WebSocket", subscribeByWebSocket<ChangeMessage>(fleet, podStream, token), "target"),
      watchChanges("pods by SSE", subscribeBySse<ChangeMessage>(fleet, podStream, token), "target"),
      watchChanges("config maps by WebSocket", subscribeByWebSocket<ChangeMessage>(fleet, `subscription { resourcesChanged(${maps}) ${fields} }`, token), "target"),
      ...(seesNodes ? [watchLabels("labels by WebSocket", subscribeByWebSocket<LabelsMessage>(fleet, `subscription { nodeLabelsChanged(clusters: ["${cluster}"]) { node { resourceVersion } } }`, token), isCurrent)] : []),
    ]; // prettier-ignore
  };

  /** Changes what streams tell of until it is closed, and notes what a witness is told of it: who is not told the same is told nothing any more. */
  const touch = async (cluster: Name): Promise<() => Promise<void>> => {
    const admin = adminOf(cluster);
    const query = `subscription { nodeLabelsChanged(clusters: ["${cluster}"]) { node { resourceVersion } } }`;
    const { messages, leave } = subscribeByWebSocket<LabelsMessage>(fleet, query, await tokenOf("witness"));
    const listen = async (): Promise<void> => {
      for await (const { node: told } of messages) rounds.get(cluster)!.push(told.resourceVersion);
    };
    // It ends with the socket.
    void listen().catch(() => {});
    let isOpen = true;
    const run = async (): Promise<void> => {
      for (let round = 0; isOpen; round++) {
        const labels = { round: `${round}` };
        await Promise.all(ways.flatMap(({ name }) => [podOf(name), mapOf(name)].map((object) => admin.label(object, labels)))); // prettier-ignore
        await admin.label(node, labels);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const running = run();
    return async () => {
      isOpen = false;
      await running;
      leave();
    };
  };

  const seen = (sights: readonly Sight[]): readonly string[] => {
    for (const { name, failure } of sights) if (failure !== undefined) throw new Error(name, { cause: failure });
    return sights.filter(({ isSeen }) => isSeen).map(({ name }) => name);
  };
  const streamed = (sights: readonly Sight[]): readonly Sight[] => sights.filter(({ name }) => /^(pods|config maps) by/.test(name)); // prettier-ignore

  const takeAndGive = async (way: Way, cluster: Name): Promise<void> => {
    const boundMs = promisedMs[cluster] + slackMs;
    const admin = adminOf(cluster);
    const user = userAt(cluster, way.name);
    const sights = await openSights(way, cluster);
    const all = sights.map(({ name }) => name);
    const going = sights.filter(({ name }) => !way.stays.includes(name));
    await eventually(() => expect(seen(sights)).toEqual(all), 30_000);

    if (way.taken === undefined) await admin.remove(way.given(user));
    else await admin.replace(way.taken(user));
    const takenAtMs = performance.now();
    await eventually(() => expect(seen(going)).toEqual([]), boundMs);
    const lastMs = new Map(going.map((sight) => [sight, sight.seenAtMs]));
    const { length: told } = rounds.get(cluster)!;
    await eventually(() => expect(rounds.get(cluster)!.length).toBeGreaterThan(told + missedRounds));
    expect(going.filter((sight) => sight.seenAtMs !== lastMs.get(sight)).map(({ name }) => name)).toEqual([]);
    expect(streamed(going).map(({ reason }) => reason)).toEqual(streamed(going).map(() => "LOST_ACCESS"));
    for (const sight of sights)
      if (!going.includes(sight)) expect(sight.seenAtMs, sight.name).toBeGreaterThan(takenAtMs);
    for (const sight of going) note(cluster, sight.name, "lost", Math.max(sight.seenAtMs, streamed([sight]).length > 0 ? sight.hiddenAtMs : 0) - takenAtMs); // prettier-ignore

    if (way.taken === undefined) await admin.create(way.given(user));
    else await admin.replace(way.given(user));
    const givenAtMs = performance.now();
    await eventually(() => expect(seen(sights)).toEqual(all), boundMs);
    expect(streamed(going).map(({ reason }) => reason)).toEqual(streamed(going).map(() => "GAINED_ACCESS"));
    for (const sight of going) note(cluster, sight.name, "gained", sight.shownAtMs - givenAtMs);
    for (const sight of sights) sight.close();
  };

  it("should be seen no more in answers and streams, within a second where roles are watched and ten where they are asked for, and be seen again as soon (T06)", async () => {
    const untouch = await Promise.all(names.map(touch));
    try {
      const ended = await Promise.allSettled(names.flatMap((cluster) => ways.map((way) => takeAndGive(way, cluster))));
      for (const one of ended) if (one.status === "rejected") throw one.reason;
    } finally {
      for (const undo of untouch) await undo();
    }
  });
});
