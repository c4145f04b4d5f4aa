import { buildSchema, execute, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { attachFields } from "../../resolvers/attach-fields.ts";
import type { Attached } from "../../resolvers/attach-fields.ts";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { perOperation } from "../../resolvers/rows/field-table.ts";
import { createTextBody } from "../../src/kube/json-body.ts";
import { createFakeContext } from "./fake-context.ts";
import { sampleNode, samplePod } from "./sample-rows.ts";

const sdl = `
  interface KubernetesObject { name: String owner(key: String): String }
  type Pod implements KubernetesObject { name: String owner(key: String): String phase: String }
  type Query { object: KubernetesObject }
`;

class Roots {
  object(): unknown {
    return { __typename: "Pod", name: "a", phase: "Running" };
  }
}

class ObjectResolver {
  readonly #prefix = "owner of";
  owner(row: { readonly name: string }, _context: unknown, args: { readonly key: string }): string {
    return `${this.#prefix} ${row.name} by ${args.key}`;
  }
}

function attached(changes: Partial<Attached> = {}): Attached {
  return {
    tables: { KubernetesObject: { name: (row: { readonly name: string }) => row.name.toUpperCase() } },
    resolvers: new Map([["KubernetesObject", new ObjectResolver()]]),
    descriptions: { Query: "Reads." },
    roots: [new Roots()],
    ...changes,
  };
}

describe("attachFields", () => {
  it("should read what an interface says for every type that implements it, and properties else", () => {
    const schema = buildSchema(sdl);
    attachFields(schema, attached());
    const document = parse(`{ object { __typename name owner(key: "k") ... on Pod { phase } } }`);
    expect(execute({ schema, document, contextValue: createFakeContext() })).toEqual({
      data: { object: { __typename: "Pod", name: "A", owner: "owner of a by k", phase: "Running" } },
    });
    expect(schema.getQueryType()?.description).toBe("Reads.");
  });

  it("should prefer what the type itself says", () => {
    const schema = buildSchema(sdl);
    const tables = { ...attached().tables, Pod: { name: () => "its own" } };
    attachFields(schema, attached({ tables }));
    const result = execute({ schema, document: parse("{ object { name } }"), contextValue: createFakeContext() });
    expect(result).toEqual({ data: { object: { name: "its own" } } });
  });

  it("should refuse a table or resolver of a type or field that is not there, and a root field without a method", () => {
    const attach = (changes: Partial<Attached>) => () => attachFields(buildSchema(sdl), attached(changes));
    expect(attach({ tables: { Node: {} } })).toThrow("no type Node");
    expect(attach({ tables: { Pod: { phaze: () => null } } })).toThrow("no field Pod.phaze");
    expect(attach({ resolvers: new Map([["Pod", new Roots()]]) })).toThrow("no field Pod.object");
    expect(attach({ roots: [] })).toThrow("Query.object");
  });
});

describe("perOperation", () => {
  it("should compute once for a row and operation, and anew for another row or operation", () => {
    let count = 0;
    const read = perOperation((row: object) => [row, ++count] as const);
    const [first, second] = [createFakeContext(), createFakeContext()];
    expect(read(samplePod, first)).toBe(read(samplePod, first));
    read(sampleNode, first);
    read(samplePod, second);
    expect(count).toBe(3);
  });
});

describe("fields read from the body", () => {
  const schema = buildFleetSchema();

  it("should parse it once for all of them", () => {
    let parsed = 0;
    const body = { ...samplePod.body, parse: () => (parsed++, samplePod.body.parse()) };
    const context = createFakeContext();
    const loaders = { ...context.loaders, object: () => ({ ...samplePod, body }) };
    const document = parse(
      `{ pod(cluster: "home", namespace: "shop", name: "a") { a: containers { name } b: containers { image } conditions { type } } }`,
    );
    expect(execute({ schema, document, contextValue: { ...context, loaders } })).not.toHaveProperty("errors");
    expect(parsed).toBe(1);
  });

  it("should fail alone where it is damaged", () => {
    const context = createFakeContext();
    const loaders = { ...context.loaders, object: () => ({ ...samplePod, body: createTextBody("{") }) };
    const document = parse(`{
      a: pod(cluster: "home", namespace: "shop", name: "a") { name phase restarts }
      b: pod(cluster: "home", namespace: "shop", name: "a") { name conditions { type } }
    }`);
    const result = execute({ schema, document, contextValue: { ...context, loaders } });
    expect(result).toMatchObject({
      data: { a: { name: "web-1-a", phase: "Running", restarts: 2 }, b: null },
      errors: [{ path: ["b", "conditions"] }],
    });
  });
});
