import { isJsonObject, itemsAt, objectAt } from "../json-value.ts";

function isZero(quantity: unknown): boolean {
  return /^0+(\.0*)?[A-Za-z]*$/.test(String(quantity));
}

/** status.qosClass by the rules of the documentation's "Pod Quality of Service Classes". */
export function toQosClass(spec: unknown): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = [...itemsAt(spec, "containers"), ...itemsAt(spec, "initContainers")].filter(isJsonObject);
  let any = false;
  let guaranteed = containers.length > 0;
  for (const container of containers) {
    const requests = objectAt(container, "resources", "requests");
    const limits = objectAt(container, "resources", "limits");
    for (const name of ["cpu", "memory"]) {
      const limit = limits[name];
      const request = requests[name] ?? limit;
      if (request !== undefined && !isZero(request)) any = true;
      if (limit === undefined || isZero(limit) || String(limit) !== String(request)) guaranteed = false;
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}
