import { readFileSync } from "node:fs";
import { execute, Kind, parse, print, validate } from "graphql";
import type { OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../bench/world/seeded-random.ts";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { createApi } from "../../resolvers/create-api.ts";
import type { Api } from "../../resolvers/create-api.ts";
import { wholeAccess } from "../../src/auth/access.ts";
import type { Access, Scope } from "../../src/auth/access.ts";
import { alwaysCached } from "../../src/kube/known-resources.ts";
import { toResourceName } from "../../src/kube/resource-id.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { withRowWriter } from "../../src/server/rows/row-writer.ts";
import { ownedBy } from "../loaders/support/objects.ts";
import type { World } from "../loaders/support/world.ts";
import { createRandomDocument } from "../server/rows/random-documents.ts";
import { createRandomWorld } from "../server/rows/random-world.ts";
import { documentsOfFields } from "./documents-of-fields.ts";
import { createFakeContext } from "./fake-context.ts";

const workloads = ["cronjobs", "daemonsets", "deployments", "jobs", "replicasets", "statefulsets"];
const api = createApi({ subgraph: { relay: false, typePrefix: "" }, clock: systemClock });
const alwaysNames = new Set(alwaysCached.map(toResourceName));

function prepare(source: string, variables: Readonly<Record<string, unknown>> = {}) {
  const document = parse(source);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode; // prettier-ignore
  return { document, operation, variables };
}

function kindsOf(
  source: string,
  variables?: Readonly<Record<string, unknown>>,
  of: Api = api,
): readonly string[] | undefined {
  // prettier-ignore
  expect(validate(of.schema, parse(source))).toEqual([]);
  return of.readKinds(prepare(source, variables))?.map(({ plural }) => plural).toSorted(); // prettier-ignore
}

/** All rights, but nothing is known of kinds that nobody asked about; what is read all the same is noted. */
function strictAccess(asked: ReadonlySet<string>, broken: Set<string>): Access {
  const known = new Set(asked);
  const demand = (resource: string): void => {
    if (alwaysNames.has(resource) && !known.has(resource)) broken.add(resource);
  };
  const scope: Scope = {
    key: "all",
    sees: ({ resource }) => (demand(resource), true),
    extent: (_cluster, resource) => (demand(resource), "all"),
  };
  return {
    ...wholeAccess,
    list: scope,
    watch: scope,
    gets: ({ resource }) => (demand(resource), true),
    settle: (_cluster, resource) => void known.add(toResourceName(resource)),
  };
}

/** Kinds that were read and not named. */
async function readUnasked(
  world: World,
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  // prettier-ignore
  const { document, operation } = prepare(source);
  const kinds = api.readKinds({ document, operation, variables }) ?? alwaysCached;
  const broken = new Set<string>();
  const names = new Set(kinds.map(toResourceName));
  for (const run of [
    execute,
    withRowWriter(execute, api.schema, { clock: world.clock, limits: { bytes: 400_000, views: 60, wideRows: 6 } })
      .execute,
  ]) {
    // prettier-ignore
    const options = world.options({ access: strictAccess(names, broken) });
    const contextValue = { ...createFakeContext(), nowMs: options.nowMs, loaders: createLoaders(options) };
    const { errors } = await run({ schema: api.schema, document, variableValues: variables, contextValue });
    expect(errors?.filter(({ message }) => message.includes("invariant")) ?? []).toEqual([]);
  }
  return [...broken];
}

function fullWorld(): World {
  const { world } = createRandomWorld(createSeededRandom(7));
  const namespace = "shop";
  const batch = (kind: string, name: string, more: object = {}) => ({ apiVersion: "batch/v1", kind, metadata: { name, namespace, ...more }, spec: {}, status: {} }); // prettier-ignore
  world.put(
    "home",
    batch("CronJob", "nightly"),
    batch("Job", "nightly-1", ownedBy("CronJob", "nightly", "home", namespace)),
    { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "agent", namespace }, spec: {}, status: {} },
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata: { name: "web-a", namespace, labels: { "kubernetes.io/service-name": "web" } }, endpoints: [{ addresses: ["10.0.0.1"], targetRef: { kind: "Pod", name: "web-1", namespace } }] }, // prettier-ignore
  );
  return world;
}

