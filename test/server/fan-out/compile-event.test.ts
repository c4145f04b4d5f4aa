import { execute } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../../resolvers/build-schema.ts";
import type { ChangeMessage } from "../../../src/loaders/request-context.ts";
import { createDocuments } from "../../../src/server/documents.ts";
import { compileEvent } from "../../../src/server/fan-out/compile-event.ts";
import { defaultLimits } from "../../../src/server/limits/limits.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { toStringMap } from "../../../src/kube/interner.ts";
import { pod } from "../../loaders/support/objects.ts";

const schema = buildFleetSchema({ clock: { now: () => 0, monotonic: () => 0, setTimer: () => () => {} } });
const documents = createDocuments(schema, defaultLimits);
const labelManagers = toStringMap([]);
const row = toRow(knownResources.pods, "home", pod("web-1"), { observedAtMs: 0, source: "CACHE", labelManagers });
const message: ChangeMessage = { type: "MODIFIED", reason: "CHANGED", objects: [row], readStates: [], cursor: "here" };

function prepared(query: string) {
  const result = documents.prepare({ query });
  if (!result.ok) throw new Error(String(result.errors[0]));
  return result.prepared;
}

describe("a compiled subscription", () => {
  it.each([
    "subscription { podsChanged { type reason cursor objects { name namespace phase ready restarts nodeName } } }",
    "subscription { changed: podsChanged { __typename objects { uid apiVersion labels { key value } ...Names } } } fragment Names on Pod { a: name b: name }",
    'subscription { podsChanged { objects { name @skip(if: true) uid label(key: "app") } } }',
    "subscription { nodesChanged { type } }",
  ])("should write what graphql-js gives: %s", (query) => {
    const operation = prepared(query);
    const write = compileEvent(schema, operation, {});
    const { document } = operation;
    expect(write?.(message, {})).toBe(
      JSON.stringify(execute({ schema, document, rootValue: message, contextValue: {} })),
    );
  });

  it.each([
    [
      "depends on who asks",
      "subscription { podsChanged { readStates { cluster { name } state observedAt ageSeconds } } }",
    ],
    ["is no change of objects", "subscription { healthChanged { cursor } }"],
  ])("should leave to graphql-js what %s", (_what, query) => {
    expect(compileEvent(schema, prepared(query), {})).toBeUndefined();
  });

  it("should leave to graphql-js what has an error", () => {
    const write = compileEvent(schema, prepared("subscription { podsChanged { objects { name } } }"), {});
    expect(() => write?.({ ...message, objects: [{ ...row, name: null as never }] }, {})).toThrow();
  });
});
