import type { Identity } from "../kube/identity.ts";
import type { AnyRow, ObjectRow, PodRow, NodeRow, ServiceRow, WorkloadRow, EventRow, RowType, ConfigReferenceRow, OwnerRef, Health } from "../kube/rows/row.ts"; // prettier-ignore
import type { ApiResource } from "../kube/resource-id.ts";
import type { PagedRun } from "./connection/row-runs.ts";

/**
 * What resolvers get: everything one operation needs, made anew for each operation and for each event of a subscription. A resolver parses
 * arguments and calls one member; it knows no store, no cluster client and no rights.
 */
export interface RequestContext {
  /** In every error and log line of this request. */
  readonly requestId: string;
  /** Aborted when the client has gone or the operation's time is over. */
  readonly signal: AbortSignal;
  readonly identity: Identity;
  /** Start of the operation: what "olderThan" counts from. ms since the epoch. */
  readonly nowMs: number;
  readonly loaders: Loaders;
  readonly writers: Writers;
  readonly streams: Streams;
}

export type MaybePromise<T> = T | Promise<T>;

/** The conditions of a `where` input as GraphQL gave them: unset = undefined or not there, null = "is absent". Parsed by the loaders. */
export type WhereInput = Readonly<Record<string, unknown>>;

export interface OrderInput {
  /** A name of the kind's OrderField enum: "RESTARTS". */
  readonly field: string;
  readonly direction: "ASC" | "DESC";
}

export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Arguments of a list, at the root or of a relation; each may be unset. */
export interface ListArgs extends PageArgs {
  readonly where?: WhereInput | null;
  readonly labelSelector?: string | null;
  readonly fieldSelector?: string | null;
  readonly namespaces?: readonly string[] | null;
  readonly clusters?: readonly string[] | null;
  readonly orderBy?: readonly OrderInput[] | null;
  /** Duration text: "30s". */
  readonly maxStaleness?: string | null;
  readonly readAfter?: string | null;
}

/** WorkloadKind values: "DEPLOYMENT", ... */
export type WorkloadKindName = "CRON_JOB" | "DAEMON_SET" | "DEPLOYMENT" | "JOB" | "REPLICA_SET" | "STATEFUL_SET";

export interface WorkloadListArgs extends ListArgs {
  readonly kinds?: readonly WorkloadKindName[] | null;
}

/** Arguments of a getter or of `objects(ids:)`. */
export interface OneArgs {
  readonly maxStaleness?: string | null;
  readonly readAfter?: string | null;
}

