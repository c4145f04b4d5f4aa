import { compareCodePoints } from "../cache/compare-code-points.ts";
import { ApiError } from "../kube/api-error.ts";
import { knownResources } from "../kube/known-resources.ts";
import { splitApiVersion } from "../kube/resource-id.ts";
import { stringify } from "yaml";
import type { AnyRow, ConfigReferenceRow, EventRow, NodeRow, ObjectRow, OwnerRef, PodRow, ServiceRow, WorkloadRow } from "../kube/rows/row.ts"; // prettier-ignore
import { askAccess } from "./can.ts";
import { badInput } from "./input-error.ts";
import type { KindSpec } from "./kinds/kind-spec.ts";
import { kinds } from "./kinds/kinds.ts";
import { listClusters, readStatesOf } from "./list-clusters.ts";
import { listKind, listResources, listWorkloads, listWorkloadsOf } from "./list-kinds.ts";
import { whenReady } from "./maybe-promise.ts";
import { startOperation } from "./operation.ts";
import type { LoaderOptions, Operation } from "./operation.ts";
import { rowId } from "./order/compile-order.ts";
import { readPodLogs } from "./pod-logs.ts";
import { awaitReadAfter } from "./read-after.ts";
import { createObjectFinder } from "./relations/find-object.ts";
import type { ObjectFinder } from "./relations/find-object.ts";
import { listEventsOf, listRelated } from "./relations/list-related.ts";
import { readServiceEndpoints } from "./relations/service-endpoints.ts";
import type { CanArgs, ClusterValue, Connection, KindArgs, ListArgs, Loaders, LogArgs, MaybePromise, NaturalKey, OneArgs, PageArgs, PodLogsValue, ReadStateValue, ServiceEndpointValue, WorkloadKindName, WorkloadListArgs } from "./request-context.ts"; // prettier-ignore

/**
 * The reads of one operation. All come from one snapshot, taken now; a `readAfter` that it does not show yet is waited for, and what is asked
 * after that reads a newer one. A server that finds the tokens before it executes calls awaitReadAfter first and keeps to one.
 */
export function createLoaders(options: LoaderOptions): Loaders {
  return new FleetLoaders(options);
}

interface Session {
  readonly operation: Operation;
  readonly finder: ObjectFinder;
}

