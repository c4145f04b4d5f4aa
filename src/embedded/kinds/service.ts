import type { ApiContext } from "../api-context.ts";
import type { KubeObject } from "../../kube/object.ts";
import { ensureObject, isJsonObject, itemsAt, valueAt } from "../json-value.ts";
import type { Draft, JsonObject } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { badRequest } from "../status-error.ts";
import type { StatusCause } from "../status-error.ts";
import { fill } from "./pod-spec-defaults.ts";
import { required } from "./validate-pod-spec.ts";

/** Node ports as the real server's default range has them. */
const nodePorts = { first: 30_000, last: 32_767 } as const;

function usedBy(context: ApiContext, read: (service: KubeObject) => readonly unknown[]): Set<unknown> {
  return new Set(context.store.list("services", "").flatMap(read));
}

function clusterIpsOf(service: KubeObject): readonly unknown[] {
  return [valueAt(service, "spec", "clusterIP"), ...itemsAt(service, "spec", "clusterIPs")];
}

function nodePortsOf(service: KubeObject): readonly unknown[] {
  return itemsAt(service, "spec", "ports").map((port) => valueAt(port, "nodePort"));
}

/** A free address of 10.96.0.0/12; .0.1 is the API server's own and .0.10 usually the DNS's. */
function allocateClusterIp(context: ApiContext): string {
  const used = usedBy(context, clusterIpsOf);
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const number = 256 + Math.floor(context.random() * (2 ** 20 - 512));
    const address = `10.${96 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
    if (!used.has(address)) return address;
  }
  throw badRequest("the range of cluster IPs is full");
}

function allocateNodePort(context: ApiContext, taken: Set<unknown>): number {
  const used = usedBy(context, nodePortsOf);
  const span = nodePorts.last - nodePorts.first + 1;
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const port = nodePorts.first + Math.floor(context.random() * span);
    if (!used.has(port) && !taken.has(port)) return port;
  }
  throw badRequest("the range of node ports is full");
}

function hasNodePorts(spec: JsonObject): boolean {
  return (
    spec["type"] === "NodePort" || (spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false)
  );
}

function allocate(draft: Draft, context: ApiContext): void {
  const spec = ensureObject(draft, "spec");
  if (spec["type"] === "ExternalName") return;
  if (spec["clusterIP"] === undefined || spec["clusterIP"] === "") spec["clusterIP"] = allocateClusterIp(context);
  fill(spec, { clusterIPs: [spec["clusterIP"]], ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" });
  if (!hasNodePorts(spec)) return;
  const taken = new Set<unknown>();
  for (const port of itemsAt(spec, "ports").filter(isJsonObject)) {
    port["nodePort"] ||= allocateNodePort(context, taken);
    taken.add(port["nodePort"]);
  }
}

function setDefaults(draft: Draft): void {
  const spec = ensureObject(draft, "spec");
  fill(spec, { type: "ClusterIP", sessionAffinity: "None" });
  for (const port of itemsAt(spec, "ports").filter(isJsonObject))
    fill(port, { protocol: "TCP", targetPort: port["port"] });
  if (spec["type"] === "ExternalName") return;
  fill(spec, { internalTrafficPolicy: "Cluster" });
  if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") fill(spec, { externalTrafficPolicy: "Cluster" });
  if (spec["type"] === "LoadBalancer") fill(spec, { allocateLoadBalancerNodePorts: true });
}

function validate(draft: Draft, old: KubeObject | undefined): readonly StatusCause[] {
  const spec = ensureObject(draft, "spec");
  const causes: StatusCause[] = [];
  const ports = itemsAt(spec, "ports").filter(isJsonObject);
  if (spec["type"] !== "ExternalName" && spec["clusterIP"] !== "None" && ports.length === 0) {
    causes.push(required("spec.ports"));
  }
  ports.forEach((port, index) => {
    const number = port["port"];
    if (typeof number !== "number" || number < 1 || number > 65_535) {
      const message = `Invalid value: ${JSON.stringify(number ?? 0)}: must be between 1 and 65535, inclusive`;
      causes.push({ reason: "FieldValueInvalid", message, field: `spec.ports[${index}].port` });
    }
    if (ports.length > 1 && (port["name"] === undefined || port["name"] === ""))
      causes.push(required(`spec.ports[${index}].name`));
  });
  const before = valueAt(old, "spec", "clusterIP");
  if (before !== undefined && before !== "" && spec["type"] !== "ExternalName" && spec["clusterIP"] !== before) {
    const message = `Invalid value: ${JSON.stringify([spec["clusterIP"]])}: may not change once set`;
    causes.push({ reason: "FieldValueInvalid", message, field: "spec.clusterIPs[0]" });
  }
  return causes;
}

/** Service: addresses and node ports come from the server. */
export const serviceBehaviour: KindBehaviour = {
  nameRule: "label1035",
  returnsDeleted: true,
  selectable: {
    "spec.clusterIP": (object) => String(valueAt(object, "spec", "clusterIP") ?? ""),
    "spec.type": (object) => String(valueAt(object, "spec", "type") ?? ""),
  },
  setDefaults,
  prepareCreate(draft, context) {
    draft["status"] = { loadBalancer: {} };
    allocate(draft, context);
  },
  prepareUpdate(draft, old, context) {
    const spec = ensureObject(draft, "spec");
    if (spec["type"] !== "ExternalName") {
      for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) {
        const kept = valueAt(old, "spec", field);
        if (spec[field] === undefined && kept !== undefined) spec[field] = kept;
      }
      const before = itemsAt(old, "spec", "ports").filter(isJsonObject);
      for (const port of itemsAt(spec, "ports").filter(isJsonObject)) {
        const same = before.find((one) => one["port"] === port["port"] && one["protocol"] === port["protocol"]);
        if (hasNodePorts(spec) && port["nodePort"] === undefined && same?.["nodePort"] !== undefined) port["nodePort"] = same["nodePort"]; // prettier-ignore
      }
    }
    allocate(draft, context);
  },
  validate,
};
