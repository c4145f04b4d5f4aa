import { getOperationAST, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { printSelection } from "../../../src/server/fan-out/print-selection.ts";

function printed(query: string, name?: string): string {
  const document = parse(query);
  const operation = getOperationAST(document, name);
  if (!operation) throw new Error(`no operation in ${query}`);
  return printSelection({ document, operation });
}

const plain = printed("subscription { podsChanged { type objects { name } } }");

describe("what an operation shows of an event", () => {
  it.each([
    'subscription { podsChanged(where: { name: { eq: "a" } }) { type objects { name } } }',
    "subscription Named { podsChanged(snapshot: false) { type, objects { name } } }",
  ])("should not depend on which events it chooses: %s", (query) => {
    expect(printed(query)).toBe(plain);
  });

  it.each([
    "subscription { podsChanged { type objects { uid } } }",
    "subscription { nodesChanged { type objects { name } } }",
    "subscription { pods: podsChanged { type objects { name } } }",
    "subscription { podsChanged { objects { name } type } }",
    "subscription { podsChanged @include(if: true) { type objects { name } } }",
    "subscription { podsChanged { type objects { name eventsOf(first: 1) } } }",
    "subscription { podsChanged { type objects { ...F } } } fragment F on Pod { name }",
    "subscription ($a: Boolean = true) { podsChanged { type objects { name @include(if: $a) } } }",
  ])("should be something else for %s", (query) => {
    expect(printed(query)).not.toBe(plain);
  });

  it("should depend on defaults of variables, on fragments, and on arguments below the root", () => {
    const withDefault = (value: boolean): string =>
      printed(`subscription ($a: Boolean = ${value}) { podsChanged { type @include(if: $a) } }`);
    expect(withDefault(true)).not.toBe(withDefault(false));
    const withFragment = (field: string): string =>
      printed(`subscription { podsChanged { ...F } } fragment F on PodsChanged { ${field} }`);
    expect(withFragment("type")).not.toBe(withFragment("reason"));
    const withFirst = (first: number): string =>
      printed(`subscription { podsChanged { objects { events(first: ${first}) { totalCount } } } }`);
    expect(withFirst(1)).not.toBe(withFirst(2));
  });
});
