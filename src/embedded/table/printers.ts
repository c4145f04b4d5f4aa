import type { KubeObject } from "../../kube/object.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import { formatAge, formatDuration } from "./age.ts";
import { nodeCells } from "./node-cells.ts";
import { podCells } from "./pod-cells.ts";
import { serviceCells } from "./service-cells.ts";

/** Cells of one row, in the order of the kind's columns. */
export type Printer = (object: KubeObject, now: number) => readonly unknown[];

function age(object: KubeObject, now: number): string {
  return formatAge(object.metadata.creationTimestamp, now);
}

function count(object: KubeObject, ...path: string[]): number {
  return Number(valueAt(object, ...path) ?? 0);
}

/** `a=b,c in (d)`, as kubectl shows a selector; "<none>" where it has nothing. */
export function formatSelector(selector: unknown): string {
  const labels = Object.entries(objectAt(selector, "matchLabels")).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = itemsAt(selector, "matchExpressions")
    .filter(isJsonObject)
    .map((one) => {
      const key = String(one["key"]);
      const values = itemsAt(one, "values").join(",");
      if (one["operator"] === "In") return `${key} in (${values})`;
      if (one["operator"] === "NotIn") return `${key} notin (${values})`;
      return one["operator"] === "Exists" ? key : `!${key}`;
    });
  const terms = [...labels, ...expressions].sort();
  return terms.length === 0 ? "<none>" : terms.join(",");
}

function containers(object: KubeObject, ...path: string[]): [names: string, images: string] {
  const all = itemsAt(object, ...path, "containers").filter(isJsonObject);
  return [all.map(({ name }) => String(name)).join(","), all.map(({ image }) => String(image)).join(",")];
}

const template = ["spec", "template", "spec"] as const;

