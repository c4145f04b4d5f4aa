import { isRecord, toCount, toInt, toRecord, toRecords, toText, toTexts } from "../read-json.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";

/** The schema's ServicePort. */
export interface ServicePort {
  readonly name: string | null;
  readonly protocol: string;
  readonly port: number;
  readonly targetPort: string | null;
  readonly nodePort: number | null;
  readonly appProtocol: string | null;
}

/** What the schema's Service has beyond its row. */
export interface ServiceDetails {
  readonly clusterIps: readonly string[];
  readonly externalName: string | null;
  readonly externalAddresses: readonly string[];
  readonly ports: readonly ServicePort[];
}

export function toServiceDetails(service: KubeObject): ServiceDetails {
  const spec = toRecord(service.spec);
  const single = toText(spec.clusterIP);
  const clusterIps = toTexts(spec.clusterIPs);
  const isExternal = spec.type === "ExternalName";
  return {
    clusterIps: clusterIps.length === 0 && single !== null && !isExternal ? [single] : clusterIps,
    externalName: isExternal ? toText(spec.externalName) : null,
    externalAddresses: toExternalAddresses(service),
    ports: toRecords(spec.ports).map(toServicePort),
  };
}

/**
 * kubectl's EXTERNAL-IP as a list: of a load balancer its addresses (the IP rather than the name of each) and the externalIPs after them; of
 * ClusterIP and NodePort the externalIPs; of ExternalName its name. Empty where kubectl prints <none> or <pending>.
 */
function toExternalAddresses(service: KubeObject): readonly string[] {
  const spec = toRecord(service.spec);
  if (spec.type === "ExternalName") return toTexts([spec.externalName]);
  const externalIps = toTexts(spec.externalIPs);
  if (spec.type !== "LoadBalancer") return externalIps;
  const ingress = toRecords(toRecord(toRecord(service.status).loadBalancer).ingress);
  return [...new Set([...ingress.flatMap(({ ip, hostname }) => toText(ip) ?? toText(hostname) ?? []), ...externalIps])];
}

function toServicePort(port: JsonRecord): ServicePort {
  const { targetPort } = port;
  return {
    name: toText(port.name),
    protocol: toText(port.protocol) ?? "TCP",
    port: toCount(port.port),
    // An IntOrString; 0 is Go's way to say none.
    targetPort: typeof targetPort === "number" && targetPort !== 0 ? String(targetPort) : toText(targetPort),
    nodePort: toInt(port.nodePort) || null,
    appProtocol: toText(port.appProtocol),
  };
}

/** The schema's ServiceEndpoint, with its pod by name. */
export interface ServiceEndpointDetails {
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | null;
  /** In the Service's namespace; null where the backend is no pod. `uid` is null where the slice does not say. */
  readonly podRef: { readonly name: string; readonly uid: string | null } | null;
}

/** The label that ties a slice to its Service. */
export const serviceNameLabel = "kubernetes.io/service-name";

/**
 * The backends in all EndpointSlices of one Service, in their order. Slices may overlap while they change and there is a slice for each family
 * of addresses: what is about the same pod is one endpoint with all addresses; without a pod, the same addresses are one.
 */
export function toServiceEndpoints(slices: readonly KubeObject[]): readonly ServiceEndpointDetails[] {
  const found = new Map<string, ServiceEndpointDetails>();
  for (const slice of slices) {
    for (const record of toRecords(slice.endpoints)) {
      const endpoint = toEndpoint(record);
      const { podRef, addresses } = endpoint;
      const key = podRef === null ? `address ${addresses.join(" ")}` : `pod ${podRef.name}`;
      const before = found.get(key);
      found.set(
        key,
        before === undefined ? endpoint : { ...before, addresses: [...new Set([...before.addresses, ...addresses])] },
      );
    }
  }
  return [...found.values()];
}

function toEndpoint(record: JsonRecord): ServiceEndpointDetails {
  const conditions = toRecord(record.conditions);
  const target = record.targetRef;
  const podName = isRecord(target) && target.kind === "Pod" ? toText(target.name) : null;
  // discovery.k8s.io/v1: ready unset means it is; serving unset means as ready; terminating unset means it is not.
  const ready = conditions.ready !== false;
  return {
    addresses: toTexts(record.addresses),
    ready,
    serving: typeof conditions.serving === "boolean" ? conditions.serving : ready,
    terminating: conditions.terminating === true,
    nodeName: toText(record.nodeName),
    podRef: podName === null ? null : { name: podName, uid: toText(toRecord(target).uid) },
  };
}
