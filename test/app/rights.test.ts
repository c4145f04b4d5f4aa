import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { entities } from "../../resolvers/subgraph/entities.ts";
import { configDefaults } from "../../src/config/config.ts";
import type { UserIdentity } from "../../src/kube/identity.ts";
import { parseObjectId, toObjectId } from "../../src/kube/object-key.ts";
import { toApiVersion } from "../../src/kube/resource-id.ts";
import { selectEverything } from "../resolvers/select-everything.ts";
import { createObjects, grant, toRbac, tokenOf } from "../support/embedded-users.ts";
import type { EmbeddedUser } from "../support/embedded-users.ts";
import { eventually } from "../support/eventually.ts";
import { readTruth, unfinishedRollouts } from "../support/rights/embedded-truth.ts";
import type { EmbeddedTruth, Placed } from "../support/rights/embedded-truth.ts";
import { embeddedCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { GraphqlAnswer, TestApp } from "../support/start-test-app.ts";

const believes = [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }];
const reading = ["get", "list", "watch"];
const core = [""];

/** Eight callers of home; the rights some of them have in paris come after its start, under their names there. */
const users: readonly EmbeddedUser[] = [
  { name: "ops", grants: [{ clusterRole: "cluster-admin" }] },
  { name: "viewer", grants: [{ namespace: "shop", clusterRole: "view" }] },
  { name: "neighbour", grants: [{ namespace: "shop", clusterRole: "view" }, { namespace: "default", clusterRole: "edit" }] }, // prettier-ignore
  { name: "lister", grants: [{ rules: [{ verbs: ["list", "watch"], apiGroups: core, resources: ["pods"] }] }] },
  { name: "getter", grants: [{ rules: [{ verbs: ["get"], apiGroups: core, resources: ["pods", "pods/log"] }] }] },
  { name: "named", grants: [{ namespace: "shop", rules: [{ verbs: reading, apiGroups: core, resources: ["services"], resourceNames: ["web"] }] }] }, // prettier-ignore
  { name: "noder", grants: [{ rules: [{ verbs: reading, apiGroups: core, resources: ["nodes", "secrets"] }] }] },
  { name: "nobody" },
];
const identityOf = (username: string): UserIdentity => ({ kind: "user", username, groups: [], realm: "home" });

const noLimits = {
  ...configDefaults.limits,
  maxDepth: 40,
  maxTokens: 200_000,
  maxFields: 200_000,
  maxAliases: 10_000,
  maxRootFields: 10_000,
  maxCost: 1_000_000_000,
  maxObjects: 1_000_000_000,
  maxBodyBytes: 50_000_000,
};

