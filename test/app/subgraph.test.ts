import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { composeServices } from "@apollo/composition";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configDefaults } from "../../src/config/config.ts";
import type { SubgraphConfig } from "../../src/config/config.ts";
import { tokenOf } from "../support/embedded-users.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

/** Another team's subgraph: it knows pods by their natural key, clusters by name, and has accounts of its own. */
const incidents = (pod: string, cluster: string) => /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  type Query {
    incidents: [Incident!]!
  }
  type Incident {
    title: String!
    opener: Account!
    pod: ${pod}
    cluster: ${cluster}
  }
  type Account @key(fields: "email") {
    email: String!
  }
  type ${pod} @key(fields: "cluster { name } namespace name", resolvable: false) {
    cluster: ${cluster}!
    namespace: String!
    name: String!
  }
  type ${cluster} @key(fields: "name", resolvable: false) {
    name: String!
  }
  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`;

interface Supergraph {
  query(query: string, token?: string): Promise<{ data?: unknown; errors?: readonly unknown[] }>;
  stop(): Promise<void>;
}

/** The incidents over HTTP. */
async function serveIncidents(typeDefs: string, pods: readonly string[]): Promise<Server> {
  const schema = buildSubgraphSchema({
    typeDefs: parse(typeDefs),
    resolvers: {
      Query: {
        incidents: () =>
          pods.map((name) => ({
            title: `${name} is slow`,
            opener: { email: "ada@example.com" },
            pod: { cluster: { name: "home" }, namespace: "shop", name },
            cluster: { name: "home" },
          })),
      },
    },
  });
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const { query, variables } = JSON.parse(text) as { query: string; variables?: Record<string, unknown> };
      void graphql({ schema, source: query, variableValues: variables }).then((result) => {
        response.setHeader("content-type", "application/json").end(JSON.stringify(result));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

class PassingOn extends RemoteGraphQLDataSource<{ token?: string }> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource["willSendRequest"]>>[0]) {
    const { token } = context as { token?: string };
    if (token !== undefined) request.http?.headers.set("authorization", `Bearer ${token}`);
  }
}

async function startSupergraph(fleet: TestApp, typeDefs: string, other: Server): Promise<Supergraph> {
  const sdl = (await fleet.query("{ _service { sdl } }", {}, tokenOf("ops"))).data._service.sdl as string;
  const otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const composed = composeServices([
    { name: "fleet", url: `${fleet.url}/graphql`, typeDefs: parse(sdl) },
    { name: "incidents", url: otherUrl, typeDefs: parse(typeDefs) },
  ]);
  expect([composed.errors ?? [], composed.hints ?? []]).toEqual([[], []]);
  const gateway = new ApolloGateway({
    supergraphSdl: composed.supergraphSdl!,
    buildService: ({ url }) => new PassingOn({ url }),
  });
  const server = new ApolloServer<{ token?: string }>({ gateway });
  return {
    async query(query, token) {
      const contextValue = token === undefined ? {} : { token };
      const { body } = await server.executeOperation({ query }, { contextValue });
      if (body.kind !== "single") throw new Error("one answer was expected");
      return body.singleResult;
    },
    stop: () => server.stop(),
  };
}

describe.each<SubgraphConfig>([configDefaults.subgraph, { relay: true, typePrefix: "Kube" }])(
  "fleetgraph in a supergraph, $typePrefix, relay $relay",
  (subgraph) => {
    let fleet: TestApp;
    let other: Server;
    let supergraph: Supergraph;
    const [podType, clusterType] = [`${subgraph.typePrefix}Pod`, `${subgraph.typePrefix}Cluster`];
    let pods: readonly string[];
    const askSupergraph = (query: string, name = "ops") => supergraph.query(query, tokenOf(name));
    const ask = (query: string, variables: Record<string, unknown> = {}, name = "ops") =>
      fleet.query(query, variables, tokenOf(name));

    beforeAll(async () => {
      fleet = await startTestApp({
        clusters: [embeddedCluster("home", { role: "home" })],
        config: { subgraph, auth: tokenMode },
        users: {
          home: [
            { name: "ops", grants: [{ clusterRole: "cluster-admin" }] },
            { name: "joe", grants: [{ namespace: "kube-system", clusterRole: "view" }] },
          ],
        },
      });
      await eventually(async () => {
        const { data, errors } = await ask(
          '{ pods(namespaces: ["shop"], first: 2) { complete nodes { name phase } } }',
        );
        expect(errors).toBeUndefined();
        expect(data.pods).toMatchObject({ complete: true, nodes: [{ phase: "Running" }, { phase: "Running" }] });
        pods = data.pods.nodes.map(({ name }: { name: string }) => name);
      }, 30_000);
      const typeDefs = incidents(podType, clusterType);
      other = await serveIncidents(typeDefs, [...pods, "gone"]);
      supergraph = await startSupergraph(fleet, typeDefs, other);
    });
    afterAll(async () => {
      await supergraph?.stop();
      other?.closeAllConnections();
      other?.close();
      await fleet?.stop();
    });

    it("should answer across both, by natural keys, null for what is missing", async () => {
      const { data, errors } = await askSupergraph(
        "{ incidents { title opener { email } cluster { role } pod { __typename name phase node { name } } } }",
      );
      expect(errors).toBeUndefined();
      const expected = pods.map((name) => ({
        title: `${name} is slow`,
        opener: { email: "ada@example.com" },
        cluster: { role: "HOME" },
        pod: { __typename: podType, name, phase: "Running", node: { name: expect.stringMatching(/^home-/) as string } },
      }));
      expect((data as { incidents: unknown[] }).incidents.slice(0, 2)).toEqual(expected);
      // What is missing is null as a whole, since its phase must not be.
      expect((data as { incidents: unknown[] }).incidents[2]).toMatchObject({ title: "gone is slow", pod: null });
    });

    it("should give nobody through the router what they may not see", async () => {
      const { data, errors } = await askSupergraph("{ incidents { title cluster { role } pod { phase } } }", "joe");
      expect(errors).toBeUndefined();
      const hidden = [...pods, "gone"].map((name) => ({
        title: `${name} is slow`,
        cluster: { role: "HOME" },
        pod: null,
      }));
      expect((data as { incidents: unknown[] }).incidents).toEqual(hidden);
    });

    it("should answer what is its own", async () => {
      const { data, errors } = await askSupergraph(
        `{ pods(first: 1) { totalCount nodes { name owners { object { __typename ... on ${subgraph.typePrefix}ReplicaSet { name } } } } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ pods: { nodes: [{ name: expect.any(String) as string }] } });
    });

    it("should keep Relay's fields to itself unless told otherwise", async () => {
      const { errors } = await askSupergraph('{ node(id: "x") { id } objects(ids: []) { id } }');
      expect(errors === undefined).toBe(subgraph.relay);
      // Of the subgraph itself they are there.
      expect((await ask('{ node(id: "x") { id } }')).data).toEqual({ node: null });
    });

    it("should serve the same names everywhere", async () => {
      const node = `${subgraph.relay ? "" : subgraph.typePrefix}Node`;
      const sdl = await (
        await fetch(`${fleet.url}/schema.graphql`, {
          headers: { authorization: `Bearer ${tokenOf("ops")}` },
        })
      ).text();
      expect(sdl).toContain(`type ${podType} implements`);
      expect(sdl).toContain(
        `type ${podType} implements ${subgraph.typePrefix}KubernetesObject & ${node} @key(fields: "id") @key(`,
      );
      expect(sdl).not.toMatch(/extend schema|@inaccessible|@link|_service|_entities/);
      expect(sdl).toMatch(/^type PageInfo @shareable \{/m);
      const { data } = await ask("{ __schema { types { name } } }");
      const names = new Set(data.__schema.types.map(({ name }: { name: string }) => name));
      for (const name of sdl.matchAll(/^(?:type|interface|enum|input|scalar|union) (\w+)/gm))
        expect(names).toContain(name[1]);
    });

    it("should say the same names in long lists, to narrower types and in streams", async () => {
      const prefix = subgraph.typePrefix;
      const fields = `__typename id name cluster { __typename name } ... on ${prefix}Workload { replicas } ... on ${prefix}Deployment { namespace }`;
      const { data, errors } = await ask(
        `{ workloads { __typename nodes { ${fields} } } pods { nodes { __typename id } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data.workloads.__typename).toBe(`${prefix}WorkloadConnection`);
      const deployment = data.workloads.nodes.find(
        (each: { __typename: string }) => each.__typename === `${prefix}Deployment`,
      );
      expect(deployment).toMatchObject({
        cluster: { __typename: clusterType },
        replicas: expect.any(Number) as number,
      });
      for (const pod of data.pods.nodes) expect(pod.__typename).toBe(podType);
      const query = `subscription { podsChanged(namespaces: ["shop"]) { __typename objects { __typename name } } }`;
      for await (const message of fleet.subscribe(query, {}, tokenOf("ops"))) {
        expect(message.__typename).toBe(`${prefix}PodsChanged`);
        if (message.objects.length === 0) continue;
        expect(message.objects[0].__typename).toBe(podType);
        break;
      }
    });

    it("should give any kind of entity by id as by its natural key, and say at its place what names none", async () => {
      const wide = (
        await ask(
          "{ workloads(first: 1) { nodes { __typename id name namespace } } nodes(first: 1) { nodes { __typename id name } } }",
        )
      ).data;
      const [workload] = wide.workloads.nodes;
      const [node] = wide.nodes.nodes;
      const cluster = { name: "home" };
      const prefix = subgraph.typePrefix;
      const representations = [
        { __typename: workload.__typename, id: workload.id },
        { __typename: workload.__typename, cluster, namespace: workload.namespace, name: workload.name },
        { __typename: node.__typename, cluster, name: node.name },
        { __typename: `${prefix}Cluster`, name: "home" },
        {
          __typename: `${prefix}GenericResource`,
          apiVersion: "v1",
          kind: "ConfigMap",
          cluster,
          namespace: "shop",
          name: "none",
        },
        {
          __typename: `${prefix}GenericResource`,
          apiVersion: "x.io/v1",
          kind: "Nothing",
          cluster,
          namespace: null,
          name: "none",
        },
        // A pod's id under another type's name.
        { __typename: `${prefix}Service`, id: workload.id },
        { __typename: `${prefix}Pod`, cluster: { name: "mars" }, namespace: "shop", name: "x" },
        { __typename: `${prefix}Pod`, name: "x" },
        { __typename: `${prefix}PageInfo`, id: "x" },
        { name: "x" },
        3,
      ];
      const { data, errors } = await ask(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on ${prefix}Cluster { role } ... on ${prefix}ClusterNode { name } ... on ${workload.__typename} { id } } }`,
        { representations },
      );
      expect(data._entities).toEqual([
        { __typename: workload.__typename, id: workload.id },
        { __typename: workload.__typename, id: workload.id },
        { __typename: node.__typename, name: node.name },
        { __typename: `${prefix}Cluster`, role: "HOME" },
        ...Array.from({ length: 8 }, () => null),
      ]);
      expect(errors?.map(({ message, path, extensions: { code } }) => [path, code, message])).toEqual([
        [
          ["_entities", 8],
          "BAD_USER_INPUT",
          'A representation must have one of the keys "id", "cluster { name } namespace name".',
        ],
        [["_entities", 9], "BAD_USER_INPUT", `A representation names no entity of this subgraph: "${prefix}PageInfo".`],
        [["_entities", 10], "BAD_USER_INPUT", "A representation must have __typename."],
        [["_entities", 11], "BAD_USER_INPUT", "A representation must be an object with __typename and a key."],
      ]);
    });

    it("should count representations as objects of the answer", async () => {
      const representations = Array.from({ length: 10_000 }, () => ({ __typename: podType, id: "x" }));
      const query = `query ($representations: [_Any!]!) { a: _entities(representations: $representations) { __typename } ${Array.from({ length: 5 }, (_, index) => `a${index}: _entities(representations: $representations) { __typename }`).join(" ")} }`;
      const { errors } = await ask(query, { representations });
      expect(errors?.[0]?.extensions).toMatchObject({
        code: "LIMIT_EXCEEDED",
        limit: { name: "objects", maximum: 50_000, found: 60_000 },
      });
    });
  },
);
