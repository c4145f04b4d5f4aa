import { buildSchema, execute, parse } from "graphql";
import type { ExecutionResult, GraphQLObjectType, GraphQLSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { withRowWriter } from "../../../src/server/rows/row-writer.ts";
import { systemClock } from "../../../src/lib/clock.ts";

const sdl = `
  type Query {
    pod(name: String = "web", wide: Boolean): Pod
    later(name: String!): Pod
    any: Thing
    hello: String
  }
  interface Thing { name: String! }
  type Pod implements Thing { name: String! phase: String label(key: String!): String logs: String node: Host }
  type Host implements Thing { name: String! size: Int }
`;

function createHouse() {
  const schema: GraphQLSchema = buildSchema(sdl);
  const calls: string[] = [];
  const fieldsOf = (type: string) => (schema.getType(type) as GraphQLObjectType).getFields();
  const define = (type: string, field: string, members: object): void =>
    void Object.assign(fieldsOf(type)[field]!, members);
  const one = { extensions: { one: true } };
  const find = (name: string): object | null => {
    calls.push(name);
    if (name === "broken") throw new Error("no such luck");
    return name === "gone" ? null : { __typename: "Pod", name: name === "nameless" ? null : name, phase: '"Running"' };
  };
  define("Query", "pod", { ...one, resolve: (_: unknown, { name }: { name: string }) => find(name) });
  define("Query", "later", { ...one, resolve: async (_: unknown, { name }: { name: string }) => find(name) });
  define("Query", "any", { ...one, resolve: () => ({ __typename: "Host", name: "node-1", size: 3 }) });
  define("Query", "hello", { resolve: () => "hello" });
  define("Pod", "label", { extensions: { pure: true }, resolve: (_: unknown, { key }: { key: string }) => `${key}!` });
  define("Pod", "logs", { resolve: () => "unmarked" });
  (schema.getType("Thing") as unknown as { resolveType: unknown }).resolveType = (value: { __typename: string }) =>
    value.__typename;
  const writer = withRowWriter(execute, schema, { clock: systemClock });
  const show = ({ data, errors }: ExecutionResult): object => ({
    errors: errors?.map((error) => error.toJSON()),
    data,
  });
  /** Both answers as text, and whether it took the short way. */
  const ask = async (source: string, variableValues: Record<string, unknown> = {}) => {
    const document = parse(source);
    const args = { schema, document, variableValues, contextValue: {} };
    const before = { ...writer.counts };
    const fast = await writer.execute(args);
    const written = writer.write(show(fast));
    const { counts } = writer;
    const way = counts.fast > before.fast ? "short" : counts.abandoned > before.abandoned ? "abandoned" : "plain";
    return { written, way, expected: JSON.stringify(show(await execute(args))) };
  };
  return { schema, writer, calls, ask };
}

const hidden = "query($b: Boolean!) { pod { name phase @include(if: $b) ...More @skip(if: $b) } } fragment More on Pod { label(key: \"a\") }"; // prettier-ignore

describe("a query of single objects", () => {
  it.each<[string, Record<string, unknown>?]>([
    ["{ pod { name phase node { name } } }"],
    ['{ pod(name: "gone") { name } }'],
    ['{ b: pod(name: "b") { name } a: pod(name: "a") { n: name __typename } __typename any { name } b: pod(name: "b") { phase } }'], // prettier-ignore
    ["query($name: String!) { pod(name: $name) { name } }", { name: "x" }],
    ['query($name: String = "y") { pod(name: $name) { name } }'],
    ["query($name: String) { pod(name: $name) { name } }"],
    ['{ pod { label(key: "a") ... on Pod { phase } } any { ... on Host { size } ... on Pod { phase } } }'],
    ["query($k: String!) { pod { label(key: $k) } }", { k: "zone" }],
    [hidden, { b: true }],
    [hidden, { b: false }],
    ["query($b: Boolean!) { pod @skip(if: $b) { name } }", { b: true }],
    ["query($name: String, $wide: Boolean) { pod(name: $name, wide: $wide) { name } }", { name: "x", wide: true }],
    ["query($name: String!) { pod(name: $name) { name } }", { name: "x", constructor: "y", __proto__: null }],
    ["query($name: String!, $wide: Boolean) { pod(name: $name, wide: $wide) { name } }", { name: "x" }],
    ["query($name: String!, $wide: Boolean) { pod(name: $name, wide: $wide) { name } }", { name: "x", wide: null }],
    ["query($constructor: String) { pod(name: $constructor) { name } }"],
    ["{ pod(wide: true) { name } }"],
    ['{ later(name: "x") { name } pod { name } }'],
  ])("should be written without graphql-js, as it writes it: %s", async (source, variables) => {
    const { written, way, expected } = await createHouse().ask(source, variables);
    expect(written).toBe(expected);
    expect(way).toBe("short");
  });

  it.each<[string, string, Record<string, unknown>?]>([
    ["something else", "{ pod { name } hello }"],
    ["a field that is not marked", "{ pod { name logs } }"],
    ["the schema", "{ pod { name } __schema { queryType { name } } }"],
    ["variables that are wrong", "query($name: String!) { pod(name: $name) { name } }", { name: 5 }],
    ["an array for a text", "query($name: String!) { pod(name: $name) { name } }", { name: ["web"] }],
    ["a null for what must be there", "query($name: String!) { pod(name: $name) { name } }", { name: null }],
    ["variables that are missing", "query($name: String!) { pod(name: $name) { name } }"],
  ])("should be left to graphql-js where it asks for %s", async (_what, source, variables) => {
    const { written, way, expected } = await createHouse().ask(source, variables);
    expect(written).toBe(expected);
    expect(way).toBe("plain");
  });

  it.each([
    '{ pod(name: "broken") { name } any { name } }',
    '{ pod(name: "nameless") { name } any { name } }',
    '{ later(name: "x") { name } pod(name: "broken") { name } }',
    '{ later(name: "broken") { name } a: later(name: "broken") { name } }',
    "query($name: String) { pod(name: $name) { name } }",
  ])("should be left to graphql-js where something fails: %s", async (source) => {
    const { written, way, expected } = await createHouse().ask(source, { name: null });
    expect(written).toBe(expected);
    expect(way).toBe("abandoned");
  });

  it("should be compiled for the values of its conditions, whichever came first", async () => {
    const { schema, writer } = createHouse();
    const document = parse(hidden);
    const ask = async (b: boolean) =>
      writer.write(await writer.execute({ schema, document, variableValues: { b }, contextValue: {} }));
    for (let time = 0; time < 2; time++) {
      expect(await ask(true)).toBe('{"data":{"pod":{"name":"web","phase":"\\"Running\\""}}}');
      expect(await ask(false)).toBe('{"data":{"pod":{"name":"web","label":"a!"}}}');
    }
    expect(writer.counts).toMatchObject({ fast: 4, plain: 0 });
  });

  it("should hold a variable that is unset apart from one that is null", async () => {
    const { schema, writer } = createHouse();
    const document = parse("query($b: Boolean) { pod { name @include(if: true) phase @skip(if: $b) } }");
    const ask = (variableValues: object) =>
      writer.execute({ schema, document, variableValues: variableValues as Record<string, unknown>, contextValue: {} });
    expect(writer.write(await ask({ b: true }))).toBe('{"data":{"pod":{"name":"web"}}}');
    expect((await ask({ b: null })).errors).toHaveLength(1);
    expect((await ask({})).errors).toHaveLength(1);
  });

  it("should not remember more than a few shapes", async () => {
    const { schema, writer } = createHouse();
    const document = parse("query($k: String!) { pod { label(key: $k) } }");
    for (let index = 0; index < 40; index++) {
      const result = await writer.execute({ schema, document, variableValues: { k: `k${index}` }, contextValue: {} });
      expect(writer.write(result)).toBe(`{"data":{"pod":{"label":"k${index}!"}}}`);
    }
    expect(writer.counts.plain).toBeGreaterThan(20);
  });
});
