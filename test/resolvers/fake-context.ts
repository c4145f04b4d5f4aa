import { localIdentity } from "../../src/kube/identity.ts";
import type { Connection, Loaders, RequestContext, Streams, Writers } from "../../src/loaders/request-context.ts";
import {
  sampleCertificate,
  sampleCluster,
  sampleEvent,
  sampleNamespace,
  sampleNode,
  samplePod,
  sampleService,
  sampleWorkloads,
} from "./sample-rows.ts";

const deployment = sampleWorkloads[0]!;
const rows = [
  sampleNode,
  samplePod,
  sampleNamespace,
  sampleService,
  sampleEvent,
  sampleCertificate,
  ...sampleWorkloads,
];

/** The call a resolver made: which member, with which arguments. */
export interface Call {
  readonly member: string;
  readonly args: readonly unknown[];
}

export interface FakeContext extends RequestContext {
  readonly calls: readonly Call[];
}

/** A RequestContext over the sample rows that answers at once and notes what it was asked. */
export function createFakeContext(): FakeContext {
  const calls: Call[] = [];
  return {
    requestId: "r1",
    signal: new AbortController().signal,
    identity: localIdentity,
    nowMs: Date.UTC(2026, 10, 21, 2, 0, 30),
    loaders: noting("loaders", fakeLoaders, calls),
    writers: noting("writers", fakeWriters, calls),
    streams: noting("streams", fakeStreams, calls),
    calls,
  };
}

function noting<Members extends object>(part: string, members: Members, calls: Call[]): Members {
  return new Proxy(members, {
    get(target, member, receiver) {
      const value: unknown = Reflect.get(target, member, receiver);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]) => {
        calls.push({ member: `${part}.${String(member)}`, args });
        return value.apply(target, args) as unknown;
      };
    },
  });
}

const readState = {
  clusterName: "home",
  resource: "pods",
  state: "STALE",
  code: "CLUSTER_UNAVAILABLE",
  reason: "ConnectionRefused",
  observedAt: "2026-11-21T02:00:00Z",
  observedAtMs: Date.UTC(2026, 10, 21, 2, 0, 0),
  skipped: 0,
} as const;

/** A page that holds all of `items`. */
function connection<Item>(items: readonly Item[]): Connection<Item> {
  const aggregate = { sum: 500n, avg: 250, min: 250n, max: 250n };
  const figures = { cpuMilli: aggregate, memoryBytes: { ...aggregate, sum: 9007199254740993n } };
  return {
    edges: () => items.map((node, index) => ({ cursor: `c${index}`, node })),
    nodes: () => items,
    runs: () => ({ filterKey: "", runs: [{ rows: items, start: 0, end: items.length }] }),
    pageInfo: () => ({ hasNextPage: false, hasPreviousPage: false, startCursor: "c0", endCursor: "c0" }),
    totalCount: () => items.length,
    complete: () => true,
    readStates: () => [readState],
    groupBy: ({ fields, labels }) => [
      {
        keys: [...fields, ...labels].map((name) => ({ name, value: null })),
        count: items.length,
        restarts: aggregate,
        replicas: aggregate,
        readyReplicas: aggregate,
        requests: figures,
        limits: figures,
        capacity: figures,
        allocatable: figures,
      },
    ],
  };
}

const fakeLoaders: Loaders = {
  clusters: () => connection([sampleCluster]),
  cluster: (name) => (name === "home" ? sampleCluster : null),
  nodes: () => connection([sampleNode]),
  namespaces: () => connection([sampleNamespace]),
  pods: () => connection([samplePod]),
  services: () => connection([sampleService]),
  events: () => connection([sampleEvent]),
  workloads: () => connection(sampleWorkloads),
  workloadsOf: (kind) => connection(sampleWorkloads.filter((row) => kind.replace("_", "") === row.kind.toUpperCase())),
  resources: () => connection([sampleCertificate]),
  object: ({ kind }) => rows.find((row) => row.kind === kind) ?? null,
  byId: (id) => (id === sampleCluster.id ? sampleCluster : (rows.find((row) => row.uid === id) ?? null)),
  byIds: async (ids) => ids.map((id) => (id === "bad" ? new Error("no such cluster") : samplePod)),
  id: (row) => row.uid,
  home: () => sampleCluster,
  servedBy: () => null,
  ownerObject: () => deployment,
  eventsOf: () => connection([sampleEvent]),
  annotations: () => [{ key: "note", value: "a" }],
  manifest: (row, format) => (format === "JSON" ? row.body.parse() : "kind: Pod\n"),
  clusterReadStates: () => [readState],
  podNode: () => sampleNode,
  podWorkload: () => deployment,
  podServices: () => [sampleService],
  podConfigObject: () => null,
  podLogs: async (_pod, { tailLines }) => ({ container: "web", text: `${tailLines} lines`, truncated: false }),
  nodePods: () => connection([samplePod]),
  workloadPods: () => connection([samplePod]),
  controlledWorkloads: (owner) => connection(sampleWorkloads.filter((row) => row.kind === (owner.kind === "CronJob" ? "Job" : "ReplicaSet"))), // prettier-ignore
  servicePods: () => connection([samplePod]),
  serviceEndpoints: () => [
    { addresses: ["10.0.0.7"], ready: true, serving: true, terminating: false, nodeName: "home-1", pod: samplePod },
  ],
  regardingObject: () => samplePod,
  can: async ({ verb }) => verb === "patch",
};

const payload = { object: deployment, visible: true, readAfter: "ra", warnings: ["deprecated"] };

const fakeWriters: Writers = {
  apply: async () => ({ ...payload, created: true }),
  patch: async () => payload,
  delete: async () => ({ ...payload, object: null }),
  scale: async () => payload,
  label: async () => payload,
  setSchedulable: async () => ({ ...payload, object: sampleNode }),
  restart: async () => payload,
};

const fakeStreams: Streams = {
  async *changes() {
    yield { type: "SNAPSHOT", reason: null, objects: [samplePod], readStates: [], cursor: null };
    yield { type: "SYNCED", reason: null, objects: [], readStates: [readState], cursor: "s1" };
  },
  async *resources() {
    yield { type: "ADDED", reason: "CHANGED", objects: [sampleCertificate], readStates: [], cursor: "s2" };
  },
  async *nodeLabels() {
    yield {
      node: sampleNode,
      added: [{ key: "team", value: "blue" }],
      removed: [],
      changed: [{ key: "version", old: "6", new: "7" }],
      reason: "CHANGED",
      manager: "kubectl-label",
      cursor: "s3",
    };
  },
  async *health() {
    for (const subject of [sampleCluster, sampleCluster.endpoints[0]!, sampleNode]) {
      yield {
        subject,
        clusterName: "home",
        from: "UP",
        to: "DOWN",
        reason: "ConnectionRefused",
        message: null,
        at: "2026-11-21T02:00:00Z",
        cursor: "s4",
      };
    }
  },
};
