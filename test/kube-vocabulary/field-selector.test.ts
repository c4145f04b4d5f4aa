import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/kube/api-error.ts";
import { matchesFields, parseFieldSelector } from "../../src/kube/field-selector.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { rowOf } from "./rows/row-of.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";

const widgets: ResourceId = {
  group: "example.com",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  namespaced: true,
};
const clusterWidgets: ResourceId = { ...widgets, namespaced: false };

describe("matchesFields", () => {
  it.each<[ResourceId, Readonly<Record<string, unknown>>, string, boolean]>([
    [knownResources.pods, {}, "metadata.name=a,metadata.namespace=x", true],
    [knownResources.pods, {}, "metadata.namespace!=x", false],
    [knownResources.pods, { status: { phase: "Running" } }, "status.phase!=Running", false],
    [knownResources.pods, { spec: { nodeName: "n" } }, "spec.nodeName=n", true],
    [knownResources.pods, {}, "spec.nodeName=", true],
    [knownResources.pods, {}, "spec.hostNetwork=false", true],
    [knownResources.pods, { spec: { hostNetwork: true } }, "spec.hostNetwork=true", true],
    [knownResources.pods, { spec: { restartPolicy: "Never" } }, "spec.restartPolicy==Never", true],
    [knownResources.nodes, {}, "spec.unschedulable=false", true],
    [knownResources.nodes, { spec: { unschedulable: true } }, "spec.unschedulable=true", true],
    [knownResources.namespaces, { status: { phase: "Terminating" } }, "status.phase=Terminating", true],
    [knownResources.services, { spec: { clusterIP: "None" } }, "spec.clusterIP=None,spec.type=ClusterIP", true],
    [knownResources.jobs, { status: { succeeded: 3 } }, "status.successful=3", true],
    [knownResources.jobs, {}, "status.successful=0", true],
    [
      knownResources.events,
      { involvedObject: { kind: "Pod", name: "p" } },
      "involvedObject.kind=Pod,involvedObject.name=p",
      true,
    ],
    [knownResources.events, { source: { component: "kubelet" } }, "source=kubelet,reportingComponent=", true],
    [knownResources.events, { reportingComponent: "scheduler" }, "source=scheduler,reportingComponent=scheduler", true],
    [knownResources.events, { reason: "Killing", type: "Normal" }, "reason=Killing,type!=Warning", true],
    [knownResources.deployments, {}, "metadata.name!=a", false],
    [knownResources.pods, {}, ",,", true],
  ])("should apply to %o with %j: %s", (resource, fields, text, selected) => {
    expect(matchesFields(parseFieldSelector(text, resource), rowOf(resource, fields))).toBe(selected);
  });

  it("should read a custom resource's selectableFields from the body", () => {
    const selector = parseFieldSelector("spec.color=red,spec.size=3", widgets, [".spec.color", ".spec.size"]);
    expect(matchesFields(selector, rowOf(widgets, { spec: { color: "red", size: 3 } }))).toBe(true);
    expect(matchesFields(selector, rowOf(widgets, {}))).toBe(false);
  });

  it("should undo backslashes", () => {
    const selector = parseFieldSelector(String.raw`metadata.name=a\,b\=c\\d`, knownResources.pods);
    expect(selector).toEqual([{ field: "metadata.name", operator: "=", value: String.raw`a,b=c\d` }]);
  });
});

describe("parseFieldSelector", () => {
  it.each<[ResourceId, string, string]>([
    [knownResources.pods, "spec.priority=1", "pods can be selected by metadata.name, metadata.namespace, spec.host,"],
    [knownResources.pods, "metadata.uid=1", 'not by "metadata.uid"'],
    [knownResources.pods, "metadata.name = a", 'not by "metadata.name "'],
    [knownResources.pods, "metadata.name", "has no =, == or !="],
    [knownResources.pods, "metadata.name=a=b", 'is written "\\\\="'],
    [knownResources.pods, String.raw`metadata.name=a\b`, "a backslash stands only before"],
    [knownResources.nodes, "metadata.namespace=a", "nodes can be selected by metadata.name, spec.unschedulable, but"],
    [
      knownResources.deployments,
      "status.replicas=1",
      "deployments.apps can be selected by metadata.name, metadata.namespace, but",
    ],
    [
      knownResources.replicasets,
      "status.replicas=1",
      "replicasets.apps can be selected by metadata.name, metadata.namespace, but",
    ],
    [clusterWidgets, "metadata.namespace=a", "widgets.example.com can be selected by metadata.name, but"],
  ])("should refuse for %o: %s", (resource, text, message) => {
    try {
      parseFieldSelector(text, resource);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringContaining(message) });
    }
  });
});