export interface PageInfoValue {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** The source value of type ClusterReadState. `clusterName` becomes `cluster` by relation. */
export interface ReadStateValue {
  readonly clusterName: string;
  readonly resource: string;
  readonly state: "FRESH" | "STALE" | "SYNCING" | "UNREACHABLE" | "FORBIDDEN";
  /** ErrorCode. */
  readonly code: string | null;
  readonly reason: string | null;
  /** RFC 3339. */
  readonly observedAt: string | null;
  readonly observedAtMs: number | null;
  readonly skipped: number;
}

export interface GroupValue {
  readonly keys: readonly { readonly name: string; readonly value: string | null }[];
  readonly count: number;
  /** The figures of the kind by name: restarts, requests, capacity, replicas… */
  readonly [figure: string]: unknown;
}

export interface AggregateValue {
  readonly sum: bigint;
  readonly avg: number | null;
  readonly min: bigint | null;
  readonly max: bigint | null;
}

export interface GroupArgs {
  readonly fields: readonly string[];
  readonly labels: readonly string[];
}

/**
 * The source value of every connection type. Members are methods, called by graphql-js's default resolver, so that what is not selected
 * is not computed; each computes once.
 */
export interface Connection<Item> {
  edges(): readonly { readonly cursor: string; readonly node: Item }[];
  nodes(): readonly Item[];
  /** The same as `nodes`, as it lies in the store, for who writes many at once; `filterKey`: equal ones choose the same rows of a partition. */
  runs(): { readonly filterKey: string; readonly runs: readonly PagedRun<Item>[] };
  pageInfo(): PageInfoValue;
  totalCount(): number;
  complete(): boolean;
  readStates(): readonly ReadStateValue[];
  groupBy(args: GroupArgs): readonly GroupValue[];
}

/** The source value of type Cluster. */
export interface ClusterValue {
  readonly __typename: "Cluster";
  readonly id: string;
  readonly name: string;
  /** ClusterRole. */
  readonly role: "HOME" | "ABROAD";
  readonly labelMap: Readonly<Record<string, string>>;
  readonly writable: boolean;
  readonly uid: string | null;
  readonly version: string | null;
  readonly health: Health;
  readonly endpoints: readonly EndpointValue[];
  readonly apiResources: readonly ApiResource[];
}

/** The source value of type ClusterEndpoint. */
export interface EndpointValue {
  readonly __typename: "ClusterEndpoint";
  readonly url: string;
  readonly health: Health;
  readonly lastProbeAt: string | null;
}

/** What `resources`, `resource` and `resourcesChanged` name. */
export interface KindArgs {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Names one object by natural key. */
export interface NaturalKey extends KindArgs {
  readonly cluster: string;
  readonly namespace?: string | null;
  readonly name: string;
}

export interface PodLogsValue {
  readonly container: string;
  readonly text: string;
  readonly truncated: boolean;
}

export interface LogArgs {
  readonly container?: string | null;
  readonly tailLines: number;
  readonly since?: string | null;
  readonly previous: boolean;
  readonly timestamps: boolean;
}

/** Reads. All of one operation come from one snapshot. Bad arguments are thrown as ApiError. */
export interface Loaders {
  // ---- roots
  clusters(args: Pick<ListArgs, "where" | keyof PageArgs>): Connection<ClusterValue>;
  cluster(name: string): ClusterValue | null;
  nodes(args: ListArgs): MaybePromise<Connection<NodeRow>>;
  namespaces(args: ListArgs): MaybePromise<Connection<AnyRow>>;
  pods(args: ListArgs): MaybePromise<Connection<PodRow>>;
  services(args: ListArgs): MaybePromise<Connection<ServiceRow>>;
  events(args: ListArgs): MaybePromise<Connection<EventRow>>;
  workloads(args: WorkloadListArgs): MaybePromise<Connection<WorkloadRow>>;
  /** One workload kind: deployments, jobs… with `fieldSelector`. */
  workloadsOf(kind: WorkloadKindName, args: ListArgs): MaybePromise<Connection<WorkloadRow>>;
  resources(args: ListArgs & KindArgs): MaybePromise<Connection<AnyRow>>;
  /** One object by natural key; null where it is missing or may not be seen. */
  object(key: NaturalKey, args: OneArgs): MaybePromise<AnyRow | null>;
  /** node(id:): a row, a cluster, or null. Never throws on a strange id. */
  byId(id: string): MaybePromise<AnyRow | ClusterValue | null>;
  /** objects(ids:): an item is null, or an Error that graphql-js reports at its index. */
  byIds(ids: readonly string[], args: OneArgs): Promise<readonly (AnyRow | ClusterValue | Error | null)[]>;

  // ---- relations of any object; synchronous wherever the kind asked for is always cached
  id(row: ObjectRow): string;
  home(row: ObjectRow): ClusterValue | null;
  servedBy(row: ObjectRow): ClusterValue | null;
  ownerObject(row: ObjectRow, owner: OwnerRef): MaybePromise<AnyRow | null>;
  eventsOf(row: ObjectRow, args: ListArgs): MaybePromise<Connection<EventRow>>;
  /** Field annotations: from the body. */
  annotations(row: ObjectRow): readonly { readonly key: string; readonly value: string }[];
  manifest(row: ObjectRow, format: "JSON" | "YAML"): unknown;

  // ---- relations by kind
  clusterReadStates(cluster: ClusterValue): readonly ReadStateValue[];
  podNode(pod: PodRow): NodeRow | null;
  podWorkload(pod: PodRow): WorkloadRow | null;
  podServices(pod: PodRow): readonly ServiceRow[];
  podConfigObject(pod: PodRow, reference: ConfigReferenceRow): MaybePromise<AnyRow | null>;
  podLogs(pod: PodRow, args: LogArgs): Promise<PodLogsValue>;
  nodePods(node: NodeRow, args: ListArgs): Connection<PodRow>;
  workloadPods(workload: WorkloadRow, args: ListArgs): Connection<PodRow>;
  /** ReplicaSets of a Deployment, Jobs of a CronJob. */
  controlledWorkloads(owner: WorkloadRow, args: ListArgs): Connection<WorkloadRow>;
  servicePods(service: ServiceRow, args: ListArgs): Connection<PodRow>;
  serviceEndpoints(service: ServiceRow): readonly ServiceEndpointValue[];
  regardingObject(event: EventRow): MaybePromise<AnyRow | null>;

