import type { AnyRow, EventRow, NamespaceRow, NodeRow, ObjectRow, PodRow, RowType, ServiceRow, WorkloadRow } from "../../kube/rows/row.ts"; // prettier-ignore
import type { ClusterValue } from "../request-context.ts";
import { stringField } from "../where/scalar-fields.ts";
import { clusterKind } from "./cluster-kind.ts";
import { eventKind } from "./event-kind.ts";
import { nodeKind } from "./node-kind.ts";
import { clusterScopedWhere, objectKind, objectWhere } from "./object-kind.ts";
import { podKind } from "./pod-kind.ts";
import { workloadKind } from "./workload-kind.ts";
import type { KindSpec } from "./kind-spec.ts";

/** All kinds that lists can be of, by GraphQL type. */
export interface Kinds {
  readonly Cluster: KindSpec<ClusterValue>;
  readonly ClusterNode: KindSpec<NodeRow>;
  readonly Event: KindSpec<EventRow>;
  readonly KubernetesObject: KindSpec<ObjectRow>;
  readonly Namespace: KindSpec<NamespaceRow>;
  readonly Pod: KindSpec<PodRow>;
  readonly Service: KindSpec<ServiceRow>;
  readonly Workload: KindSpec<WorkloadRow>;
}

export const kinds: Kinds = {
  Cluster: clusterKind,
  ClusterNode: nodeKind,
  Event: eventKind,
  KubernetesObject: objectKind,
  Namespace: {
    ...objectKind,
    name: "Namespace",
    // The sketch gives NamespaceWhere a namespace, though it is always null: kept, so that {namespace: null} holds.
    where: { ...clusterScopedWhere, namespace: objectWhere["namespace"]!, phase: stringField((row) => row.phase) },
  },
  Pod: podKind,
  Service: {
    ...objectKind,
    name: "Service",
    where: { ...objectWhere, type: stringField((service) => service.type) },
  },
  Workload: workloadKind,
};

/** The kind that a stream or list of this row type goes by. */
export function kindOf(type: RowType | "Workload"): KindSpec<AnyRow> {
  const name = workloadTypes.has(type) ? "Workload" : type === "GenericResource" ? "KubernetesObject" : type;
  // Rows of a type only ever meet the conditions of that type.
  return kinds[name as keyof Kinds] as unknown as KindSpec<AnyRow>;
}

const workloadTypes: ReadonlySet<string> = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "ReplicaSet",
  "StatefulSet",
  "Workload",
]);