function jobStatus(job: KubeObject): string {
  const has = (type: string): boolean =>
    itemsAt(job, "status", "conditions").some(
      (one) => isJsonObject(one) && one["type"] === type && one["status"] === "True",
    );
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (has("Suspended")) return "Suspended";
  return has("FailureTarget") ? "FailureTarget" : has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function jobCompletions(job: KubeObject): string {
  const done = count(job, "status", "succeeded");
  const wanted = valueAt(job, "spec", "completions");
  if (wanted !== undefined) return `${done}/${String(wanted)}`;
  const parallel = count(job, "spec", "parallelism");
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const start = valueAt(job, "status", "startTime");
  if (typeof start !== "string") return "";
  const end = valueAt(job, "status", "completionTime");
  return formatDuration((typeof end === "string" ? Date.parse(end) : now) - Date.parse(start));
}

function quotaCells(object: KubeObject, now: number): readonly unknown[] {
  const used = objectAt(object, "status", "used");
  const hard = Object.entries(objectAt(object, "status", "hard")).sort(([a], [b]) => (a < b ? -1 : 1));
  const show = (wanted: (name: string) => boolean): string =>
    hard.filter(([name]) => wanted(name)).map(([name, limit]) => `${name}: ${String(used[name] ?? 0)}/${String(limit)}`).join(", "); // prettier-ignore
  const isLimit = (name: string): boolean => name.startsWith("limits.");
  return [object.metadata.name, show((name) => !isLimit(name)), show(isLimit), age(object, now)];
}

function bindingCells(object: KubeObject, now: number): readonly unknown[] {
  const role = objectAt(object, "roleRef");
  const subjects = itemsAt(object, "subjects").filter(isJsonObject);
  const of = (kind: string): string =>
    subjects
      .filter((subject) => subject["kind"] === kind)
      .map(({ namespace, name }) => (kind === "ServiceAccount" ? `${String(namespace)}/${String(name)}` : String(name)))
      .join(", ");
  const users = [of("User"), of("Group"), of("ServiceAccount")];
  return [object.metadata.name, `${String(role["kind"])}/${String(role["name"])}`, age(object, now), ...users];
}

function eventCells(event: KubeObject, now: number): readonly unknown[] {
  const last =
    valueAt(event, "series", "lastObservedTime") ?? valueAt(event, "lastTimestamp") ?? valueAt(event, "eventTime");
  const first = valueAt(event, "firstTimestamp") ?? valueAt(event, "eventTime");
  const object = objectAt(event, "involvedObject");
  const target = `${String(object["kind"] ?? "").toLowerCase()}/${String(object["name"] ?? "")}`;
  const component = String(valueAt(event, "source", "component") ?? valueAt(event, "reportingComponent") ?? "");
  const host = valueAt(event, "source", "host");
  const times = Number(valueAt(event, "series", "count") ?? valueAt(event, "count") ?? 1) || 1;
  return [
    formatAge(last ?? first, now),
    event["type"] ?? "",
    event["reason"] ?? "",
    target,
    object["fieldPath"] ?? "",
    host === undefined ? component : `${component}, ${String(host)}`,
    String(event["message"] ?? "").trim(),
    formatAge(first, now),
    times,
    event.metadata.name,
  ];
}

function endpointSliceCells(slice: KubeObject, now: number): readonly unknown[] {
  const ports = itemsAt(slice, "ports")
    .filter(isJsonObject)
    .map(({ port }) => String(port ?? "*"));
  const addresses = itemsAt(slice, "endpoints").flatMap((endpoint) => itemsAt(endpoint, "addresses").map(String));
  const short = (list: readonly string[]): string => {
    if (list.length === 0) return "<unset>";
    return list.length > 3 ? `${list.slice(0, 3).join(",")} + ${list.length - 3} more...` : list.join(",");
  };
  return [slice.metadata.name, slice["addressType"] ?? "", short(ports), short(addresses), age(slice, now)];
}

/** By storage name: what kubectl shows for the kinds that are served. */
export const printers: Readonly<Record<string, Printer>> = {
  pods: podCells,
  nodes: nodeCells,
  services: serviceCells,
  events: eventCells,
  resourcequotas: quotaCells,
  namespaces: (object, now) => [object.metadata.name, valueAt(object, "status", "phase") ?? "", age(object, now)],
  configmaps: (object, now) => {
    const keys = Object.keys(objectAt(object, "data")).length + Object.keys(objectAt(object, "binaryData")).length;
    return [object.metadata.name, keys, age(object, now)];
  },
  secrets: (object, now) => [
    object.metadata.name,
    object["type"] ?? "",
    Object.keys(objectAt(object, "data")).length,
    age(object, now),
  ],
  serviceaccounts: (object, now) => [object.metadata.name, itemsAt(object, "secrets").length, age(object, now)],
  "deployments.apps": (object, now) => [
    object.metadata.name,
    `${count(object, "status", "readyReplicas")}/${count(object, "spec", "replicas")}`,
    count(object, "status", "updatedReplicas"),
    count(object, "status", "availableReplicas"),
    age(object, now),
    ...containers(object, ...template),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
  "replicasets.apps": (object, now) => [
    object.metadata.name,
    count(object, "spec", "replicas"),
    count(object, "status", "replicas"),
    count(object, "status", "readyReplicas"),
    age(object, now),
    ...containers(object, ...template),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
  "statefulsets.apps": (object, now) => [
    object.metadata.name,
    `${count(object, "status", "readyReplicas")}/${count(object, "spec", "replicas")}`,
    age(object, now),
    ...containers(object, ...template),
  ],
  "daemonsets.apps": (object, now) => [
    object.metadata.name,
    count(object, "status", "desiredNumberScheduled"),
    count(object, "status", "currentNumberScheduled"),
    count(object, "status", "numberReady"),
    count(object, "status", "updatedNumberScheduled"),
    count(object, "status", "numberAvailable"),
    Object.entries(objectAt(object, ...template, "nodeSelector")).map(([key, value]) => `${key}=${String(value)}`).join(",") || "<none>", // prettier-ignore
    age(object, now),
    ...containers(object, ...template),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
  "jobs.batch": (object, now) => [
    object.metadata.name,
    jobStatus(object),
    jobCompletions(object),
    jobDuration(object, now),
    age(object, now),
    ...containers(object, ...template),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
  "cronjobs.batch": (object, now) => {
    const last = valueAt(object, "status", "lastScheduleTime");
    return [
      object.metadata.name,
      valueAt(object, "spec", "schedule") ?? "",
      valueAt(object, "spec", "timeZone") ?? "<none>",
      valueAt(object, "spec", "suspend") === true ? "True" : "False",
      itemsAt(object, "status", "active").length,
      last === undefined ? "<none>" : formatAge(last, now),
      age(object, now),
      ...containers(object, "spec", "jobTemplate", ...template),
      formatSelector(valueAt(object, "spec", "jobTemplate", "spec", "selector")),
    ];
  },
  "leases.coordination.k8s.io": (object, now) => [
    object.metadata.name,
    valueAt(object, "spec", "holderIdentity") ?? "",
    age(object, now),
  ],
  "endpointslices.discovery.k8s.io": endpointSliceCells,
  "roles.rbac.authorization.k8s.io": (object) => [object.metadata.name, object.metadata.creationTimestamp ?? ""],
  "clusterroles.rbac.authorization.k8s.io": (object) => [object.metadata.name, object.metadata.creationTimestamp ?? ""],
  "rolebindings.rbac.authorization.k8s.io": bindingCells,
  "clusterrolebindings.rbac.authorization.k8s.io": bindingCells,
  "customresourcedefinitions.apiextensions.k8s.io": (object) => [
    object.metadata.name,
    object.metadata.creationTimestamp ?? "",
  ],
};
