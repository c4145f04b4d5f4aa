import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { controllerRef, isPodReady, isSame, isTerminating, keyOf, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";

const manager = "endpointslice-controller";
const serviceNameKey = "kubernetes.io/service-name";

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: string;
    readonly targetPort?: number | string;
  }[];
}

/** Keeps one EndpointSlice of the pods each Service selects. */
export function createEndpointSliceController(context: ControllerContext): Controller {
  const { client, view } = context;
  const { services, pods, endpointslices } = knownResources;
  return {
    name: "endpointslice",
    keysFor: (resource, object) => {
      const name = toResourceName(resource);
      if (name === "services") return [keyOf(object)];
      if (name !== "pods") return [];
      return view
        .list(services, object.metadata.namespace)
        .filter((service) => selects(service, object))
        .map(keyOf);
    },
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const service = view.get(services, namespace, name);
      if (service === undefined || isTerminating(service) || specOf<ServiceSpec>(service).selector === undefined)
        return;
      const endpoints = view
        .list(pods, namespace)
        .filter((pod) => selects(service, pod))
        .flatMap(toEndpoint)
        .sort((a, b) => ((a.addresses[0] ?? "") < (b.addresses[0] ?? "") ? -1 : 1));
      const ports = (specOf<ServiceSpec>(service).ports ?? []).map(
        ({ name: portName = "", port, protocol = "TCP", targetPort }) => ({
          name: portName,
          protocol,
          port: typeof targetPort === "number" ? targetPort : port,
        }),
      );
      const held = view
        .list(endpointslices, namespace)
        .find(({ metadata }) => metadata.labels?.[serviceNameKey] === name);
      if (held !== undefined && isSame([held["endpoints"], held["ports"]], [endpoints, ports])) return;
      const slice = {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          ...held?.metadata,
          name: held?.metadata.name ?? `${name}-${(service.metadata.uid ?? "").slice(0, 5)}`,
          namespace,
          labels: {
            [serviceNameKey]: name,
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
          },
          ownerReferences: [controllerRef(service)],
        },
        addressType: "IPv4",
        endpoints,
        ports,
      };
      if (held === undefined) await client.create(endpointslices, slice, writeOptions(signal, manager));
      else await client.replace(endpointslices, slice, writeOptions(signal, manager));
    },
  };
}

function selects(service: KubeObject, pod: KubeObject): boolean {
  const selector = Object.entries(specOf<ServiceSpec>(service).selector ?? {});
  return selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function toEndpoint(pod: KubeObject): { readonly addresses: readonly string[]; readonly [field: string]: unknown }[] {
  const { podIP, phase } = statusOf<{ podIP?: string; phase?: string }>(pod);
  if (podIP === undefined || phase === "Succeeded" || phase === "Failed") return [];
  const terminating = isTerminating(pod);
  const serving = isPodReady(pod);
  return [
    {
      addresses: [podIP],
      conditions: { ready: serving && !terminating, serving, terminating },
      nodeName: specOf<{ nodeName?: string }>(pod).nodeName,
      targetRef: { kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    },
  ];
}
