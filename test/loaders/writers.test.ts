import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/kube/object.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { toObjectId } from "../../src/kube/object-key.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { defaultLimits } from "../../src/loaders/limits.ts";
import type { Connection, ObjectRefInput, Writers } from "../../src/loaders/request-context.ts";
import type { AnyRow, WorkloadRow } from "../../src/kube/rows/row.ts";
import { createWriters } from "../../src/loaders/writers.ts";
import { restartedAnnotation } from "../../src/domain/writes/restart-workload.ts";
import { createGate } from "./support/gate.ts";
import { createLiveFleet } from "./support/live-fleet.ts";
import type { LiveFleet } from "./support/live-fleet.ts";
import { node, workload } from "./support/objects.ts";

const configMaps = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };
const gate = createGate();

let fleet: LiveFleet;
let writers: Writers;

beforeAll(async () => {
  fleet = await createLiveFleet([
    { name: "home", wrap: gate.wrap },
    { name: "sealed", writable: false },
  ]);
  writers = createWriters(fleet.options());
});

afterAll(() => fleet.close());

const as = { kind: "local" } as const;
const call = { signal: new AbortController().signal, as };

function read(resource: Parameters<typeof readIn>[0], name: string, namespace?: string): Promise<KubeObject> {
  return readIn(resource, { name, ...(namespace === undefined ? {} : { namespace }) });
}

function readIn(resource: typeof configMaps, object: { name: string; namespace?: string }): Promise<KubeObject> {
  return fleet.apis.get("home")!.client.get(resource, object, call);
}

function create(resource: typeof configMaps, object: KubeObject): Promise<unknown> {
  return fleet.apis.get("home")!.client.create(resource, object, { ...call, fieldManager: "test" });
}

function configMap(name: string, data: Readonly<Record<string, string>> = {}, metadata = {}): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", ...metadata }, data };
}

function ref(kind: string, name: string, apiVersion = "v1"): ObjectRefInput {
  return { cluster: "home", apiVersion, kind, name, ...(kind === "Node" ? {} : { namespace: "default" }) };
}

function deployment(name: string): KubeObject {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app", image: "app:1" }] } };
  return workload("Deployment", name, {}, { template, selector: { matchLabels: { app: name } } });
}

const apply = (manifest: unknown, more = {}) =>
  writers.apply({ cluster: "home", manifest, force: false, dryRun: false, ...more });

describe("apply", () => {
  it("should create, then change, and answer when reads show it", async () => {
    const first = await apply(configMap("a", { k: "1" }));
    expect(first).toMatchObject({ created: true, visible: true, object: { name: "a", source: "CACHE" } });
    expect(first.readAfter).toEqual(expect.any(String));
    const second = await apply(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {k: '2'}\n",
    );
    expect(second.created).toBe(false);
    const stored = await read(configMaps, "a", "default");
    expect(stored["data"]).toEqual({ k: "2" });
    expect(stored.metadata.managedFields?.map(({ manager }) => manager)).toEqual(["fleetgraph/apply"]);
  });

  it("should leave fields of other managers alone unless forced", async () => {
    await create(configMaps, configMap("owned", { k: "theirs" }));
    await expect(apply(configMap("owned", { k: "ours" }))).rejects.toMatchObject({ reason: "Conflict" });
    expect((await read(configMaps, "owned", "default"))["data"]).toEqual({ k: "theirs" });
    await apply(configMap("owned", { k: "ours" }), { force: true });
    expect((await read(configMaps, "owned", "default"))["data"]).toEqual({ k: "ours" });
  });

  it("should write nothing on a dry run", async () => {
    const payload = await apply(configMap("dry", { k: "1" }), { dryRun: true });
    expect(payload).toMatchObject({
      created: true,
      visible: false,
      readAfter: null,
      object: { name: "dry", source: "LIVE" },
    });
    await expect(read(configMaps, "dry", "default")).rejects.toMatchObject({ reason: "NotFound" });
  });

  it.each([
    ["two documents", "a: 1\n---\nb: 2\n", "exactly one document but holds 2"],
    ["no document", "# nothing\n", "exactly one document but holds 0"],
    ["broken text", "a: [1", "neither JSON nor YAML"],
    ["a list", [], "must be an object"],
    ["no kind", { apiVersion: "v1", metadata: { name: "a" } }, "needs kind"],
    ["no name", { apiVersion: "v1", kind: "ConfigMap", metadata: {} }, "needs metadata.name"],
    [
      "generateName",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "a-" } },
      "must not have metadata.generateName",
    ],
    [
      "managedFields",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", managedFields: [] } },
      "must not have metadata.managedFields",
    ],
    ["status", { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, status: {} }, "must not have status"],
    ["no namespace", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }, "namespace is needed"],
    [
      "a namespace too much",
      { apiVersion: "v1", kind: "Node", metadata: { name: "a", namespace: "x" } },
      "namespace must be unset",
    ],
  ])("should refuse %s", async (_name, manifest, message) => {
    await expect(apply(manifest)).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringContaining(message) as string,
    });
  });

  it("should refuse a kind or cluster that is not there", async () => {
    const gadget = { apiVersion: "acme.io/v1", kind: "Gadget", metadata: { name: "g", namespace: "default" } };
    await expect(apply(gadget)).rejects.toMatchObject({ code: "CRD_NOT_INSTALLED" });
    await expect(apply(configMap("a"), { cluster: "nowhere" })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringContaining("home, sealed") as string,
    });
  });
});

