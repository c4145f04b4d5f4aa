import { getVariableValues, Kind, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { starterQueries } from "../../resolvers/starter-queries.ts";

describe("the playground's starter queries", () => {
  const schema = buildFleetSchema();

  for (const { title, query, variables } of starterQueries) {
    it(`should be a valid operation with valid variables: ${title}`, () => {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      const [operation, ...more] = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
      expect(more).toEqual([]);
      const given = JSON.parse(variables ?? "{}") as Record<string, unknown>;
      expect(getVariableValues(schema, operation?.variableDefinitions ?? [], given).errors).toBeUndefined();
    });
  }

  it("should have one title each, which is the operation's name in words", () => {
    for (const { title, query } of starterQueries) {
      const [operation] = parse(query).definitions;
      const name = operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined;
      expect(name?.toLowerCase()).toBe(title.replaceAll(" ", "").toLowerCase());
    }
    expect(new Set(starterQueries.map(({ title }) => title)).size).toBe(starterQueries.length);
  });
});
