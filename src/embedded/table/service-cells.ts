import type { KubeObject } from "../../kube/object.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import { formatAge } from "./age.ts";

function toExternalIp(service: KubeObject): string {
  const external = itemsAt(service, "spec", "externalIPs").map(String);
  switch (valueAt(service, "spec", "type")) {
    case "ExternalName":
      return String(valueAt(service, "spec", "externalName") ?? "<none>");
    case "LoadBalancer": {
      const ingress = itemsAt(service, "status", "loadBalancer", "ingress").filter(isJsonObject);
      const addresses = [...ingress.map(({ ip, hostname }) => String(ip ?? hostname)), ...external];
      return addresses.length === 0 ? "<pending>" : addresses.join(",");
    }
    default:
      return external.length === 0 ? "<none>" : external.join(",");
  }
}

function toPorts(service: KubeObject): string {
  const ports = itemsAt(service, "spec", "ports").filter(isJsonObject);
  const texts = ports.map(({ port, nodePort, protocol }) => {
    const node = nodePort === undefined || nodePort === 0 ? "" : `:${String(nodePort)}`;
    return `${String(port)}${node}/${String(protocol)}`;
  });
  return texts.length === 0 ? "<none>" : texts.join(",");
}

/** NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR: kubectl's row of a service. */
export function serviceCells(service: KubeObject, now: number): readonly unknown[] {
  const selector = Object.entries(objectAt(service, "spec", "selector")).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  return [
    service.metadata.name,
    valueAt(service, "spec", "type") ?? "",
    valueAt(service, "spec", "clusterIP") || "<none>",
    toExternalIp(service),
    toPorts(service),
    formatAge(service.metadata.creationTimestamp, now),
    selector.length === 0 ? "<none>" : selector.sort().join(","),
  ];
}