class FleetLoaders implements Loaders {
  readonly #options: LoaderOptions;
  #session: Session;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#session = startSession(options);
  }

  // ---- roots

  clusters(args: Pick<ListArgs, "where" | keyof PageArgs>): Connection<ClusterValue> {
    return listClusters(this.#session.operation, args);
  }

  cluster(name: string): ClusterValue | null {
    return this.#session.operation.relations.cluster(name);
  }

  nodes(args: ListArgs): MaybePromise<Connection<NodeRow>> {
    return this.#after(args, ({ operation }) => listKind(operation, kinds.ClusterNode, knownResources.nodes, args));
  }

  namespaces(args: ListArgs): MaybePromise<Connection<AnyRow>> {
    const spec = kinds.Namespace as unknown as KindSpec<AnyRow>;
    return this.#after(args, ({ operation }) => listKind(operation, spec, knownResources.namespaces, args));
  }

  pods(args: ListArgs): MaybePromise<Connection<PodRow>> {
    return this.#after(args, ({ operation }) => listKind(operation, kinds.Pod, knownResources.pods, args));
  }

  services(args: ListArgs): MaybePromise<Connection<ServiceRow>> {
    return this.#after(args, ({ operation }) => listKind(operation, kinds.Service, knownResources.services, args));
  }

  events(args: ListArgs): MaybePromise<Connection<EventRow>> {
    return this.#after(args, ({ operation }) => listKind(operation, kinds.Event, knownResources.events, args));
  }

  workloads(args: WorkloadListArgs): MaybePromise<Connection<WorkloadRow>> {
    return this.#after(args, ({ operation }) => listWorkloads(operation, args));
  }

  workloadsOf(kind: WorkloadKindName, args: ListArgs): MaybePromise<Connection<WorkloadRow>> {
    return this.#after(args, ({ operation }) => listWorkloadsOf(operation, kind, args));
  }

  resources(args: ListArgs & KindArgs): MaybePromise<Connection<AnyRow>> {
    return this.#after(args, ({ operation }) => listResources(operation, args));
  }

  object(key: NaturalKey, args: OneArgs): MaybePromise<AnyRow | null> {
    return this.#after(args, ({ finder }) => finder.byKey(key, args));
  }

  byId(id: string): MaybePromise<AnyRow | ClusterValue | null> {
    return this.#session.finder.byId(id);
  }

  async byIds(ids: readonly string[], args: OneArgs): Promise<readonly (AnyRow | ClusterValue | Error | null)[]> {
    const maximum = this.#options.limits.maxIds;
    if (ids.length > maximum) {
      throw new ApiError("LIMIT_EXCEEDED", `Argument ids takes at most ${maximum} but got: ${ids.length}.`, {
        limit: { name: "ids", maximum, found: ids.length },
      }); // prettier-ignore
    }
    return this.#after(args, ({ finder }) =>
      Promise.all(
        ids.map(async (id) => {
          try {
            return await finder.byId(id, args);
          } catch (error) {
            return error as Error;
          }
        }),
      ),
    );
  }

  // ---- relations of any object

  id(row: ObjectRow): string {
    return rowId(row);
  }

  home(row: ObjectRow): ClusterValue | null {
    return this.cluster(row.clusterName);
  }

  servedBy(row: ObjectRow): ClusterValue | null {
    return this.cluster(row.clusterName);
  }

  ownerObject(row: ObjectRow, { apiVersion, kind, name, uid }: OwnerRef): MaybePromise<AnyRow | null> {
    const { group } = splitApiVersion(apiVersion);
    const found = this.#session.finder.find({
      group,
      kind,
      cluster: row.clusterName,
      namespace: row.namespace ?? "",
      name,
    });
    return whenReady(found, (owner) => (owner?.uid === uid ? owner : null));
  }

  eventsOf(row: ObjectRow, args: ListArgs): MaybePromise<Connection<EventRow>> {
    return listEventsOf(this.#session.operation, row, args);
  }

  annotations(row: ObjectRow): readonly { readonly key: string; readonly value: string }[] {
    try {
      return Object.entries(row.body.parse().metadata.annotations ?? {})
        .sort(([a], [b]) => compareCodePoints(a, b))
        .map(([key, value]) => ({ key, value }));
    } catch {
      // Damaged bytes: manifest, which is null then, says so.
      return [];
    }
  }

  manifest(row: ObjectRow, format: "JSON" | "YAML"): unknown {
    try {
      const object = row.body.parse();
      return format === "JSON" ? object : stringify(object);
    } catch {
      // "null where the stored bytes are damaged"
      return null;
    }
  }

  // ---- relations by kind

  clusterReadStates(cluster: ClusterValue): readonly ReadStateValue[] {
    return readStatesOf(this.#session.operation, cluster.name);
  }

  podNode(pod: PodRow): NodeRow | null {
    return this.#session.operation.relations.podNode(pod);
  }

  podWorkload(pod: PodRow): WorkloadRow | null {
    return this.#session.operation.relations.podWorkload(pod);
  }

  podServices(pod: PodRow): readonly ServiceRow[] {
    return this.#session.operation.relations.podServices(pod);
  }

  podConfigObject(pod: PodRow, { kind, name }: ConfigReferenceRow): MaybePromise<AnyRow | null> {
    return this.#session.finder.find({ group: "", kind, cluster: pod.clusterName, namespace: pod.namespace, name });
  }

  podLogs(pod: PodRow, args: LogArgs): Promise<PodLogsValue> {
    const cluster = this.#session.operation.view.cluster(pod.clusterName);
    if (cluster === undefined)
      throw new ApiError("NOT_FOUND", `Cluster ${pod.clusterName} is not in the fleet any more.`);
    return readPodLogs(pod, args, cluster, this.#options);
  }

  nodePods(node: NodeRow, args: ListArgs): Connection<PodRow> {
    const { operation } = this.#session;
    return listRelated(operation, node, { name: "pods", spec: kinds.Pod, resource: knownResources.pods, args, rows: () => operation.relations.nodePods(node) }); // prettier-ignore
  }

  workloadPods(workload: WorkloadRow, args: ListArgs): Connection<PodRow> {
    const { operation } = this.#session;
    return listRelated(operation, workload, { name: "pods", spec: kinds.Pod, resource: knownResources.pods, args, rows: () => operation.relations.workloadPods(workload) }); // prettier-ignore
  }

  controlledWorkloads(owner: WorkloadRow, args: ListArgs): Connection<WorkloadRow> {
    const { operation } = this.#session;
    const resource = owner.kind === "CronJob" ? knownResources.jobs : knownResources.replicasets;
    return listRelated(operation, owner, { name: "workloads", spec: kinds.Workload, resource, args, rows: () => operation.relations.controlledWorkloads(owner) }); // prettier-ignore
  }

  servicePods(service: ServiceRow, args: ListArgs): Connection<PodRow> {
    const { operation } = this.#session;
    return listRelated(operation, service, { name: "pods", spec: kinds.Pod, resource: knownResources.pods, args, rows: () => operation.relations.servicePods(service) }); // prettier-ignore
  }

  serviceEndpoints(service: ServiceRow): readonly ServiceEndpointValue[] {
    return readServiceEndpoints(service, this.#session.operation.view, this.#options.indexes);
  }

  regardingObject({ clusterName, regardingRef, namespace: eventNamespace }: EventRow): MaybePromise<AnyRow | null> {
    const { apiVersion, kind, namespace, name, uid } = regardingRef;
    const { group } = splitApiVersion(apiVersion ?? "v1");
    const found = this.#session.finder.find({
      group,
      kind,
      cluster: clusterName,
      namespace: namespace ?? eventNamespace,
      name,
    });
    // Kubelets write a node's name where its uid belongs.
    return whenReady(found, (row) =>
      row === null || uid === null || uid === row.uid || uid === row.name ? row : null,
    );
  }

  // ---- viewer

  async can(args: CanArgs): Promise<boolean> {
    const { view } = this.#session.operation;
    const cluster = view.cluster(args.cluster);
    if (cluster === undefined) {
      const known = view.clusters.map(({ name }) => name).join(", ");
      throw badInput("cluster", `names no cluster; there are: ${known || "none"}`);
    }
    return askAccess(args, cluster, this.#options);
  }

  #after<Result>(
    { readAfter }: { readonly readAfter?: string | null },
    next: (session: Session) => MaybePromise<Result>,
  ): MaybePromise<Result> {
    if (readAfter === null || readAfter === undefined) return next(this.#session);
    return whenReady(awaitReadAfter(readAfter, this.#options), (waited) => {
      if (waited) this.#session = startSession(this.#options);
      return next(this.#session);
    });
  }
}

function startSession(options: LoaderOptions): Session {
  const operation = startOperation(options);
  return { operation, finder: createObjectFinder(operation) };
}
