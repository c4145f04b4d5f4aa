import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createInterner } from "../../../src/kube/interner.ts";
import { createTextBody } from "../../../src/kube/json-body.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { prepareObject } from "../../../src/kube/prepare-object.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import { rowOf } from "./row-of.ts";
import type { EventRow, ServiceRow } from "../../../src/kube/rows/row.ts";

const regarding = { apiVersion: "v1", kind: "Node", name: "n", uid: "nu" };

describe("toRow", () => {
  it("should give a kind without a type of its own a generic row", () => {
    const widgets = { group: "example.com", version: "v1", plural: "widgets", kind: "Widget", namespaced: false };
    expect(rowOf(widgets, { metadata: { generation: 3 } })).toMatchObject({
      __typename: "GenericResource",
      resource: "widgets.example.com",
      apiVersion: "example.com/v1",
      clusterName: "home",
      namespace: null,
      generation: 3,
      observedAtMs: 1,
      source: "LIVE",
    });
  });

  it("should put the controlling owner first", () => {
    const owner = (name: string, controller?: boolean) => ({
      apiVersion: "v1",
      kind: "Node",
      name,
      uid: name,
      controller,
    });
    const { ownerRefs } = rowOf(knownResources.pods, { metadata: { ownerReferences: [owner("a"), owner("b", true)] } });
    expect(ownerRefs.map(({ name, controller }) => [name, controller])).toEqual([["b", true], ["a", false]]); // prettier-ignore
  });

  it("should keep the whole object in the body", () => {
    const row = rowOf(knownResources.pods, { spec: { any: [1, { thing: null }] } });
    expect(row.body.parse()).toMatchObject({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { any: [1, { thing: null }] },
    });
    expect(row.body.byteLength).toBe(Buffer.byteLength(row.body.text()));
  });

  it("should say when stored bytes are damaged", () => {
    for (const text of ["{", "[]", '{"metadata":1}']) {
      expect(() => createTextBody(text).parse()).toThrow(expect.objectContaining({ reason: "MalformedResponse" }));
    }
  });

  it("should share equal texts and label maps through an interner", () => {
    const interner = createInterner();
    const rowWith = (name: string) => {
      const value = { metadata: { name, namespace: "x", uid: name, resourceVersion: "1", labels: { b: "1", a: "2" } } };
      const { object, labelManagers } = prepareObject(value, knownResources.pods)!;
      return toRow(knownResources.pods, "home", object, { observedAtMs: 0, source: "LIVE", labelManagers, interner });
    };
    const { labelMap } = rowWith("one");
    expect(rowWith("two").labelMap).toBe(labelMap);
    expect(Object.keys(labelMap)).toEqual(["a", "b"]);
    expect(Object.isFrozen(labelMap)).toBe(true);
    expect(labelMap["constructor"]).toBeUndefined();
  });

  it("should give the same row whatever others were made before of the same parts, and write into none", () => {
    const interner = createInterner();
    const resources = fc.constantFrom<unknown>(
      ...[undefined, 1, "#1", {}, [], { requests: { cpu: "1" } }, { requests: { cpu: "2" }, limits: { cpu: "3" } }, { limits: { cpu: 1 } }].map(frozen), // prettier-ignore
    );
    const name = fc.constantFrom("a", "b", "#1");
    const container = fc.record({ name, resources, image: name, restartPolicy: fc.constantFrom(undefined, "Always") });
    const reported = fc.record({ name, resources, allocatedResources: resources, ready: fc.boolean(), restartCount: fc.constantFrom(0, 1, 10) }); // prettier-ignore
    const spec = fc.record({ containers: fc.array(container, { maxLength: 3 }), initContainers: fc.array(container, { maxLength: 2 }), overhead: resources, resources }); // prettier-ignore
    const status = fc.record({ phase: fc.constantFrom("Running", "Failed"), containerStatuses: fc.array(reported, { maxLength: 3 }), initContainerStatuses: fc.array(reported, { maxLength: 2 }), podIP: fc.constantFrom(undefined, "::1"), podIPs: fc.constantFrom(undefined, [{ ip: "::1" }], [{ ip: "::2" }], [{ ip: "::1" }, { ip: "::2" }]) }); // prettier-ignore
    fc.assert(
      fc.property(spec, status, (specOf, statusOf) => {
        const metadata = { name: "a", namespace: "x", uid: "u", resourceVersion: "1", labels: { app: "a" } };
        const value = frozen({ metadata, spec: specOf, status: statusOf });
        const { object, labelManagers } = prepareObject(value, knownResources.pods)!;
        const options = { observedAtMs: 0, source: "LIVE", labelManagers, json: "{}" } as const;
        const row = toRow(knownResources.pods, "home", object, { ...options, interner });
        expect(row).toEqual(toRow(knownResources.pods, "home", object, options));
      }),
      { numRuns: 500 },
    );
  });

  it("should never throw, whatever the API server sends below metadata", () => {
    const resources = Object.values(knownResources);
    fc.assert(
      fc.property(fc.constantFrom(...resources), fc.jsonValue(), fc.jsonValue(), (resource, spec, status) => {
        expect(rowOf(resource, { spec, status }).name).toBe("a");
      }),
    );
  });
});

