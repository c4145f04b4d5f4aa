import { defaultFieldResolver, execute, isObjectType, parse, validate } from "graphql";
import type { ExecutionResult, GraphQLFieldResolver } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import type { RequestContext } from "../../src/loaders/request-context.ts";
import { createFakeContext } from "./fake-context.ts";
import { sampleNode, samplePod } from "./sample-rows.ts";
import { selectEverything } from "./select-everything.ts";

/** What asks a cluster, or the caller's rights. */
const waiting = new Set(["Query.objects", "Pod.logs", "Viewer.can"]);

describe("every field of the schema", () => {
  const schema = buildFleetSchema();
  const query = schema.getQueryType()!;
  const document = parse(`query Everything ${selectEverything(query, waiting)}`);

  it("should be read from a property, a method, a table or a resolver that is there, and without a promise", () => {
    expect(validate(schema, document)).toEqual([]);
    const missing = new Set<string>();
    const seen = new Set<string>();
    const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
      seen.add(info.parentType.name);
      if (!(info.fieldName in (source as object))) missing.add(`${info.parentType.name}.${info.fieldName}`);
      return defaultFieldResolver(source, args, context, info) as unknown;
    };
    const result = execute({ schema, document, contextValue: createFakeContext(), fieldResolver });
    expect(result).not.toBeInstanceOf(Promise);
    expect((result as ExecutionResult).errors).toBeUndefined();
    expect([...missing]).toEqual([]);
    expect(seen.size).toBeGreaterThan(60);
  });

  for (const row of [samplePod, sampleNode]) {
    it(`should give no promise for any field of ${row.__typename} but what asks a cluster`, () => {
      const type = schema.getType(row.__typename);
      const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
      expect(fields.length).toBeGreaterThan(30);
      for (const field of fields.filter(({ name }) => name !== "logs")) {
        const resolve = (field.resolve ?? defaultFieldResolver) as GraphQLFieldResolver<unknown, RequestContext>;
        const args = { key: "app", format: "JSON" };
        const value: unknown = resolve(row, args, createFakeContext(), { fieldName: field.name } as never);
        expect(typeof (value as { then?: unknown } | null)?.then, field.name).toBe("undefined");
      }
    });
  }
});
