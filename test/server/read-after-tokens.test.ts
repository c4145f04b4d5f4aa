import { Kind, parse } from "graphql";
import type { OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "vitest";
import { createReadAfterTokens } from "../../src/server/read-after-tokens.ts";

function tokensOf(source: string, variables: Record<string, unknown> = {}): readonly string[] {
  const document = parse(source);
  const operation = document.definitions.find(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  return createReadAfterTokens()({ document, operation, operationName: undefined, variables });
}

describe("readAfter tokens", () => {
  it.each([
    ["{ pods { totalCount } }", {}, []],
    ['{ pods(readAfter: "a") { totalCount } nodes(readAfter: "b") { totalCount } }', {}, ["a", "b"]],
    ['{ pods(readAfter: "a") { totalCount } again: pods(readAfter: "a") { totalCount } }', {}, ["a"]],
    ["query ($t: String) { pods(readAfter: $t) { totalCount } }", { t: "v" }, ["v"]],
    ["query ($t: String) { pods(readAfter: $t) { totalCount } }", { t: null }, []],
    [
      'query ($t: String) { ...F ... { nodes(readAfter: "i") { totalCount } } } fragment F on Query { pods(readAfter: $t) { totalCount } }',
      { t: "f" },
      ["f", "i"],
    ],
  ])("should be found wherever a root field has one: %s", (source, variables, tokens) => {
    expect(tokensOf(source, variables)).toEqual(tokens);
  });
});
