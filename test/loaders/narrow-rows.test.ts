import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodRow } from "../../src/kube/rows/row.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import type { Connection, ListArgs, WhereInput } from "../../src/loaders/request-context.ts";
import { pod } from "./support/objects.ts";
import { createWorld } from "./support/world.ts";

const world = createWorld([{ name: "home", role: "home" }, { name: "paris" }]);
const apps = ["web", "db", undefined];
const nodes = ["n1", "n2", undefined];
for (let i = 0; i < 36; i++) {
  const app = apps[i % 3];
  const labels = { ...(app === undefined ? {} : { app }), ...(i % 5 === 0 ? { canary: "" } : {}) };
  world.put(
    i % 2 === 0 ? "home" : "paris",
    pod(`p${i}`, { labels, node: nodes[i % 4], namespace: i % 7 === 0 ? "a" : "b", restarts: i % 3 }),
  );
}

function list(args: ListArgs): readonly string[] {
  const connection = createLoaders(world.options()).pods(args) as Connection<PodRow>;
  return connection.nodes().map(({ name }) => name);
}

const condition = fc.record(
  {
    nodeName: fc.constantFrom({ eq: "n1" }, { eq: "nowhere" }, { eq: null }, { in: ["n2"] }, null),
    labels: fc.constantFrom(
      [{ key: "app", eq: "web" }],
      { key: "canary", eq: "" },
      [{ key: "canary" }, { key: "app", eq: "db" }],
      [{ key: "app", eq: null }],
      [],
      null,
    ),
    restarts: fc.constantFrom({ gt: 0 }, { eq: 2 }),
  },
  { requiredKeys: [] },
);

describe("conditions that an index answers", () => {
  it("should give the same as a scan, in the same order", () => {
    fc.assert(
      fc.property(
        condition,
        fc.constantFrom(undefined, "app=web", "app in (db),!canary", "app!=web", "app in (web,db)"),
        (where, labelSelector) => {
          // Inside `and` nothing narrows, and the meaning is the same.
          expect(list({ where, labelSelector })).toEqual(
            list({ where: { and: [where] } }).filter(
              (name) => labelSelector === undefined || scanned(labelSelector).has(name),
            ),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

const bySelector = new Map<string, ReadonlySet<string>>();
function scanned(labelSelector: string): ReadonlySet<string> {
  const conditions: Readonly<Record<string, WhereInput>> = {
    "app=web": { labels: [{ key: "app", in: ["web"] }] },
    "app in (db),!canary": {
      labels: [
        { key: "app", in: ["db"] },
        { key: "canary", eq: null },
      ],
    },
    "app!=web": { not: { labels: [{ key: "app", in: ["web"] }] } },
    "app in (web,db)": { labels: [{ key: "app", in: ["web", "db"] }] },
  };
  const found = bySelector.get(labelSelector) ?? new Set(list({ where: conditions[labelSelector]! }));
  bySelector.set(labelSelector, found);
  return found;
}