  // ---- viewer
  can(args: CanArgs): Promise<boolean>;
}

export interface CanArgs {
  readonly cluster: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string | null;
  readonly name?: string | null;
}

export interface ServiceEndpointValue {
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | null;
  readonly pod: PodRow | null;
}

// ---- streams

export interface StreamArgs {
  readonly where?: WhereInput | null;
  readonly labelSelector?: string | null;
  readonly namespaces?: readonly string[] | null;
  readonly clusters?: readonly string[] | null;
  readonly after?: string | null;
  readonly snapshot?: boolean;
}

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED" | "SNAPSHOT" | "SYNCED" | "RESYNC" | "CLUSTER_STATE";
export type ChangeReason =
  "CHANGED" | "ENTERED_FILTER" | "LEFT_FILTER" | "GAINED_ACCESS" | "LOST_ACCESS" | "SYNTHESISED";

/** The source value of PodsChanged, NodesChanged, … */
export interface ChangeMessage<Row extends ObjectRow = AnyRow> {
  readonly type: ChangeType;
  readonly reason: ChangeReason | null;
  readonly objects: readonly Row[];
  readonly readStates: readonly ReadStateValue[];
  readonly cursor: string | null;
}

export interface NodeLabelsMessage {
  readonly node: NodeRow;
  readonly added: readonly { readonly key: string; readonly value: string }[];
  readonly removed: readonly { readonly key: string; readonly value: string }[];
  readonly changed: readonly { readonly key: string; readonly old: string; readonly new: string }[];
  readonly reason: "CHANGED" | "SYNTHESISED";
  readonly manager: string | null;
  readonly cursor: string;
}

export interface HealthMessage {
  readonly subject: ClusterValue | EndpointValue | NodeRow;
  readonly clusterName: string;
  readonly from: Health["state"];
  readonly to: Health["state"];
  readonly reason: string | null;
  readonly message: string | null;
  readonly at: string;
  readonly cursor: string;
}

/** Streams. Each iterable ends when `return` is called, which is to be done for each; then nothing of it is left. The context's signal ends what is still being opened. */
export interface Streams {
  changes(type: Exclude<RowType, "GenericResource"> | "Workload", args: StreamArgs & { readonly kinds?: readonly WorkloadKindName[] | null }): AsyncIterable<ChangeMessage>; // prettier-ignore
  resources(args: StreamArgs & KindArgs): AsyncIterable<ChangeMessage>;
  nodeLabels(args: Omit<StreamArgs, "namespaces" | "snapshot">): AsyncIterable<NodeLabelsMessage>;
  health(args: Pick<StreamArgs, "clusters" | "after">): AsyncIterable<HealthMessage>;
}

// ---- writes

export interface ObjectRefInput extends Partial<NaturalKey> {
  readonly id?: string | null;
}

export interface WriteInput {
  readonly object: ObjectRefInput;
  readonly preconditions?: { readonly uid?: string | null; readonly resourceVersion?: string | null } | null;
  readonly dryRun: boolean;
}

/** The source value of every mutation payload. */
export interface WritePayload {
  readonly object: AnyRow | null;
  readonly visible: boolean;
  readonly readAfter: string | null;
  readonly warnings: readonly string[];
  /** Only of apply. */
  readonly created?: boolean;
}

/** Writes, as the caller. */
export interface Writers {
  apply(input: Omit<WriteInput, "object"> & { readonly cluster: string; readonly manifest: unknown; readonly force: boolean }): Promise<WritePayload>; // prettier-ignore
  patch(input: WriteInput & { readonly type: "JSON" | "MERGE"; readonly patch: unknown }): Promise<WritePayload>;
  delete(input: WriteInput & { readonly propagationPolicy?: "BACKGROUND" | "FOREGROUND" | "ORPHAN" | null; readonly gracePeriodSeconds?: number | null }): Promise<WritePayload>; // prettier-ignore
  scale(input: WriteInput & { readonly replicas: number }): Promise<WritePayload>;
  label(input: WriteInput & { readonly set: readonly { readonly key: string; readonly value: string }[]; readonly remove: readonly string[] }): Promise<WritePayload>; // prettier-ignore
  setSchedulable(input: WriteInput & { readonly schedulable: boolean }): Promise<WritePayload>;
  restart(input: WriteInput & { readonly idempotencyKey?: string | null }): Promise<WritePayload>;
}
