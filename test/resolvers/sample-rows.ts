import type { KubeObject } from "../../src/kube/object.ts";
import { createJsonBody } from "../../src/kube/json-body.ts";
import type { EventRow, GenericRow, Health, NamespaceRow, NodeRow, ObjectRow, PodRow, ResourceAmounts, RowType, ServiceRow, WorkloadRow } from "../../src/kube/rows/row.ts"; // prettier-ignore
import type { ClusterValue } from "../../src/loaders/request-context.ts";

const up: Health = { state: "UP", reason: null, message: null, since: "2026-11-20T08:00:00Z" };
const amounts = (cpu: string, memory: string, pods: number | null = null): ResourceAmounts => ({
  cpu,
  memory,
  ephemeralStorage: null,
  pods,
  others: [{ name: "example.com/gpu", quantity: "1" }],
});

interface Naming {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly name: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

function objectRow<Type extends RowType>(
  type: Type,
  naming: Naming,
): Omit<ObjectRow, "namespace"> & { readonly __typename: Type } {
  const { apiVersion, kind, resource, name, body } = naming;
  const object: KubeObject = { apiVersion, kind, metadata: { name, annotations: { note: "a" } }, ...body };
  return {
    __typename: type,
    clusterName: "home",
    resource,
    apiVersion,
    kind,
    name,
    uid: `uid-${name}`,
    resourceVersion: "41",
    generation: 1,
    createdAt: "2026-11-20T08:00:00Z",
    deletionTimestamp: null,
    labelMap: { app: "web", version: "7" },
    ownerRefs: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "uid-web-1", controller: true }],
    observedAtMs: Date.UTC(2026, 10, 21, 2, 0, 0),
    source: "CACHE",
    body: createJsonBody(object),
  };
}

const status = {
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-11-20T08:00:01Z" }],
  containerStatuses: [
    {
      name: "web",
      ready: true,
      restartCount: 2,
      state: { running: { startedAt: "2026-11-20T09:00:00Z" } },
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: "2026-11-20T08:59:59Z" } },
    },
  ],
};

export const samplePod: PodRow = {
  ...objectRow("Pod", {
    apiVersion: "v1",
    kind: "Pod",
    resource: "pods",
    name: "web-1-a",
    body: {
      spec: { containers: [{ name: "web", image: "web:7", resources: { requests: { cpu: "250m", memory: "64Mi" } } }] },
      status,
    },
  }),
  namespace: "shop",
  phase: "Running",
  reason: "Running",
  message: null,
  ready: true,
  readyContainers: 1,
  totalContainers: 1,
  restarts: 2,
  lastRestartAt: "2026-11-20T08:59:59Z",
  health: up,
  ip: "10.0.0.7",
  ips: ["10.0.0.7"],
  nodeName: "home-1",
  serviceAccountName: "default",
  priorityClassName: null,
  qosClass: "Burstable",
  startedAt: "2026-11-20T08:00:00Z",
  requests: amounts("250m", "64Mi"),
  limits: amounts("1", "9007199254740993"),
  containerRows: [],
  configReferenceRows: [{ kind: "ConfigMap", name: "settings", optional: true }],
};

export const sampleNode: NodeRow = {
  ...objectRow("ClusterNode", { apiVersion: "v1", kind: "Node", resource: "nodes", name: "home-1", body: { status } }),
  ownerRefs: [],
  namespace: null,
  ready: true,
  schedulable: true,
  health: up,
  roles: ["control-plane"],
  addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
  taints: [{ key: "dedicated", value: null, effect: "NoSchedule", timeAdded: null }],
  capacity: amounts("4", "16Gi", 110),
  allocatable: amounts("3900m", "15Gi", 110),
  geo: { continent: "Europe", countryIso: "FR", stateIso: "IDF", city: "Paris", latitude: 48.86, longitude: 2.35 },
  providerId: null,
  podCidrs: ["10.0.0.0/24"],
  kubeletVersion: "v1.34.1",
  containerRuntimeVersion: null,
  osImage: null,
  kernelVersion: null,
  operatingSystem: "linux",
  architecture: "arm64",
  labelManagers: {},
};

export const sampleNamespace: NamespaceRow = {
  ...objectRow("Namespace", { apiVersion: "v1", kind: "Namespace", resource: "namespaces", name: "shop" }),
  namespace: null,
  phase: "Active",
};

/** A workload of a kind with the body it has there. */
function workload(type: WorkloadRow["__typename"], plural: string, group: string, body: Naming["body"]): WorkloadRow {
  return {
    ...objectRow(type, { apiVersion: `${group}/v1`, kind: type, resource: `${plural}.${group}`, name: "web", body }),
    namespace: "shop",
    replicas: 3,
    readyReplicas: 2,
    health: { ...up, state: "DEGRADED", reason: "Progressing" },
    images: ["web:7"],
    selectorMap: { app: "web" },
  };
}

export const sampleWorkloads: readonly WorkloadRow[] = [
  workload("Deployment", "deployments", "apps", { spec: { paused: true }, status: { updatedReplicas: 3 } }),
  workload("StatefulSet", "statefulsets", "apps", { spec: { serviceName: "web" }, status: { availableReplicas: 2 } }),
  workload("DaemonSet", "daemonsets", "apps", { status: { numberMisscheduled: 1 } }),
  workload("ReplicaSet", "replicasets", "apps", { status: { availableReplicas: 2 } }),
  workload("Job", "jobs", "batch", { spec: { completions: 1 }, status: { succeeded: 1 } }),
  workload("CronJob", "cronjobs", "batch", { spec: { schedule: "0 3 * * *", suspend: true } }),
];

export const sampleService: ServiceRow = {
  ...objectRow("Service", {
    apiVersion: "v1",
    kind: "Service",
    resource: "services",
    name: "web",
    body: { spec: { type: "ClusterIP", clusterIPs: ["10.96.0.9"], ports: [{ port: 80, targetPort: "http" }] } },
  }),
  namespace: "shop",
  type: "ClusterIP",
  selectorMap: { app: "web" },
};

export const sampleEvent: EventRow = {
  ...objectRow("Event", { apiVersion: "v1", kind: "Event", resource: "events", name: "web-1-a.17" }),
  ownerRefs: [],
  namespace: "shop",
  type: "Warning",
  reason: "BackOff",
  message: "Back-off restarting failed container",
  action: null,
  count: 4,
  firstSeenAt: "2026-11-20T08:10:00Z",
  lastSeenAt: "2026-11-20T08:20:00.123456Z",
  reportingController: "kubelet",
  regardingRef: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-1-a", uid: "uid-web-1-a" },
};

export const sampleCertificate: GenericRow = {
  ...objectRow("GenericResource", {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    resource: "certificates.cert-manager.io",
    name: "tls",
  }),
  namespace: "shop",
};

export const sampleCluster: ClusterValue = {
  __typename: "Cluster",
  id: "Q2x1c3Rlcg",
  name: "home",
  role: "HOME",
  labelMap: { tier: "prod" },
  writable: true,
  uid: "uid-kube-system",
  version: "v1.34.1",
  health: up,
  endpoints: [{ __typename: "ClusterEndpoint", url: "https://10.0.0.1:6443", health: up, lastProbeAt: null }],
  apiResources: [
    {
      group: "apps",
      version: "v1",
      plural: "deployments",
      kind: "Deployment",
      namespaced: true,
      shortNames: ["deploy"],
      verbs: ["get", "list"],
      subresources: ["scale"],
    },
  ],
};
