import { execute, parse } from "graphql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../../resolvers/build-schema.ts";
import { createLoaders } from "../../../src/loaders/create-loaders.ts";
import type { OperationRequest } from "../../../src/server/server-options.ts";
import { node, pod } from "../../loaders/support/objects.ts";
import { createWorld } from "../../loaders/support/world.ts";
import { createFakeContext } from "../../resolvers/fake-context.ts";
import { startTestServer } from "../start-test-server.ts";
import type { TestServer } from "../start-test-server.ts";

const query = '{ pods(first: 2000) { totalCount nodes { name phase label(key: "note") node { name ready } } pageInfo { hasNextPage } } }'; // prettier-ignore

describe("a wide list over HTTP", () => {
  const schema = buildFleetSchema();
  const world = createWorld();
  const createContext = (request?: OperationRequest) => {
    const options = world.options();
    return { ...createFakeContext(), ...request, loaders: createLoaders(options) };
  };
  let server: TestServer;

  beforeEach(async () => {
    world.put("home", node("n1"), node("n2"));
    for (const namespace of ["a", "b"]) {
      for (let i = 0; i < 200; i++) {
        world.put("home", pod(`pod-${i}`, { namespace, node: `n${i % 3}`, labels: { note: i === 7 ? "é☃" : "x" } }));
      }
    }
    server = await startTestServer({}, { schema, createContext });
  });
  afterEach(async () => server.stop());

  async function expected(): Promise<string> {
    const result = await execute({ schema, document: parse(query), contextValue: createContext() });
    return `${JSON.stringify(result)}\n`;
  }

  it("should be the bytes graphql-js gives, with their length, the first time and after changes", async () => {
    for (let round = 0; round < 4; round++) {
      if (round > 1) world.put("home", pod(`pod-${round}`, { namespace: "a", phase: "Failed" }), node("n0"));
      const response = await server.post({ query });
      const text = await response.text();
      expect(text).toBe(await expected());
      expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
      expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    }
  });

  it("should be the same by GET", async () => {
    const address = `${server.url}/graphql?query=${encodeURIComponent(query)}`;
    const headers = { "apollo-require-preflight": "1" };
    for (let round = 0; round < 2; round++) {
      const whole = await (await fetch(address, { headers })).text();
      expect(whole).toBe(await expected());
    }
  });

  it("should say what is wrong with a row as graphql-js does", async () => {
    const held = world.store.resource("home", "pods")!;
    const row = { ...held.get("a", "pod-3")!, phase: null as never };
    held.edit(() => held.put(row as never, { resourceVersion: "9", synthesised: false }));
    for (let round = 0; round < 2; round++) {
      const { body } = await server.query(query);
      expect(body.errors?.[0]?.path).toEqual(["pods", "nodes", expect.any(Number), "phase"]);
      expect(body.data).toBeNull();
    }
  });
});
