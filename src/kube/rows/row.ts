import type { Body } from "../body.ts";
import type { ResourceName } from "../resource-id.ts";

/**
 * Rows are what the store keeps of objects: the fields that lists, filters, orders, groups and relations read, under their GraphQL names
 * (with `null` for absent), so that a row is the source value of its GraphQL object. A row is never changed: a new version is a new row,
 * and two rows are the same version exactly when they are the same object. Strings and label maps that repeat are shared.
 * Everything else is read from `body`.
 */
export type RowType =
  | "Pod"
  | "ClusterNode"
  | "Namespace"
  | "Service"
  | "Event"
  | "Deployment"
  | "StatefulSet"
  | "DaemonSet"
  | "ReplicaSet"
  | "Job"
  | "CronJob"
  | "GenericResource";

export type HealthState = "UP" | "DEGRADED" | "DOWN" | "UNKNOWN";

/** Health as computed by fleetgraph. */
export interface Health {
  readonly state: HealthState;
  /** CamelCase. */
  readonly reason: string | null;
  readonly message: string | null;
  /** RFC 3339. */
  readonly since: string | null;
}

/** One entry of metadata.ownerReferences. */
export interface OwnerRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
}

/** Labels or annotations: key to value, in the order of keys by code point, frozen and shared. */
export type StringMap = Readonly<Record<string, string>>;

/** What every row has. Times are RFC 3339 strings as the API server wrote them. */
export interface ObjectRow {
  /** GraphQL type. */
  readonly __typename: RowType;
  /** The cluster whose store holds it. */
  readonly clusterName: string;
  readonly resource: ResourceName;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** null for a cluster-scoped object. */
  readonly namespace: string | null;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number | null;
  readonly createdAt: string;
  readonly deletionTimestamp: string | null;
  readonly labelMap: StringMap;
  /** The controller first. */
  readonly ownerRefs: readonly OwnerRef[];
  /** When this version entered the store, in ms since the epoch. */
  readonly observedAtMs: number;
  /** DISK until the cluster has confirmed this version; LIVE for what was read through. */
  readonly source: "LIVE" | "CACHE" | "DISK";
  readonly body: Body;
}

/** Quantities as Kubernetes stored them; null = not stated. */
export interface ResourceAmounts {
  readonly cpu: string | null;
  readonly memory: string | null;
  readonly ephemeralStorage: string | null;
  /** Only of a node. */
  readonly pods: number | null;
  readonly others: readonly { readonly name: string; readonly quantity: string }[];
}

export interface ContainerRow {
  readonly name: string;
  readonly kind: "REGULAR" | "INIT" | "SIDECAR" | "EPHEMERAL";
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** "Waiting", "Running", "Terminated". */
  readonly state: string;
  readonly reason: string | null;
}

export interface ConfigReferenceRow {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly optional: boolean;
}

export interface PodRow extends ObjectRow {
  readonly __typename: "Pod";
  readonly namespace: string;
  readonly phase: string;
  /** kubectl's STATUS. */
  readonly reason: string;
  readonly message: string | null;
  readonly ready: boolean;
  readonly readyContainers: number;
  readonly totalContainers: number;
  readonly restarts: number;
  readonly lastRestartAt: string | null;
  readonly health: Health;
  readonly ip: string | null;
  readonly ips: readonly string[];
  readonly nodeName: string | null;
  readonly serviceAccountName: string | null;
  readonly priorityClassName: string | null;
  readonly qosClass: string | null;
  readonly startedAt: string | null;
  /** Effective requests and limits, as the scheduler counts. */
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
  /** Init and sidecars first, then regular, then ephemeral. */
  readonly containerRows: readonly ContainerRow[];
  readonly configReferenceRows: readonly ConfigReferenceRow[];
}

export interface TaintRow {
  readonly key: string;
  readonly value: string | null;
  readonly effect: string;
  readonly timeAdded: string | null;
}

/** Place decoded from edge-net.io labels (UE-08). */
export interface GeoRow {
  readonly continent: string | null;
  readonly countryIso: string | null;
  readonly stateIso: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface NodeRow extends ObjectRow {
  readonly __typename: "ClusterNode";
  readonly namespace: null;
  readonly ready: boolean;
  readonly schedulable: boolean;
  readonly health: Health;
  readonly roles: readonly string[];
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly taints: readonly TaintRow[];
  readonly capacity: ResourceAmounts;
  readonly allocatable: ResourceAmounts;
  readonly geo: GeoRow | null;
  readonly providerId: string | null;
  readonly podCidrs: readonly string[];
  readonly kubeletVersion: string | null;
  readonly containerRuntimeVersion: string | null;
  readonly osImage: string | null;
  readonly kernelVersion: string | null;
  readonly operatingSystem: string | null;
  readonly architecture: string | null;
  /** Label key to the field manager that last wrote it, from managedFields before they were dropped. */
  readonly labelManagers: StringMap;
}

export interface NamespaceRow extends ObjectRow {
  readonly __typename: "Namespace";
  readonly namespace: null;
  readonly phase: string;
}

export interface WorkloadRow extends ObjectRow {
  readonly __typename: "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob";
  readonly namespace: string;
  readonly replicas: number | null;
  readonly readyReplicas: number;
  readonly health: Health;
  readonly images: readonly string[];
  /** matchLabels. */
  readonly selectorMap: StringMap;
}

export interface ServiceRow extends ObjectRow {
  readonly __typename: "Service";
  readonly namespace: string;
  readonly type: string;
  readonly selectorMap: StringMap;
}

export interface EventRow extends ObjectRow {
  readonly __typename: "Event";
  readonly namespace: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly action: string | null;
  readonly count: number;
  readonly firstSeenAt: string | null;
  readonly lastSeenAt: string | null;
  readonly reportingController: string | null;
  readonly regardingRef: {
    readonly apiVersion: string | null;
    readonly kind: string;
    readonly namespace: string | null;
    readonly name: string;
    readonly uid: string | null;
  };
}

export interface GenericRow extends ObjectRow {
  readonly __typename: "GenericResource";
}

export type AnyRow = PodRow | NodeRow | NamespaceRow | WorkloadRow | ServiceRow | EventRow | GenericRow;