describe("preconditions", () => {
  const acts: readonly (readonly [
    string,
    (preconditions: { uid?: string; resourceVersion?: string }) => Promise<unknown>,
  ])[] = [
    ["apply", (preconditions) => apply(configMap("guarded", { k: "new" }), { preconditions, force: true })],
    [
      "a merge patch",
      (preconditions) =>
        writers.patch({
          object: ref("ConfigMap", "guarded"),
          type: "MERGE",
          patch: { data: { k: "new" } },
          preconditions,
          dryRun: false,
        }),
    ],
    [
      "a JSON patch",
      (preconditions) =>
        writers.patch({
          object: ref("ConfigMap", "guarded"),
          type: "JSON",
          patch: [{ op: "replace", path: "/data/k", value: "new" }],
          preconditions,
          dryRun: false,
        }),
    ],
    [
      "label",
      (preconditions) =>
        writers.label({
          object: ref("ConfigMap", "guarded"),
          set: [{ key: "k", value: "v" }],
          remove: [],
          preconditions,
          dryRun: false,
        }),
    ],
    [
      "delete",
      (preconditions) => writers.delete({ object: ref("ConfigMap", "guarded"), preconditions, dryRun: false }),
    ],
    [
      "scale",
      (preconditions) =>
        writers.scale({ object: ref("Deployment", "guarded", "apps/v1"), replicas: 7, preconditions, dryRun: false }),
    ],
    [
      "restart",
      (preconditions) =>
        writers.restart({ object: ref("Deployment", "guarded", "apps/v1"), preconditions, dryRun: false }),
    ],
  ];

  beforeAll(async () => {
    await create(configMaps, configMap("guarded", { k: "old" }));
    await create(knownResources.deployments, deployment("guarded"));
  });

  const state = async () => [
    (await read(configMaps, "guarded", "default")).metadata.resourceVersion,
    (await read(knownResources.deployments, "guarded", "default")).metadata.generation,
  ];

  it.each(acts)("should stop %s of another uid or version, with nothing written", async (_name, act) => {
    const before = await state();
    for (const preconditions of [{ uid: "another" }, { resourceVersion: "1" }]) {
      const error: unknown = await act(preconditions).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const { code, reason } = (error ?? {}) as { code?: string; reason?: string };
      expect(code ?? reason).toMatch(/^(CONFLICT|Conflict)$/);
    }
    expect(await state()).toEqual(before);
  });

  it("should let through what holds", async () => {
    const { uid, resourceVersion } = (await read(configMaps, "guarded", "default")).metadata;
    const patch = [{ op: "replace", path: "/data/k", value: "new" }];
    await writers.patch({
      object: ref("ConfigMap", "guarded"),
      type: "JSON",
      patch,
      preconditions: { uid, resourceVersion },
      dryRun: false,
    });
    expect((await read(configMaps, "guarded", "default"))["data"]).toEqual({ k: "new" });
    const scaled = (await read(knownResources.deployments, "guarded", "default")).metadata;
    const preconditions = { uid: scaled.uid, resourceVersion: scaled.resourceVersion };
    await writers.scale({ object: ref("Deployment", "guarded", "apps/v1"), replicas: 2, preconditions, dryRun: false });
    await writers.delete({ object: ref("ConfigMap", "guarded"), preconditions: { uid }, dryRun: false });
  });

  it("should be refused where manifest and input contradict each other", async () => {
    const manifest = configMap("guarded", {}, { uid: "one" });
    await expect(apply(manifest, { preconditions: { uid: "other" } })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
  });
});

describe("the other writes", () => {
  it("should patch by text, and refuse what has not the form of its type", async () => {
    await create(configMaps, configMap("p", { k: "1", gone: "x" }));
    const object = ref("ConfigMap", "p");
    await writers.patch({ object, type: "MERGE", patch: "data: {k: '2', gone: null}", dryRun: false });
    expect((await read(configMaps, "p", "default"))["data"]).toEqual({ k: "2" });
    await expect(writers.patch({ object, type: "MERGE", patch: [], dryRun: false })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
    await expect(writers.patch({ object, type: "JSON", patch: {}, dryRun: false })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
    await expect(
      writers.patch({ object: ref("ConfigMap", "no"), type: "MERGE", patch: {}, dryRun: false }),
    ).rejects.toMatchObject({ reason: "NotFound" });
  });

  it("should delete, and say that it is gone or how it stays", async () => {
    await create(configMaps, configMap("d"));
    const gone = await writers.delete({ object: ref("ConfigMap", "d"), dryRun: false });
    expect(gone).toMatchObject({ object: null, visible: true, readAfter: expect.any(String) as string });
    await create(configMaps, configMap("f", {}, { finalizers: ["acme.io/hold"] }));
    const stays = await writers.delete({ object: ref("ConfigMap", "f"), dryRun: false });
    expect(stays).toMatchObject({
      visible: true,
      object: { name: "f", deletionTimestamp: expect.any(String) as string },
    });
    await create(configMaps, configMap("dry-delete"));
    expect(await writers.delete({ object: ref("ConfigMap", "dry-delete"), dryRun: true })).toMatchObject({
      visible: false,
      readAfter: null,
    });
    expect(await read(configMaps, "dry-delete", "default")).toBeDefined();
    await expect(writers.delete({ object: ref("ConfigMap", "d"), dryRun: false })).rejects.toMatchObject({
      reason: "NotFound",
    });
  });

  it("should scale through the subresource, by id too, and show what a dry run would do", async () => {
    await create(knownResources.deployments, deployment("s"));
    const id = toObjectId({ cluster: "home", group: "apps", kind: "Deployment", namespace: "default", name: "s" });
    const dry = await writers.scale({ object: { id }, replicas: 9, dryRun: true });
    expect(dry.object as WorkloadRow).toMatchObject({ replicas: 9, source: "LIVE" });
    const payload = await writers.scale({ object: { id }, replicas: 3, dryRun: false });
    expect(payload).toMatchObject({
      visible: true,
      object: { __typename: "Deployment", replicas: 3, source: "CACHE" },
    });
    expect(
      (await read(knownResources.deployments, "s", "default")).metadata.managedFields?.find(
        ({ subresource }) => subresource === "scale",
      )?.manager,
    ).toBe("fleetgraph/scale");
    await expect(writers.scale({ object: ref("ConfigMap", "a"), replicas: 1, dryRun: false })).rejects.toMatchObject({
      message: expect.stringContaining("no scale subresource") as string,
    });
    await expect(writers.scale({ object: { id }, replicas: -1, dryRun: false })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
  });

  it("should label and unlabel", async () => {
    await create(configMaps, configMap("l", {}, { labels: { old: "1", keep: "1" } }));
    const object = ref("ConfigMap", "l");
    await writers.label({
      object,
      set: [
        { key: "new", value: "" },
        { key: "keep", value: "2" },
      ],
      remove: ["old", "absent"],
      dryRun: false,
    });
    expect((await read(configMaps, "l", "default")).metadata.labels).toEqual({ keep: "2", new: "" });
    await expect(writers.label({ object, set: [], remove: [], dryRun: false })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
    await expect(
      writers.label({ object, set: [{ key: "a", value: "1" }], remove: ["a"], dryRun: false }),
    ).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });

  it("should cordon and uncordon a node, and nothing else", async () => {
    await create(knownResources.nodes, node("n1"));
    const cordoned = await writers.setSchedulable({ object: ref("Node", "n1"), schedulable: false, dryRun: false });
    expect(cordoned.object).toMatchObject({ __typename: "ClusterNode", schedulable: false });
    const uncordoned = await writers.setSchedulable({ object: ref("Node", "n1"), schedulable: true, dryRun: false });
    expect(uncordoned.object).toMatchObject({ schedulable: true });
    await expect(
      writers.setSchedulable({ object: ref("ConfigMap", "a"), schedulable: true, dryRun: false }),
    ).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });

  it("should restart once for one key, and each time without", async () => {
    await create(knownResources.deployments, deployment("r"));
    const object = ref("Deployment", "r", "apps/v1");
    const generation = async () => (await read(knownResources.deployments, "r", "default")).metadata.generation!;
    await writers.restart({ object, idempotencyKey: "today", dryRun: false });
    const once = await generation();
    expect(await writers.restart({ object, idempotencyKey: "today", dryRun: false })).toMatchObject({ visible: true });
    expect(await generation()).toBe(once);
    const stored = (await read(knownResources.deployments, "r", "default"))["spec"] as {
      template: { metadata: { annotations: unknown } };
    };
    expect(stored.template.metadata.annotations).toEqual({ [restartedAnnotation]: "today" });
    await writers.restart({ object, dryRun: false });
    await writers.restart({ object, dryRun: false });
    expect(await generation()).toBe(once + 2);
    await expect(writers.restart({ object, idempotencyKey: "x".repeat(64), dryRun: false })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
    await expect(writers.restart({ object: ref("ConfigMap", "a"), dryRun: false })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
  });

  it("should not write to a read-only cluster, naming the key to set", async () => {
    const object = { cluster: "sealed", apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a" };
    await expect(writers.delete({ object, dryRun: false })).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("write: true") as string,
    });
  });

  it.each([
    ["nothing", {}],
    ["half a key", { cluster: "home", kind: "ConfigMap", name: "a" }],
    ["id and key", { id: "x", cluster: "home" }],
    ["a strange id", { id: "x" }],
    ["the id of a cluster", { id: toObjectId({ cluster: "home" }) }],
  ])("should refuse an object named by %s", async (_name, object) => {
    await expect(writers.delete({ object, dryRun: false })).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

describe("readAfter", () => {
  const short = { ...defaultLimits, visibleMs: 20, readAfterMs: 60 };
  const list = async (readAfter: string | null, limits = defaultLimits): Promise<Connection<AnyRow>> =>
    createLoaders(fleet.options({ limits })).resources({ apiVersion: "v1", kind: "ConfigMap", readAfter });
  const find = (connection: Connection<AnyRow>, name: string) => connection.nodes().find((row) => row.name === name);

  it("should make a query wait for the write that the stream has not brought yet", async () => {
    gate.shut();
    const slow = createWriters(fleet.options({ limits: short }));
    try {
      const written = await slow.apply({ cluster: "home", manifest: configMap("late"), force: false, dryRun: false });
      expect(written).toMatchObject({ visible: false, object: { name: "late", source: "LIVE" } });
      expect(find(await list(null), "late")).toBeUndefined();
      await expect(list(written.readAfter, short)).rejects.toMatchObject({
        code: "CLUSTER_TIMEOUT",
        extensions: { cluster: "home", retryable: true },
      });
      const waiting = list(written.readAfter);
      gate.open();
      expect(find(await waiting, "late")).toMatchObject({ name: "late" });
    } finally {
      gate.open();
    }
  });

  it("should take the deletion of an object as seen when it is gone", async () => {
    await apply(configMap("brief"));
    gate.shut();
    try {
      const slow = createWriters(fleet.options({ limits: short }));
      const deleted = await slow.delete({ object: ref("ConfigMap", "brief"), dryRun: false });
      expect(deleted).toMatchObject({ visible: false, object: null });
      expect(find(await list(null), "brief")).toBeDefined();
      const waiting = list(deleted.readAfter);
      gate.open();
      expect(find(await waiting, "brief")).toBeUndefined();
    } finally {
      gate.open();
    }
  });

  it("should not wait for a write that something newer has overtaken", async () => {
    const first = await apply(configMap("twice", { k: "1" }));
    await apply(configMap("twice", { k: "2" }));
    const deleted = await writers.delete({ object: ref("ConfigMap", "twice"), dryRun: false });
    for (const { readAfter } of [first, deleted]) expect(find(await list(readAfter, short), "twice")).toBeUndefined();
  });

  it("should be refused where it is no token or of a cluster that is not there", async () => {
    await expect(list("garbage")).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    const foreign = Buffer.from(
      JSON.stringify([1, "gone", "", "v1", "pods", "Pod", true, "d", "n", "u", "1"]),
    ).toString("base64url");
    await expect(list(foreign)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

describe("can", () => {
  it("should ask the cluster", async () => {
    const loaders = createLoaders(fleet.options());
    expect(
      await loaders.can({ cluster: "home", verb: "patch", resource: "deployments.apps/scale", namespace: "default" }),
    ).toBe(true);
    await expect(loaders.can({ cluster: "nowhere", verb: "get", resource: "pods" })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
    });
  });
});
