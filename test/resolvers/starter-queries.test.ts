import { getVariableValues, Kind, parse, validate } from "graphql";
import type { OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { starterQueries } from "../../resolvers/starter-queries.ts";

describe("the playground's starter queries", () => {
  const schema = buildFleetSchema();

  for (const { query, variables } of starterQueries) {
    const document = parse(query);
    const operations = document.definitions.filter(
      (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
    );

    it(`should be one valid operation with a name and valid variables: ${operations[0]?.name?.value}`, () => {
      expect(validate(schema, document)).toEqual([]);
      expect(operations.map(({ name }) => name?.value)).toEqual([expect.stringMatching(/^[A-Z][A-Za-z]+$/)]);
      const given = JSON.parse(variables ?? "{}") as Record<string, unknown>;
      expect(getVariableValues(schema, operations[0]?.variableDefinitions ?? [], given).errors).toBeUndefined();
    });

    it(`should begin with a line for people: ${operations[0]?.name?.value}`, () => {
      expect(query).toMatch(/^# [A-Z][^\n]*\.?\n/);
    });
  }
});
