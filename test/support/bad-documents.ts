/** Documents that are refused before anything is executed, over the schema of startTestServer; and why. */
const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(" ");
const nest = (levels: number): string => `${"{ pods { nodes ".repeat(levels)}{ name }${" } }".repeat(levels)}`;

export interface BadDocument {
  readonly query: string;
  readonly variables?: unknown;
  readonly code: string;
  readonly limit?: string;
}

export const badDocuments: Readonly<Record<string, BadDocument>> = {
  "1 MiB of one string": { query: `{ hello(name: "${"x".repeat(1024 * 1024)}") }`, code: "PAYLOAD_TOO_LARGE" },
  "1,000,000 bytes of fields": {
    query: `{ ${repeat(140_000, () => "hello")} }`,
    code: "LIMIT_EXCEEDED",
    limit: "characters",
  },
  "250,000 bytes of one name": { query: `{ ${"h".repeat(250_000)} }`, code: "GRAPHQL_VALIDATION_FAILED" },
  "250,000 bytes of one comment": { query: `#${"h".repeat(250_000)}\n{ nope }`, code: "GRAPHQL_VALIDATION_FAILED" },
  "10,000 aliases": { query: `{ ${repeat(10_000, (i) => `a${i}: hello`)} }`, code: "LIMIT_EXCEEDED", limit: "tokens" },
  "100 aliases": { query: `{ ${repeat(100, (i) => `a${i}: __typename`)} }`, code: "LIMIT_EXCEEDED", limit: "aliases" },
  "200 deep": { query: `query ${nest(100)}`, code: "LIMIT_EXCEEDED", limit: "depth" },
  "2,000 deep": { query: `{ a `.repeat(2000) + "}".repeat(2000), code: "LIMIT_EXCEEDED", limit: "tokens" },
  "900 deep in brackets": {
    query: `{ json(value: ${"[".repeat(900)}${"]".repeat(900)}) }`,
    code: "LIMIT_EXCEEDED",
    limit: "depth",
  },
  "500 equal fields": {
    query: `{ pods { ${repeat(500, () => "totalCount")} } }`,
    code: "LIMIT_EXCEEDED",
    limit: "fields",
  },
  "50 root fields": { query: `{ ${repeat(50, () => "hello")} }`, code: "LIMIT_EXCEEDED", limit: "rootFields" },
  "10 directives": {
    query: `{ hello ${repeat(10, () => "@include(if: true)")} }`,
    code: "LIMIT_EXCEEDED",
    limit: "directives",
  },
  "a bomb of fragments": {
    query: `{ ...f0 } ${repeat(40, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f40 on Query { hello }`,
    code: "LIMIT_EXCEEDED",
    limit: "fields",
  },
  "a cycle of fragments": {
    query: "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  "unknown fields, many": { query: `{ ${repeat(20, (i) => `nope${i}`)} }`, code: "GRAPHQL_VALIDATION_FAILED" },
  "circular introspection": {
    query: "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  "an absurd first": {
    query: "{ pods(first: 2000000000) { nodes { name } } }",
    code: "LIMIT_EXCEEDED",
    limit: "objects",
  },
  "first beyond Int": { query: "{ pods(first: 99999999999) { nodes { name } } }", code: "GRAPHQL_VALIDATION_FAILED" },
  "an absurd first in a variable": {
    query: "query ($n: Int) { pods(first: $n) { nodes { name } } }",
    variables: { n: 50_001 },
    code: "LIMIT_EXCEEDED",
    limit: "objects",
  },
  "nested connections": {
    query: "{ pods(first: 1000) { nodes { pods(first: 100) { nodes { name } } } } }",
    code: "LIMIT_EXCEEDED",
    limit: "objects",
  },
  "60,000 ids": {
    query: "query ($ids: [ID!]!) { objects(ids: $ids) { name } }",
    variables: { ids: Array.from({ length: 60_000 }, (_, i) => String(i)) },
    code: "LIMIT_EXCEEDED",
    limit: "inputNodes",
  },
  "where 100,000 deep": {
    query: "query ($w: PodWhere) { pods(where: $w) { totalCount } }",
    variables: nestedWhere(60_000),
    code: "LIMIT_EXCEEDED",
    limit: "depth",
  },
  "where 10,000 wide": {
    query: "query ($w: PodWhere) { pods(where: $w) { totalCount } }",
    variables: { w: { and: Array.from({ length: 10_000 }, () => ({ name: "a" })) } },
    code: "LIMIT_EXCEEDED",
    limit: "inputNodes",
  },
  "where 500 wide in the document": {
    query: `{ pods(where: {and: [${repeat(200, () => '{name: {eq: "a"}}')}]}) { totalCount } }`,
    code: "LIMIT_EXCEEDED",
    limit: "fields",
  },
  "where 500 wide in a variable": {
    query: "query ($w: PodWhere) { pods(where: $w) { totalCount } }",
    variables: { w: { and: Array.from({ length: 500 }, () => ({ name: "a" })) } },
    code: "LIMIT_EXCEEDED",
    limit: "fields",
  },
  "where 30 deep in the document": {
    query: `{ pods(where: ${"{ not: ".repeat(30)}{}${" }".repeat(30)}) { totalCount } }`,
    code: "LIMIT_EXCEEDED",
    limit: "depth",
  },
  "JSON 100,000 deep": {
    query: "query ($v: JSON) { json(value: $v) }",
    variables: `{"v": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    code: "LIMIT_EXCEEDED",
    limit: "jsonDepth",
  },
};

/** As text: JSON.stringify would not come back from it. */
function nestedWhere(depth: number): string {
  return `{"w": ${'{"not":'.repeat(depth)}{}${"}".repeat(depth)}}`;
}

/** The request body, written by hand: JSON.stringify would not come back from some of them. */
export function toBody({ query, variables = {} }: BadDocument): string {
  const text = typeof variables === "string" ? variables : JSON.stringify(variables);
  return `{"query": ${JSON.stringify(query)}, "variables": ${text}}`;
}