describe("the kinds that an operation reads", () => {
  const cases: readonly (readonly [string, readonly string[] | undefined, object?])[] = [
    ["{ pods(first: 1) { totalCount } }", ["pods"]],
    ["{ pods { nodes { name node { name } } } }", ["nodes", "pods"]],
    ["{ pods { ...P } } fragment P on PodConnection { nodes { services { name } } }", ["pods", "services"]],
    ["{ clusters { nodes { name } } viewer { username } }", []],
    ['{ cluster(name: "home") { nodes { totalCount } } }', ["nodes"]],
    ["{ services { nodes { endpoints { ready } } } }", ["endpointslices", "pods", "services"]],
    ['{ deployments(where: {name: {eq: "web"}}) { totalCount } }', ["deployments"]],
    ["{ deployments { nodes { pods { totalCount } } } }", ["deployments", "pods", "replicasets"]],
    ['{ deployments(where: {pods: {some: {phase: {eq: "Failed"}}}}) { totalCount } }', ["deployments", "jobs", "pods", "replicasets"]], // prettier-ignore
    ["{ cronJobs { nodes { pods { totalCount } } } }", ["cronjobs", "jobs", "pods"]],
    ['{ pods(where: {node: {name: {eq: "n1"}}}) { totalCount } }', ["nodes", "pods"]],
    ['{ pods(where: {and: [{not: {workload: {name: {eq: "w"}}}}]}) { totalCount } }', [...workloads, "pods"]],
    ['{ nodes(where: {pods: {some: {node: {name: {eq: "n1"}}}}}) { totalCount } }', ["nodes", "pods"]],
    ["query($w: PodWhere) { pods(where: $w) { totalCount } }", ["pods"]],
    ["query($w: PodWhere) { pods(where: $w) { totalCount } }", ["nodes", "pods"], { w: { or: [{ node: { name: { eq: "n1" } } }] } }], // prettier-ignore
    ['query($w: PodWhere = {node: {name: {eq: "n1"}}}) { pods(where: $w) { totalCount } }', ["nodes", "pods"]],
    ["query($w: ClusterNodeWhere) { pods(where: {node: $w}) { totalCount } }", ["nodes", "pods"]],
    ["query($w: [PodWhere!]) { pods(where: {or: $w}) { totalCount } }", ["nodes", "pods"], { w: { node: null, phase: null, and: { node: {} } } }], // prettier-ignore
    ["{ pods { groupBy(fields: [PHASE]) { count } } }", ["pods"]],
    ["{ pods { groupBy(fields: [CITY]) { count } } }", ["nodes", "pods"]],
    ["query($f: [PodGroupField!]!) { pods { groupBy(fields: $f) { count } } }", [...workloads, "pods"], { f: ["WORKLOAD"] }], // prettier-ignore
    ['{ node(id: "x") { id ... on Pod { name } } }', ["pods"]],
    ['{ node(id: "x") { id } }', []],
    ["{ clusters { nodes { readStates { state } } } }", alwaysCached.map(({ plural }) => plural)],
    ["subscription { podsChanged { cursor } }", ["pods"]],
    ["subscription { podsChanged { objects { node { name } } } }", ["nodes", "pods"]],
    ["subscription { healthChanged { at } }", ["nodes"]],
    ["subscription { nodeLabelsChanged { cursor } }", ["nodes"]],
  ];
  for (const [source, kinds, variables] of cases) {
    it(`should be ${kinds?.join(", ") ?? "any"} of ${source}${variables === undefined ? "" : ` with ${JSON.stringify(variables)}`}`, () => {
      expect(kindsOf(source, variables as Readonly<Record<string, unknown>> | undefined)).toEqual(kinds?.toSorted());
    });
  }

  it("should be any of a mutation, which may read what it needs", () => {
    const source = readFileSync("test/resolvers/example-operations.graphql", "utf8");
    const mutations = parse(source).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === "mutation"); // prettier-ignore
    expect(mutations.length).toBeGreaterThan(0);
    for (const mutation of mutations) expect(api.readKinds(prepare(print(mutation)))).toBeUndefined();
  });

  it("should be one list for equal sets, so that what is known of it is found again", () => {
    const [one, other] = ["{ pods { totalCount } }", "{ pods { nodes { name } } }"].map((source) => api.readKinds(prepare(source))); // prettier-ignore
    expect(one).toBe(other);
  });

  it("should be the same where types have a prefix", () => {
    const prefixed = createApi({ subgraph: { relay: false, typePrefix: "Fleet" }, clock: systemClock });
    expect(kindsOf("{ pods(where: {node: {name: {eq: \"n\"}}}) { totalCount } }", {}, prefixed)).toEqual(["nodes", "pods"]); // prettier-ignore
    expect(kindsOf("{ services { nodes { endpoints { ready } } } }", {}, prefixed)).toEqual(["endpointslices", "pods", "services"]); // prettier-ignore
  });

  it("should be all that is read for each field of each type", async () => {
    const world = fullWorld();
    const documents = documentsOfFields(api.schema);
    expect(documents.length).toBeGreaterThan(300);
    const broken: string[] = [];
    for (const source of documents) {
      expect(validate(api.schema, parse(source)), source).toEqual([]);
      const unasked = await readUnasked(world, source);
      if (unasked.length > 0) broken.push(`${unasked.join(", ")} by ${source}`);
    }
    expect(broken).toEqual([]);
  });

  it("should be all that is read by random documents and by those that people will type", async () => {
    const random = createSeededRandom(3);
    const schema = buildFleetSchema({ clock: systemClock });
    const world = fullWorld();
    const broken: string[] = [];
    const check = async (source: string, variables?: Readonly<Record<string, unknown>>): Promise<void> => {
      const unasked = await readUnasked(world, source, variables);
      if (unasked.length > 0) broken.push(`${unasked.join(", ")} by ${source}`);
    };
    for (let made = 0; made < 150;) {
      const { source, variables } = createRandomDocument(schema, random);
      if (validate(api.schema, parse(source)).length > 0) continue;
      made++;
      await check(source, variables);
    }
    for (const definition of parse(readFileSync("test/resolvers/example-operations.graphql", "utf8")).definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION && definition.operation === "query") await check(print(definition)); // prettier-ignore
    }
    for (const [source] of cases) if (!source.startsWith("subscription")) await check(source);
    expect(broken).toEqual([]);
  });
});