describe("an event's row", () => {
  it.each<[string, Readonly<Record<string, unknown>>, Partial<EventRow>]>([
    [
      "core/v1",
      {
        involvedObject: regarding,
        type: "Warning",
        reason: "BackOff",
        message: "m",
        source: { component: "kubelet" },
        count: 3,
        firstTimestamp: "2026-11-20T00:00:00Z",
        lastTimestamp: "2026-11-20T01:00:00Z",
      },
      {
        type: "Warning",
        reason: "BackOff",
        message: "m",
        count: 3,
        firstSeenAt: "2026-11-20T00:00:00Z",
        lastSeenAt: "2026-11-20T01:00:00Z",
        reportingController: "kubelet",
      },
    ],
    [
      "events.k8s.io/v1",
      {
        regarding,
        type: "Normal",
        reason: "Scheduled",
        note: "m",
        reportingController: "scheduler",
        action: "Binding",
        eventTime: "2026-11-20T00:00:00.123456Z",
        deprecatedCount: 0,
      },
      {
        message: "m",
        count: 1,
        action: "Binding",
        firstSeenAt: "2026-11-20T00:00:00.123456Z",
        lastSeenAt: "2026-11-20T00:00:00.123456Z",
        reportingController: "scheduler",
      },
    ],
    [
      "a series",
      {
        involvedObject: regarding,
        eventTime: "2026-11-20T00:00:00Z",
        count: 1,
        lastTimestamp: "2026-11-20T00:30:00Z",
        series: { count: 9, lastObservedTime: "2026-11-20T02:00:00Z" },
      },
      { count: 9, lastSeenAt: "2026-11-20T02:00:00Z" },
    ],
    [
      "nothing but what it is about",
      { involvedObject: regarding },
      {
        type: "Normal",
        reason: "",
        message: "",
        count: 1,
        firstSeenAt: null,
        lastSeenAt: null,
        action: null,
        reportingController: null,
      },
    ],
  ])("should be read from %s", (_what, fields, expected) => {
    const row = rowOf<EventRow>(knownResources.events, fields);
    expect(row).toMatchObject({ apiVersion: "v1", ...expected, regardingRef: { ...regarding, namespace: null } });
  });

  it("should be one and the same kind under either group", () => {
    const events = { group: "events.k8s.io", version: "v1", plural: "events", kind: "Event", namespaced: true };
    expect(rowOf(events, { regarding })).toMatchObject({ __typename: "Event", apiVersion: "v1", resource: "events" });
  });
});

describe("a service's row", () => {
  it("should have type and selector, with Kubernetes' default", () => {
    expect(rowOf<ServiceRow>(knownResources.services, { spec: { selector: { app: "web" } } })).toMatchObject({
      type: "ClusterIP",
      selectorMap: { app: "web" },
    });
    expect(rowOf<ServiceRow>(knownResources.services, { spec: { type: "ExternalName" } })).toMatchObject({
      type: "ExternalName",
      selectorMap: {},
    });
  });
});

function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part as unknown);
  return Object.freeze(value);
}
