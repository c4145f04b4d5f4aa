import { execute, parse, subscribe, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { createFakeContext } from "./fake-context.ts";
import type { Call } from "./fake-context.ts";
import { sampleCluster, sampleNamespace, samplePod } from "./sample-rows.ts";

const schema = buildFleetSchema();

async function callsOf(text: string, variableValues: Readonly<Record<string, unknown>> = {}): Promise<readonly Call[]> {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const context = createFakeContext();
  const args = { schema, document, contextValue: context, variableValues };
  if (!text.startsWith("subscription")) {
    expect((await execute(args)).errors).toBeUndefined();
    return context.calls;
  }
  const stream = await subscribe(args);
  if (Symbol.asyncIterator in stream) for await (const { errors } of stream) expect(errors).toBeUndefined();
  return context.calls;
}

/** The arguments of the only call of a member, through JSON: undefined is gone, null stays. */
function argsOf(calls: readonly Call[], member: string): unknown {
  const found = calls.filter((call) => call.member === member);
  expect(found).toHaveLength(1);
  return JSON.parse(JSON.stringify(found[0]?.args.at(-1)));
}

describe("arguments", () => {
  it("should tell unset from null from a value in where, in literals and variables, at any depth", async () => {
    const text = `query Q($where: PodWhere, $app: String, $unset: PodWhere) {
      a: pods(where: $where) { totalCount }
      b: pods(where: { workload: null, node: { geo: null, labels: [{ key: "zone", eq: null }] }, ip: {} }) { totalCount }
      c: pods(where: { or: [], labels: [{ key: "app", eq: $app }], not: $unset }) { totalCount }
      d: pods(where: null) { totalCount }
      e: pods { totalCount }
    }`;
    const where = { owner: null, and: [{ phase: { eq: null } }, {}], containers: { some: {} } };
    const calls = await callsOf(text, { where, app: null });
    expect(calls.map(({ args }) => JSON.parse(JSON.stringify(args[0])) as unknown)).toEqual([
      { where },
      { where: { workload: null, node: { geo: null, labels: [{ key: "zone", eq: null }] }, ip: {} } },
      { where: { or: [], labels: [{ key: "app", eq: null }] } },
      { where: null },
      {},
    ]);
  });

  it("should hand over plain trees, not instances of input classes", async () => {
    const [call] = await callsOf(
      `{ pods(where: { node: { geo: { city: { eq: "Paris" } } } }, orderBy: { field: NAME }) { totalCount } }`,
    );
    const pending: unknown[] = [call?.args[0]];
    for (const value of pending) {
      if (typeof value !== "object" || value === null) continue;
      expect([null, Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
      pending.push(...Object.values(value as Record<string, unknown>));
    }
    expect(pending.length).toBeGreaterThan(6);
  });

  it("should give each root list its selectors, page and freshness", async () => {
    const calls = await callsOf(`{
      services(first: 5, after: "c", labelSelector: "a=b", fieldSelector: "metadata.name=x", namespaces: [], clusters: ["home"],
        orderBy: [{ field: NAME, direction: DESC }, { field: CLUSTER }], maxStaleness: "30s", readAfter: "ra") { totalCount }
    }`);
    expect(argsOf(calls, "loaders.services")).toEqual({
      first: 5,
      after: "c",
      labelSelector: "a=b",
      fieldSelector: "metadata.name=x",
      namespaces: [],
      clusters: ["home"],
      orderBy: [
        { field: "NAME", direction: "DESC" },
        { field: "CLUSTER", direction: "ASC" },
      ],
      maxStaleness: "30s",
      readAfter: "ra",
    });
  });

  it("should narrow the lists of a cluster and of a namespace to it", async () => {
    const calls = await callsOf(`{
      cluster(name: "home") { pods(namespaces: ["shop"], first: 2) { totalCount } nodes { totalCount } }
      namespace(cluster: "home", name: "shop") { workloads(kinds: [JOB], labelSelector: "a") { totalCount } }
    }`);
    expect(argsOf(calls, "loaders.pods")).toEqual({ first: 2, namespaces: ["shop"], clusters: [sampleCluster.name] });
    expect(argsOf(calls, "loaders.nodes")).toEqual({ clusters: [sampleCluster.name] });
    const within = { clusters: [sampleNamespace.clusterName], namespaces: [sampleNamespace.name] };
    expect(argsOf(calls, "loaders.workloads")).toEqual({ kinds: ["JOB"], labelSelector: "a", ...within });
  });

  it("should name one object by its natural key, and say how fresh", async () => {
    const [call] = await callsOf(
      `{ job(cluster: "home", namespace: "shop", name: "web", maxStaleness: "1m") { kind } }`,
    );
    expect(call).toEqual({
      member: "loaders.object",
      args: [
        { apiVersion: "batch/v1", kind: "Job", cluster: "home", namespace: "shop", name: "web" },
        { maxStaleness: "1m", readAfter: undefined },
      ],
    });
  });

  it("should put defaults where nothing is given", async () => {
    const calls = await callsOf(`{
      pod(cluster: "home", namespace: "shop", name: "web-1-a") { manifest logs { text } }
      pods { groupBy { count } }
    }`);
    expect(argsOf(calls, "loaders.manifest")).toBe("JSON");
    expect(argsOf(calls, "loaders.podLogs")).toEqual({ tailLines: 100, previous: false, timestamps: false });
  });

  it("should report a failed item of objects at its index and give the others", async () => {
    const document = parse(`{ objects(ids: ["x", "bad"]) { id } }`);
    const result = await execute({ schema, document, contextValue: createFakeContext() });
    expect(result.data).toEqual({ objects: [{ id: samplePod.uid }, null] });
    expect(result.errors?.map(({ path }) => path)).toEqual([["objects", 1]]);
  });

  it("should refuse a quantity, time or span that is none before anything is read", () => {
    for (const where of [
      `requests: { cpu: { gt: "1 core" } }`,
      `createdAt: { before: "yesterday" }`,
      `createdAt: { olderThan: "soon" }`,
    ]) {
      expect(validate(schema, parse(`{ pods(where: { ${where} }) { totalCount } }`)), where).toHaveLength(1);
    }
  });
});

describe("mutations", () => {
  it("should give their input, with defaults, to one writer", async () => {
    const object = `object: { id: "x" }`;
    const calls = await callsOf(`mutation M($manifest: JSON!) {
      a: applyResource(input: { cluster: "home", manifest: $manifest }) { created }
      b: patchResource(input: { ${object}, patch: { spec: { a: [1, null] } } }) { visible }
      c: deleteResource(input: { ${object}, gracePeriodSeconds: 0, propagationPolicy: FOREGROUND }) { visible }
      d: labelResource(input: { ${object}, set: [{ key: "a", value: "b" }] }) { visible }
      e: uncordonNode(input: { ${object}, preconditions: { uid: "u" } }) { object { name } }
      f: restartWorkload(input: { ${object}, dryRun: true }) { object { name } }
    }`, { manifest: { kind: "Secret" } }); // prettier-ignore
    const written = calls.filter(({ member }) => member.startsWith("writers."));
    expect(JSON.parse(JSON.stringify(written.map(({ member, args }) => [member, ...args])))).toEqual([
      ["writers.apply", { cluster: "home", manifest: { kind: "Secret" }, force: false, dryRun: false }],
      ["writers.patch", { object: { id: "x" }, patch: { spec: { a: [1, null] } }, type: "MERGE", dryRun: false }],
      [
        "writers.delete",
        { object: { id: "x" }, gracePeriodSeconds: 0, propagationPolicy: "FOREGROUND", dryRun: false },
      ],
      ["writers.label", { object: { id: "x" }, set: [{ key: "a", value: "b" }], remove: [], dryRun: false }],
      [
        "writers.setSchedulable",
        { object: { id: "x" }, preconditions: { uid: "u" }, dryRun: false, schedulable: true },
      ],
      ["writers.restart", { object: { id: "x" }, dryRun: true }],
    ]);
  });
});

describe("subscriptions", () => {
  it("should subscribe to one stream with their arguments", async () => {
    const pods = await callsOf(`subscription { podsChanged(after: "s1", where: { node: null }) { type } }`);
    expect(pods[0]?.args[0]).toBe("Pod");
    expect(argsOf(pods, "streams.changes")).toEqual({ after: "s1", where: { node: null }, snapshot: true });
    const any = await callsOf(
      `subscription { resourcesChanged(apiVersion: "v1", kind: "Secret", snapshot: false) { type } }`,
    );
    expect(argsOf(any, "streams.resources")).toEqual({ apiVersion: "v1", kind: "Secret", snapshot: false });
  });
});