describe("what eight callers of a fleet get to see", () => {
  let fleet: TestApp;
  let truth: EmbeddedTruth;

  const ask = (name: string, query: string, variables: Record<string, unknown> = {}): Promise<GraphqlAnswer> =>
    fleet.query(query, variables, tokenOf(name));
  const sees = (name: string, placed: Placed): boolean =>
    truth.may(identityOf(name), "list", placed) || truth.may(identityOf(name), "get", placed);
  const idOf = ({ cluster, resource: { group, kind }, object: { metadata } }: Placed): string =>
    toObjectId({ cluster, group, kind, namespace: metadata.namespace ?? "", name: metadata.name });
  const look = async (): Promise<EmbeddedTruth> =>
    readTruth(["home", "paris"].map((name) => ({ api: fleet.embedded.get(name)!.api, believes: name === "paris" ? believes : [] }))); // prettier-ignore

  beforeAll(async () => {
    fleet = await startTestApp({
      clusters: [
        embeddedCluster("home", { role: "home" }),
        embeddedCluster("paris", { identities: believes, authorization: "asked" }),
      ],
      config: { auth: tokenMode, limits: noLimits },
      users: { home: users },
    });
    await eventually(() => expect(fleet.embedded.get("paris")).toBeDefined());
    await grant(fleet.embedded, "paris", "home:ops", { clusterRole: "cluster-admin" });
    await grant(fleet.embedded, "paris", "home:neighbour", { namespace: "media", clusterRole: "view" });
    await grant(fleet.embedded, "paris", "home:lister", { rules: [{ verbs: ["list"], apiGroups: core, resources: ["pods", "nodes"] }] }); // prettier-ignore
    // Rights of the same name in the other realm are another's.
    await createObjects(
      fleet.embedded.get("paris")!.api,
      toRbac("viewer", { clusterRole: "cluster-admin" }, "another"),
    );
    await eventually(async () => {
      const { data, errors } = await ask("ops", "{ pods { totalCount complete } clusters { totalCount } }");
      expect(errors).toBeUndefined();
      expect(data).toEqual({ pods: { totalCount: expect.any(Number) as number, complete: true }, clusters: { totalCount: 2 } }); // prettier-ignore
      // The workloads are rolled out, so that nothing comes or goes while the tests compare.
      truth = await look();
      expect(unfinishedRollouts(truth)).toEqual([]);
      expect(data.pods.totalCount).toBe(truth.objects.filter(({ resource }) => resource.kind === "Pod").length);
    }, 60_000);
  });
  afterAll(() => fleet?.stop());

  /** Ids and uids in an answer that are not of what the caller may see, nor spoken of by it. */
  function leaks(name: string, answer: unknown, now: EmbeddedTruth): readonly string[] {
    const seen = [...truth.objects, ...now.objects].filter((placed) => sees(name, placed));
    // A cluster that is there for them is known by the uid of its kube-system.
    const names = new Set(seen.map(({ cluster }) => cluster));
    const identities = truth.objects.filter(({ cluster, resource, object }) => names.has(cluster) && resource.kind === "Namespace" && object.metadata.name === "kube-system"); // prettier-ignore
    const mayHave = JSON.stringify([seen.map(({ object }) => object), identities.map(({ object }) => object.metadata.uid)]); // prettier-ignore
    const seenIds = new Set(seen.map(idOf));
    const clusters = new Set(seen.map(({ cluster }) => cluster));
    const found: string[] = [];
    const walk = (value: unknown, key: string): void => {
      if (Array.isArray(value)) return value.forEach((item) => walk(item, key));
      if (typeof value === "object" && value !== null) return Object.entries(value).forEach(([name, item]) => walk(item, name)); // prettier-ignore
      if (typeof value !== "string") return;
      for (const [uid] of value.matchAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g)) {
        if (!mayHave.includes(uid) && key !== "requestId" && key !== "cursor") found.push(`${key}: ${uid}`);
      }
      if (key !== "id") return;
      const identity = parseObjectId(value);
      if (identity === undefined) found.push(`id: ${value}`);
      else if ("kind" in identity ? !seenIds.has(value) : !clusters.has(identity.cluster)) found.push(`id: ${JSON.stringify(identity)}`); // prettier-ignore
    };
    walk(answer, "");
    return found;
  }

  it("should be nothing but what RBAC shows them, whatever they select", async () => {
    const schema = buildFleetSchema();
    const without = new Set(["Query.objects", "Query.node", "Query.resource", "Pod.logs", "Viewer.can"]);
    const everything = `query Everything ${selectEverything(schema.getQueryType()!, without)}`;
    for (const { name } of users) {
      const { data } = await ask(name, everything);
      expect(data, name).not.toBeNull();
      expect(leaks(name, data, await look()), name).toEqual([]);
      const named = await ask(name, "{ clusters { nodes { name } } }");
      const clusters = named.data.clusters.nodes.map((cluster: { name: string }) => cluster.name);
      const isIn = (cluster: string): boolean => truth.objects.some((placed) => placed.cluster === cluster && sees(name, placed)); // prettier-ignore
      expect(clusters, name).toEqual(["home", "paris"].filter(isIn));
    }
  });

  it("should be every object they may list of every kind there is, counted and grouped alike (T01)", async () => {
    const kinds = new Map(
      truth.resources.map(({ resource }) => [`${toApiVersion(resource)} ${resource.kind}`, resource]),
    );
    for (const { name } of users) {
      for (const [key, resource] of kinds) {
        // What changes while this runs is compared by name, and of what comes and goes nothing is said.
        if (["Event", "Lease"].includes(resource.kind)) continue;
        const { data, errors } = await ask(
          name,
          `query Q($apiVersion: String!, $kind: String!) { resources(apiVersion: $apiVersion, kind: $kind, first: 5000) {
            totalCount complete nodes { id } groupBy(fields: [CLUSTER]) { count } readStates { cluster { name } state code observedAt skipped } } }`,
          { apiVersion: toApiVersion(resource), kind: resource.kind },
        );
        const ofKind = truth.objects.filter((placed) => `${toApiVersion(placed.resource)} ${placed.resource.kind}` === key); // prettier-ignore
        const expected = ofKind.filter((placed) => truth.may(identityOf(name), "list", placed)).map(idOf);
        if (data === null) throw new Error(`${name} ${key}: ${JSON.stringify(errors)}`);
        const { nodes, totalCount, groupBy, readStates } = data.resources;
        expect(nodes.map(({ id }: { id: string }) => id).toSorted(), `${name}: ${key}`).toEqual(expected.toSorted());
        expect(totalCount, `${name}: ${key}`).toBe(expected.length);
        expect(groupBy.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(expected.length);
        for (const state of readStates) if (state.state === "FORBIDDEN") expect(state).toMatchObject({ code: "FORBIDDEN", observedAt: null, skipped: 0 }); // prettier-ignore
      }
    }
  });

  it("should be every object they may get by its id, and null for all others, there or not (T01, T24)", async () => {
    const placed = truth.objects.filter(({ resource }) => !["Event", "Lease"].includes(resource.kind));
    const ids = placed.map(idOf);
    for (const { name } of users) {
      const found: unknown[] = [];
      for (let at = 0; at < ids.length; at += 500) {
        const { data, errors } = await ask(name, "query Q($ids: [ID!]!) { objects(ids: $ids) { id } }", { ids: ids.slice(at, at + 500) }); // prettier-ignore
        expect(errors, name).toBeUndefined();
        found.push(...data.objects.map((one: { id: string } | null) => one?.id ?? null));
      }
      const expected = placed.map((one) => (truth.may(identityOf(name), "get", one) ? idOf(one) : null));
      expect(found, name).toEqual(expected);
    }
  });

  /** How other subgraphs may name an object: by id, and by its natural key. */
  const toRepresentations = ({ cluster, resource, object: { metadata } }: Placed, id: string): readonly object[] => {
    const [apiVersion, { kind }] = [toApiVersion(resource), resource];
    const own = Object.entries(entities).find(([, entity]) => entity.kind?.apiVersion === apiVersion && entity.kind.kind === kind); // prettier-ignore
    const __typename = own?.[0] ?? "GenericResource";
    const key = { __typename, cluster: { name: cluster }, namespace: metadata.namespace ?? null, name: metadata.name };
    return [{ __typename, id }, own === undefined ? { ...key, apiVersion, kind } : key];
  };
  const askEntities = async (name: string, representations: readonly object[]): Promise<readonly (string | null)[]> => {
    const found: (string | null)[] = [];
    for (let at = 0; at < representations.length; at += 1_000) {
      const query = "query Q($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Node { id } } }";
      const part = representations.slice(at, at + 1_000);
      const answer = await ask(name, query, { r: part });
      expect(answer.errors, name).toBeUndefined();
      found.push(...answer.data._entities.map((one: { id: string } | null) => one?.id ?? null));
    }
    return found;
  };

  const told = ({ data, errors }: GraphqlAnswer, ...names: readonly string[]): string => {
    let text = JSON.stringify({ data, errors: errors?.map(({ extensions: { requestId: _id, ...extensions }, ...rest }) => ({ ...rest, extensions })) }); // prettier-ignore
    for (const name of names) text = text.replaceAll(name, "NAME");
    return text;
  };

  it("should be the same bytes for what is forbidden and what is absent: objects, kinds, namespaces, clusters (T24)", async () => {
    const getters = (namespace: string, name: string, cluster = "home"): readonly string[] => [
      `{ pod(cluster: "${cluster}", namespace: "${namespace}", name: "${name}") { name } }`,
      `{ deployment(cluster: "${cluster}", namespace: "${namespace}", name: "${name}") { name pods { totalCount } } }`,
      `{ resource(cluster: "${cluster}", apiVersion: "v1", kind: "ConfigMap", namespace: "${namespace}", name: "${name}") { name } }`,
      `{ resource(cluster: "${cluster}", apiVersion: "v1", kind: "Secret", namespace: "${namespace}", name: "${name}") { name } }`,
      `{ node(id: "${toObjectId({ cluster, group: "", kind: "Pod", namespace, name })}") { id } }`,
      `{ pods(namespaces: ["${namespace}"]) { totalCount complete nodes { name } readStates { state code reason observedAt } } }`,
      `{ pod(cluster: "${cluster}", namespace: "${namespace}", name: "${name}", maxStaleness: "0s") { name } }`,
    ];
    const hidden = truth.objects.find(({ cluster, resource, object }) => cluster === "home" && resource.kind === "Pod" && object.metadata.namespace === "observability")!; // prettier-ignore
    const { name: pod } = hidden.object.metadata;
    for (const caller of ["viewer", "neighbour", "named", "noder", "nobody"]) {
      const there = getters("observability", pod);
      const missing = getters("observability", "missing-pod");
      const nowhere = getters("no-such-namespace", "missing-pod");
      for (const [at, query] of there.entries()) {
        const answers = await Promise.all([query, missing[at]!, nowhere[at]!].map((one) => ask(caller, one)));
        const texts = answers.map((answer) => told(answer, pod, "missing-pod", "observability", "no-such-namespace"));
        expect(new Set(texts).size, `${caller}: ${query}\n${texts.join("\n")}`).toBe(1);
      }
      if (caller === "neighbour") continue;
      const clusters = ["paris", "paros"].map((cluster) => [cluster, getters("shop", "web", cluster)] as const);
      for (const at of there.keys()) {
        const texts = await Promise.all(clusters.map(async ([cluster, queries]) => told(await ask(caller, queries[at]!), cluster))); // prettier-ignore
        expect(new Set(texts).size, `${caller}: ${texts.join("\n")}`).toBe(1);
      }
      const named = ['{ cluster(name: "NAME") { name } }', '{ pods(clusters: ["NAME"]) { totalCount } }', '{ viewer { can(cluster: "NAME", verb: "get", resource: "pods") } }', '{ resources(apiVersion: "v1", kind: "ConfigMap", clusters: ["NAME"]) { totalCount } }', `{ node(id: "${toObjectId({ cluster: "NAME" })}") { id } }`]; // prettier-ignore
      for (const query of named) {
        const texts = await Promise.all(["paris", "paros"].map(async (cluster) => told(await ask(caller, query.replace("NAME", cluster).replace(toObjectId({ cluster: "NAME" }), toObjectId({ cluster }))), cluster))); // prettier-ignore
        expect(new Set(texts).size, `${caller}: ${texts.join("\n")}`).toBe(1);
      }
    }
  });

  it("should be every entity they may get by id and by natural key, and null for all others, there or not, in the same bytes (T01, T24)", async () => {
    const representations = truth.objects.flatMap((placed) => toRepresentations(placed, idOf(placed)));
    const typed = new Set(representations.map((one) => (one as { readonly __typename: string }).__typename));
    expect([...typed, "Cluster"].toSorted()).toEqual(Object.keys(entities).toSorted());
    for (const { name } of users) {
      const may = truth.objects.flatMap((placed) => (truth.may(identityOf(name), "get", placed) ? [true, true] : [false, false])); // prettier-ignore
      const found = await askEntities(name, representations);
      for (const [at, id] of found.entries()) {
        const placed = truth.objects[at >> 1]!;
        // Of what comes and goes it is only said that nobody sees it who may not.
        const isKept = !["Event", "Lease"].includes(placed.resource.kind) || id !== null;
        if (isKept) expect(id, `${name}: ${JSON.stringify(representations[at])}`).toBe(may[at] ? idOf(placed) : null);
      }
      const forbidden = truth.objects.filter((_, at) => !may[2 * at]);
      const absent = forbidden.map((placed, n) => ({ ...placed, object: { ...placed.object, metadata: { ...placed.object.metadata, name: `absent-${n}` } } })); // prettier-ignore
      const texts = await Promise.all(
        [forbidden, absent].map(async (of) => {
          const r = of.flatMap((placed) => toRepresentations(placed, idOf(placed)));
          return told(await ask(name, "query Q($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Node { id } } }", { r })); // prettier-ignore
        }),
      );
      expect(texts[0]!.includes("errors"), name).toBe(false);
      expect(texts[0], name).toBe(texts[1]);
      const clusters = ["home", "paris", "paros"].flatMap((cluster) => [{ __typename: "Cluster", id: toObjectId({ cluster }) }, { __typename: "Cluster", name: cluster }]); // prettier-ignore
      const isIn = (cluster: string): boolean => truth.objects.some((placed) => placed.cluster === cluster && sees(name, placed)); // prettier-ignore
      const there = ["home", "paris"].filter(isIn).map((cluster) => toObjectId({ cluster }));
      expect(new Set(await askEntities(name, clusters)), name).toEqual(new Set([...there, null]));
    }
  });

  it("should not be more after a write that is refused, dry run or not: what is forbidden and what is absent are refused alike (T24)", async () => {
    const ref = (kind: string, apiVersion: string, namespace: string, name: string, cluster = "home"): string =>
      `{cluster: "${cluster}", apiVersion: "${apiVersion}", kind: "${kind}", namespace: "${namespace}", name: "${name}"}`;
    const writes = (namespace: string, name: string, dryRun: boolean, cluster = "home"): readonly string[] => {
      const deployment = ref("Deployment", "apps/v1", namespace, name, cluster);
      const rest = `dryRun: ${dryRun}, object:`;
      const payload = "{ object { id uid name resourceVersion } readAfter visible }";
      return [
        `mutation { deleteResource(input: {${rest} ${ref("Pod", "v1", namespace, name, cluster)}}) ${payload} }`,
        `mutation { deleteResource(input: {preconditions: {uid: "0"}, ${rest} ${deployment}}) ${payload} }`,
        `mutation { scaleResource(input: {replicas: 3, ${rest} ${deployment}}) ${payload} }`,
        `mutation { labelResource(input: {set: [{key: "a", value: "b"}], ${rest} ${deployment}}) ${payload} }`,
        `mutation { patchResource(input: {patch: {metadata: {labels: {a: "b"}}}, ${rest} ${deployment}}) ${payload} }`,
        `mutation { restartWorkload(input: {${rest} ${deployment}}) { object { id uid name } readAfter visible } }`,
        `mutation { patchResource(input: {patch: {data: {a: "b"}}, ${rest} ${ref("Secret", "v1", namespace, name, cluster)}}) ${payload} }`,
        `mutation { applyResource(input: {dryRun: ${dryRun}, cluster: "${cluster}", manifest: {apiVersion: "v1", kind: "ConfigMap", metadata: {name: "${name}", namespace: "${namespace}"}}}) ${payload} }`,
      ];
    };
    for (const caller of ["viewer", "lister", "nobody"]) {
      for (const dryRun of [true, false]) {
        const pairs = [writes("observability", "grafana", dryRun), writes("observability", "grafanx", dryRun)] as const;
        for (const [at, query] of pairs[0].entries()) {
          const [there, missing] = await Promise.all([ask(caller, query), ask(caller, pairs[1][at]!)]);
          expect(there.errors, `${caller}: ${query}`).toHaveLength(1);
          expect(told(there, "grafana"), `${caller}: ${query}`).toBe(told(missing, "grafanx"));
        }
        if (caller === "lister") continue;
        const [paris, paros] = [writes("shop", "web", dryRun, "paris"), writes("shop", "web", dryRun, "paros")];
        for (const [at, query] of paris.entries()) {
          const [there, missing] = await Promise.all([ask(caller, query), ask(caller, paros[at]!)]);
          expect(there.errors, `${caller}: ${query}`).toHaveLength(1);
          expect(told(there, "paris"), `${caller}: ${query}`).toBe(told(missing, "paros"));
        }
      }
    }
    const after = await look();
    const isThere = after.objects.some(({ object: { kind, metadata } }) => kind === "Deployment" && metadata.name === "grafana" && metadata.labels?.["a"] === undefined); // prettier-ignore
    expect(isThere).toBe(true);
  });

  it("should not be told by a readAfter whether a write they may not see is there (T24)", async () => {
    const { data } = await ask("ops", `mutation { labelResource(input: {object: {cluster: "home", apiVersion: "apps/v1", kind: "Deployment", namespace: "observability", name: "grafana"}, set: [{key: "seen", value: "no"}]}) { readAfter } }`); // prettier-ignore
    const { readAfter } = data.labelResource as { readAfter: string };
    const parts = JSON.parse(Buffer.from(readAfter, "base64url").toString()) as unknown[];
    const future = Buffer.from(JSON.stringify([...parts.slice(0, -1), "999999999"])).toString("base64url");
    const query = (token: string): string => `{ pods(readAfter: "${token}") { totalCount } }`;
    for (const caller of ["viewer", "named", "noder"]) {
      const texts = await Promise.all([readAfter, future].map(async (token) => told(await ask(caller, query(token)))));
      expect(new Set(texts).size).toBe(1);
      expect(texts[0]).not.toContain("errors");
    }
    expect((await ask("nobody", query(readAfter))).errors?.[0]?.extensions["code"]).toBe("BAD_USER_INPUT");
  });

  it("should be logs where they may get pods/log, and nowhere else", async () => {
    const pods = truth.objects.filter(({ cluster, resource, object }) => cluster === "home" && resource.kind === "Pod" && object.metadata.namespace === "shop"); // prettier-ignore
    const id = idOf(pods[0]!);
    const query = `{ node(id: "${id}") { ... on Pod { name logs(tailLines: 1) { container text } } } }`;
    const codes: Record<string, unknown> = {};
    for (const { name } of users) {
      const { data, errors } = await ask(name, query);
      codes[name] = data.node === null ? (errors?.[0]?.extensions["code"] ?? "absent") : (errors?.[0]?.extensions["code"] ?? "read"); // prettier-ignore
    }
    expect(codes).toEqual({ ops: "read", viewer: "read", neighbour: "read", lister: "absent", getter: "read", named: "absent", noder: "absent", nobody: "absent" }); // prettier-ignore
  });

  it("should not be what another caller was shown by a list whose bytes both share", async () => {
    const query = "{ pods(first: 5000) { totalCount nodes { id name node { id name } workload { id name } services { id } } } }"; // prettier-ignore
    for (let round = 0; round < 3; round++) {
      for (const name of ["ops", "lister", "viewer", "neighbour", "noder", "ops"]) {
        const { data } = await ask(name, query);
        expect(leaks(name, data, await look()), `${name}, round ${round}`).toEqual([]);
        if (name === "lister") expect(data.pods.nodes.every((pod: { node: unknown; workload: unknown }) => pod.node === null && pod.workload === null)).toBe(true); // prettier-ignore
        if (name === "ops") expect(data.pods.nodes.some((pod: { node: unknown }) => pod.node !== null)).toBe(true);
      }
    }
  });
});
