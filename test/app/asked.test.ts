import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApi } from "../../resolvers/create-api.ts";
import { alwaysCached } from "../../src/kube/known-resources.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { documentsOfFields } from "../resolvers/documents-of-fields.ts";
import { grant, tokenOf } from "../support/embedded-users.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { GraphqlAnswer, TestApp } from "../support/start-test-app.ts";

const reading = ["get", "list", "watch"];
const readAll = [...new Set(alwaysCached.map(({ group }) => group))].map((group) => ({
  verbs: reading,
  apiGroups: [group],
  resources: [...alwaysCached.filter((kind) => kind.group === group).map(({ plural }) => plural), ...(group === "" ? ["events"] : [])], // prettier-ignore
}));
const schema = createApi({ subgraph: { relay: false, typePrefix: "" }, clock: systemClock }).schema;
/** Of the moment, or of who asks. */
const volatile = /\b(viewer|age|lastSeenAt|observedAt|lastProbeAt|requestId|username)\b/u;

describe("clusters that must be asked what callers may do", () => {
  let fleet: TestApp;
  const ask = (name: string, query: string): Promise<GraphqlAnswer> => fleet.query(query, {}, tokenOf(name));

  beforeAll(async () => {
    fleet = await startTestApp({
      clusters: [embeddedCluster("home", { role: "home", authorization: "asked" })],
      config: { auth: tokenMode },
      users: {
        home: [
          { name: "ops", grants: [{ clusterRole: "cluster-admin" }] },
          { name: "reader", grants: [{ rules: readAll }] },
          { name: "viewer", grants: [{ namespace: "shop", clusterRole: "view" }] },
          { name: "nobody" },
        ],
      },
    });
    await eventually(async () => {
      const { data } = await ask("ops", "{ pods { complete nodes { phase } } endpoints: services { complete } }");
      expect(data.pods.complete && data.endpoints.complete).toBe(true);
      expect(data.pods.nodes.every(({ phase }: { phase: string }) => phase === "Running")).toBe(true);
    }, 30_000);
  });
  afterAll(() => fleet?.stop());

  it("should show who may read everything the same as the administrator, field by field, and nobody an error of ours", async () => {
    let compared = 0;
    const differences: string[] = [];
    for (const query of documentsOfFields(schema)) {
      for (const name of ["reader", "viewer"]) {
        const { errors = [] } = await ask(name, query);
        const ours = errors.filter(({ extensions }) => extensions["code"] === "INTERNAL");
        if (ours.length > 0) differences.push(`${JSON.stringify(ours)} for ${name}: ${query}`);
      }
      if (volatile.test(query)) continue;
      const [before, found, after] = [await ask("ops", query), await ask("reader", query), await ask("ops", query)].map((answer) => JSON.stringify(answer.data)); // prettier-ignore
      // What changes by itself meanwhile proves nothing.
      if (before !== after) continue;
      compared++;
      if (found !== before) differences.push(`${query}\n${before?.slice(0, 300)}\n${found?.slice(0, 300)}`);
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(250);
  }, 120_000);

  const streams = [
    "subscription { podsChanged { type objects { name node { name } workload { name } services { name } } } }",
    'subscription { podsChanged(where: {name: {contains: "web"}}) { type cursor } }',
    "subscription { nodesChanged { type objects { name pods { totalCount } } } }",
    "subscription { workloadsChanged(kinds: [DEPLOYMENT]) { type objects { name pods { totalCount } } } }",
    'subscription { resourcesChanged(apiVersion: "v1", kind: "Pod") { type objects { name } } }',
    'subscription { resourcesChanged(apiVersion: "apps/v1", kind: "Deployment") { type objects { name owners { object { name } } } } }', // prettier-ignore
  ];
  for (const query of streams) {
    it(`should open ${query}, and end its snapshot`, async () => {
      let objects = 0;
      for await (const message of fleet.subscribe(query, {}, tokenOf("reader"))) {
        objects += message.objects?.length ?? 1;
        if (message.type === "SYNCED") break;
      }
      expect(objects).toBeGreaterThan(0);
    });
  }

  it("should tell a stream what its receiver gains, of what it reads, within ten seconds", async () => {
    const query = "subscription { podsChanged { type objects { namespace workload { kind } } } }";
    const told: { namespace: string; workload: unknown }[] = [];
    let before: number | undefined;
    for await (const { type, objects } of fleet.subscribe(query, {}, tokenOf("viewer"))) {
      told.push(...objects);
      if (type === "SYNCED" && before === undefined) {
        before = told.length;
        await grant(fleet.embedded, "home", "viewer", { rules: readAll });
      }
      if (told.some(({ namespace }) => namespace !== "shop")) break;
    }
    expect(told.slice(0, before).every(({ namespace }) => namespace === "shop")).toBe(true);
    expect(told.slice(before).some(({ workload }) => workload !== null)).toBe(true);
  }, 30_000);

  it("should be absent for who may do nothing there", async () => {
    const { data } = await ask("nobody", "{ clusters { totalCount } nodes { totalCount } pods { totalCount } }");
    expect(data).toEqual({ clusters: { totalCount: 0 }, nodes: { totalCount: 0 }, pods: { totalCount: 0 } });
  });
});
