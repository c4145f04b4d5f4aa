import { knownResources } from "../../kube/known-resources.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import { isRecord, toRecord, toRecords, toText } from "../../kube/read-json.ts";
import type { AnyRow, PodRow, ServiceRow } from "../../kube/rows/row.ts";
import type { FleetView } from "../fleet-view.ts";
import type { Indexes } from "../indexes.ts";
import type { ServiceEndpointValue } from "../request-context.ts";

const sliceResource = toResourceName(knownResources.endpointslices);

/** Backends of a service, from its EndpointSlices (discovery.k8s.io/v1), in the order of slices by name. */
export function readServiceEndpoints(
  service: ServiceRow,
  view: FleetView,
  indexes: Indexes,
): readonly ServiceEndpointValue[] {
  const partition = view.partition(service.clusterName, sliceResource, service.namespace);
  if (partition === undefined) return [];
  const slices = indexes.byLabel.at(partition).of("kubernetes.io/service-name").get(service.name) ?? [];
  return slices.flatMap((slice) => readSlice(slice, service, view));
}

function readSlice(slice: AnyRow, service: ServiceRow, view: FleetView): readonly ServiceEndpointValue[] {
  let endpoints: unknown;
  try {
    endpoints = slice.body.parse()["endpoints"];
  } catch {
    // Damaged bytes: what they held is not known, and the other slices still are.
    return [];
  }
  return toRecords(endpoints).map((endpoint) => {
    const conditions = toRecord(endpoint["conditions"]);
    // A condition that is not stated: ready counts as true, serving as ready, terminating as false (EndpointConditions).
    const ready = conditions["ready"] !== false;
    const serving = conditions["serving"];
    return {
      addresses: Array.isArray(endpoint["addresses"]) ? endpoint["addresses"].map(String) : [],
      ready,
      serving: typeof serving === "boolean" ? serving : ready,
      terminating: conditions["terminating"] === true,
      nodeName: toText(endpoint["nodeName"]),
      pod: findPod(endpoint["targetRef"], service, view),
    };
  });
}

function findPod(target: unknown, { clusterName, namespace }: ServiceRow, view: FleetView): PodRow | null {
  if (!isRecord(target) || target["kind"] !== "Pod") return null;
  const name = toText(target["name"]);
  if (name === null) return null;
  const pod = view.get(clusterName, "pods", toText(target["namespace"]) ?? namespace, name);
  const uid = toText(target["uid"]);
  return pod !== undefined && (uid === null || pod.uid === uid) ? (pod as PodRow) : null;
}
