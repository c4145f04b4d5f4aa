import type { ResourceId } from "./resource-id.ts";

const involvedObject = ["apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion", "uid"];

/** What API servers take besides metadata.*, by resource name; asked of kube-apiserver 1.34.4 field by field. */
const ownFields: Readonly<Record<string, readonly string[]>> = {
  pods: [
    "spec.host",
    "spec.hostNetwork",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.nominatedNodeName",
    "status.phase",
    "status.podIP",
    "status.podIPs",
  ],
  nodes: ["spec.unschedulable"],
  namespaces: ["status.phase"],
  services: ["spec.clusterIP", "spec.type"],
  secrets: ["type"],
  replicationcontrollers: ["status.replicas"],
  events: [
    ...involvedObject.map((field) => `involvedObject.${field}`),
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "events.events.k8s.io": [
    ...involvedObject.map((field) => `regarding.${field}`),
    "reason",
    "reportingController",
    "type",
  ],
  "jobs.batch": ["status.successful"],
  "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
  "resourceslices.resource.k8s.io": ["spec.driver", "spec.nodeName"],
};

/** Groups that the API server itself serves. Of their cluster-scoped kinds all but these take metadata.namespace, which is then empty. */
const builtInGroups: ReadonlySet<string> = new Set([
  "",
  "apps",
  "autoscaling",
  "batch",
  "policy",
  ...[
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
  ].map((group) => `${group}.k8s.io`),
]);
const withoutNamespace: ReadonlySet<string> = new Set([
  "nodes",
  "namespaces",
  "certificatesigningrequests.certificates.k8s.io",
  "resourceslices.resource.k8s.io",
]);

/**
 * The fields that a field selector of this resource may name, ordered. `declared` are the selectableFields of a custom resource's definition
 * (KEP-4358), with or without the leading dot that jsonPath has.
 */
export function toSelectableFields(
  resource: Pick<ResourceId, "group" | "plural" | "namespaced">,
  declared: readonly string[] = [],
): readonly string[] {
  const name = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  const hasNamespace = resource.namespaced || (builtInGroups.has(resource.group) && !withoutNamespace.has(name));
  const own = Object.hasOwn(ownFields, name) ? ownFields[name]! : [];
  const custom = declared.map((path) => path.replace(/^\./, ""));
  return ["metadata.name", ...(hasNamespace ? ["metadata.namespace"] : []), ...own, ...custom].sort();
}
