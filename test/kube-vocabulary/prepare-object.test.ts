import { describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { prepareObject } from "../../src/kube/prepare-object.ts";

const secrets = { group: "", version: "v1", plural: "secrets", kind: "Secret", namespaced: true };
const metadata = { name: "a", namespace: "x", uid: "u", resourceVersion: "1" };

describe("prepareObject", () => {
  it("should fill in the apiVersion and kind that items of a list lack", () => {
    const prepared = prepareObject({ metadata, spec: { replicas: 1 } }, knownResources.deployments);
    expect(prepared?.object).toEqual({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 1 } });
  });

  it("should drop managedFields and the last-applied annotation and keep the other annotations", () => {
    const given = {
      ...metadata,
      managedFields: [{ manager: "kubectl", operation: "Apply" }],
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", note: "kept" },
    };
    const prepared = prepareObject({ metadata: given }, knownResources.pods);
    expect(prepared?.object.metadata).toEqual({ ...metadata, annotations: { note: "kept" } });
    expect(given.annotations).toHaveProperty(["kubectl.kubernetes.io/last-applied-configuration"]);
  });

  it("should replace the values of a Secret by null and keep its keys", () => {
    const prepared = prepareObject(
      { metadata, type: "Opaque", data: { token: "c2VjcmV0" }, stringData: { plain: "secret" } },
      secrets,
    );
    expect(prepared?.object).toMatchObject({ type: "Opaque", data: { token: null }, stringData: { plain: null } });
    expect(JSON.stringify(prepared)).not.toMatch(/c2VjcmV0|"secret"/);
  });

  it("should tell the last manager of each label, the later entry of the same second", () => {
    const entry = (manager: string, time: string | undefined, ...keys: string[]) => ({
      manager,
      operation: "Update",
      time,
      fieldsType: "FieldsV1",
      fieldsV1: {
        "f:metadata": { "f:labels": { ".": {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) } },
      },
    });
    const managedFields = [
      entry("new", "2026-11-21T00:00:02Z", "a", "b"),
      entry("old", "2026-11-21T00:00:01Z", "a", "c"),
      entry("twin", "2026-11-21T00:00:02Z", "b"),
      entry("timeless", undefined, "c", "d"),
    ];
    const node = { metadata: { ...metadata, managedFields } };
    expect(prepareObject(node, knownResources.nodes)?.labelManagers).toEqual({
      a: "new",
      b: "twin",
      c: "old",
      d: "timeless",
    });
    expect(prepareObject(node, knownResources.pods)?.labelManagers).toEqual({});
  });

  it("should keep the very object where nothing has to be added or taken out", () => {
    const whole = { apiVersion: "v1", kind: "Pod", metadata, spec: {} };
    expect(prepareObject(whole, knownResources.pods)).toMatchObject({ isAsItCame: true });
    expect(prepareObject(whole, knownResources.pods)?.object).toBe(whole);
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    for (const other of [
      { ...whole, kind: undefined },
      { ...whole, metadata: { ...metadata, managedFields: [] } },
      { ...whole, metadata: { ...metadata, annotations } },
    ])
      expect(prepareObject(other, knownResources.pods)).toMatchObject({ isAsItCame: false });
    expect(prepareObject({ ...whole, kind: "Secret" }, secrets)).toMatchObject({ isAsItCame: false });
  });

  it.each([
    ["no object", null],
    ["a list", []],
    ["a Status without metadata", { kind: "Status", code: 410 }],
    ["another kind", { kind: "Service", metadata }],
    ["metadata that is none", { metadata: "a" }],
    ["no name", { metadata: { ...metadata, name: undefined } }],
    ["an empty name", { metadata: { ...metadata, name: "" } }],
    ["no uid", { metadata: { ...metadata, uid: undefined } }],
    ["no resourceVersion", { metadata: { ...metadata, resourceVersion: undefined } }],
    ["a resourceVersion that is a number", { metadata: { ...metadata, resourceVersion: 1 } }],
    ["no namespace where there must be one", { metadata: { ...metadata, namespace: undefined } }],
    ["labels that are a list", { metadata: { ...metadata, labels: ["a"] } }],
    ["a label that is a number", { metadata: { ...metadata, labels: { a: 1 } } }],
    ["annotations that are a text", { metadata: { ...metadata, annotations: "a" } }],
    ["a creation time that is none", { metadata: { ...metadata, creationTimestamp: "yesterday" } }],
    ["a deletion time that is none", { metadata: { ...metadata, deletionTimestamp: "2026-13-40T00:00:00Z" } }],
    ["a generation that is a text", { metadata: { ...metadata, generation: "1" } }],
    [
      "an owner without uid",
      { metadata: { ...metadata, ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n" }] } },
    ],
    ["a finalizer that is a number", { metadata: { ...metadata, finalizers: [1] } }],
  ])("should refuse %s", (_what, value) => {
    expect(prepareObject(value, knownResources.pods)).toBeUndefined();
  });

  it("should take null metadata fields for absent, as Go writes them", () => {
    const given = { ...metadata, labels: null, annotations: null, creationTimestamp: null, managedFields: null };
    expect(prepareObject({ metadata: given }, knownResources.pods)).toBeDefined();
  });
});
