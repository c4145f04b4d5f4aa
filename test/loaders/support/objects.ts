import type { KubeObject, ObjectMeta } from "../../../src/kube/object.ts";

type Meta = Partial<ObjectMeta>;

export interface PodOptions extends Meta {
  readonly node?: string;
  readonly phase?: string;
  readonly restarts?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly ip?: string;
  readonly startedAt?: string;
  readonly containers?: readonly string[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

export function pod(name: string, options: PodOptions = {}): KubeObject {
  const {
    node,
    phase = "Running",
    restarts = 0,
    cpu,
    memory,
    ip,
    startedAt,
    containers = ["app"],
    spec = {},
    ...metadata
  } = options;
  const requests = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...metadata },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      containers: containers.map((container) => ({
        name: container,
        image: `${container}:1`,
        resources: { requests },
      })),
      ...spec,
    },
    status: {
      phase,
      ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
      ...(startedAt === undefined ? {} : { startTime: startedAt }),
      conditions: [{ type: "Ready", status: phase === "Running" ? "True" : "False" }],
      containerStatuses: containers.map((container) => ({
        name: container,
        image: `${container}:1`,
        ready: phase === "Running",
        restartCount: restarts,
        state: phase === "Running" ? { running: {} } : { waiting: { reason: "CrashLoopBackOff" } },
      })),
    },
  };
}

export function node(
  name: string,
  options: Meta & {
    readonly memory?: string;
    readonly cpu?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly unknown[];
  } = {},
): KubeObject {
  const { memory = "16Gi", cpu = "4", unschedulable = false, taints = [], ...metadata } = options;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, ...metadata },
    spec: { unschedulable, taints },
    status: {
      capacity: { cpu, memory, pods: "110" },
      allocatable: { cpu, memory, pods: "110" },
      conditions: [{ type: "Ready", status: "True" }],
      nodeInfo: { kubeletVersion: "v1.34.4", architecture: "amd64", operatingSystem: "linux" },
    },
  };
}

export function workload(
  kind: "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet",
  name: string,
  metadata: Meta = {},
  spec: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: "default", ...metadata },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: { spec: { containers: [] } }, ...spec },
    status: { replicas: 1, readyReplicas: 1 },
  };
}

export function service(name: string, selector: Readonly<Record<string, string>>, metadata: Meta = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", ...metadata },
    spec: { selector },
  };
}

export function event(
  name: string,
  about: {
    readonly kind: string;
    readonly name: string;
    readonly uid?: string;
    readonly apiVersion?: string;
    readonly namespace?: string;
  },
  lastTimestamp: string,
  metadata: Meta = {},
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "default", ...metadata },
    involvedObject: about,
    type: "Normal",
    reason: "Tested",
    message: "it was",
    lastTimestamp,
  };
}

export function custom(
  apiVersion: string,
  kind: string,
  name: string,
  metadata: Meta = {},
  fields: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: "default", ...metadata }, ...fields };
}

export function ownedBy(kind: string, name: string, cluster: string, namespace = "default"): Meta {
  const apiVersion = ["Job", "CronJob"].includes(kind) ? "batch/v1" : "apps/v1";
  return {
    ownerReferences: [{ apiVersion, kind, name, uid: `${cluster}-${kind}-${namespace}-${name}`, controller: true }],
  };
}
