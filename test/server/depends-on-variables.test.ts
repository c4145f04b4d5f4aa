import { buildSchema, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { dependsOnVariables } from "../../src/server/limits/depends-on-variables.ts";

const schema = buildSchema(/* GraphQL */ `
  type Query {
    pod(name: String!, first: Int): Pod
    pods(first: Int, last: Int, where: Where, selector: String, kind: String!): Pods
    objects(ids: [ID!]!, readAfter: String): [Pod]
  }
  input Where {
    name: String
  }
  type Pod {
    name: String
    pods(first: Int, kind: String!): Pods
  }
  type Pods {
    nodes: [Pod!]!
    pageInfo: PageInfo!
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
`);

const nodes = "{ nodes { name } }";

describe("whether variables may change what an operation costs", () => {
  it.each([
    [
      "a to-one field by variables",
      'query($n: String!) { pod(name: $n) { name pods(first: 5, kind: "x") { nodes { name } } } }',
    ],
    ["a filter", `query($s: String) { pods(first: 5, kind: "x", selector: $s) ${nodes} }`],
    ["a condition that is written", `{ pods(first: 5, kind: "x") @skip(if: true) ${nodes} }`],
    ["what is read after", "query($r: String) { objects(ids: [1], readAfter: $r) { name } }"],
    ["a size of what is not many", 'query($f: Int) { pod(name: "a", first: $f) { name } }'],
  ])("should not be said of %s", (_name, document) => {
    expect(dependsOnVariables(schema, parse(document))).toBe(false);
  });

  it.each([
    ["a size", `query($n: Int) { pods(first: $n, kind: "x") ${nodes} }`],
    ["a size from the end", `query($n: Int) { pods(last: $n, kind: "x") ${nodes} }`],
    ["a size below", 'query($n: Int) { pod(name: "a") { pods(first: $n, kind: "x") { nodes { name } } } }'],
    ["ids", "query($ids: [ID!]!) { objects(ids: $ids) { name } }"],
    ["one of the ids", "query($id: ID!) { objects(ids: [$id]) { name } }"],
    ["a condition", `query($b: Boolean!) { pods(first: 5, kind: "x") @include(if: $b) ${nodes} }`],
    ["a condition of a fragment", `query($b: Boolean!) { ... @skip(if: $b) { pods(first: 5, kind: "x") ${nodes} } }`],
    ["a size in a fragment", `query($n: Int) { ...F } fragment F on Query { pods(first: $n, kind: "x") ${nodes} }`],
    [
      "something required, which may turn out to be missing",
      `query($k: String! = "x") { pods(first: 5, kind: $k) ${nodes} }`,
    ],
    [
      "a part of an object, which may turn out to be wrong",
      `query($w: String) { pods(first: 5, kind: "x", where: { name: $w }) ${nodes} }`,
    ],
  ])("should be said of %s", (_name, document) => {
    expect(dependsOnVariables(schema, parse(document))).toBe(true);
  });
});
