import type { KubeObject } from "../../kube/object.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import { formatAge } from "./age.ts";

const rolePrefix = "node-role.kubernetes.io/";

function toRoles(node: KubeObject): string {
  const labels = Object.entries(node.metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.length > rolePrefix.length ? [key.slice(rolePrefix.length)] : [];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return roles.length === 0 ? "<none>" : [...new Set(roles)].sort().join(",");
}

function toStatus(node: KubeObject): string {
  const ready = itemsAt(node, "status", "conditions")
    .filter(isJsonObject)
    .find((one) => one["type"] === "Ready");
  const parts = [ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady"];
  if (valueAt(node, "spec", "unschedulable") === true) parts.push("SchedulingDisabled");
  return parts.join(",");
}

function toAddress(node: KubeObject, type: string): string {
  const found = itemsAt(node, "status", "addresses")
    .filter(isJsonObject)
    .find((one) => one["type"] === type);
  return String(found?.["address"] ?? "<none>");
}

/** NAME STATUS ROLES AGE VERSION, and with `-o wide` addresses and software: kubectl's row of a node. */
export function nodeCells(node: KubeObject, now: number): readonly unknown[] {
  const info = objectAt(node, "status", "nodeInfo");
  const known = (field: string): string => String(info[field] || "<unknown>");
  return [
    node.metadata.name,
    toStatus(node),
    toRoles(node),
    formatAge(node.metadata.creationTimestamp, now),
    String(info["kubeletVersion"] ?? ""),
    toAddress(node, "InternalIP"),
    toAddress(node, "ExternalIP"),
    known("osImage"),
    known("kernelVersion"),
    known("containerRuntimeVersion"),
  ];
}
