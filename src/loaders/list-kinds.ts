import type { Cluster } from "../cluster/cluster.ts";
import { workloadResources } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { AnyRow, WorkloadRow } from "../kube/rows/row.ts";
import type { Asked } from "./connection/read-state.ts";
import type { KindSpec } from "./kinds/kind-spec.ts";
import { kinds } from "./kinds/kinds.ts";
import { chooseClusters, listRows } from "./list-rows.ts";
import { whenReady } from "./maybe-promise.ts";
import type { Operation } from "./operation.ts";
import { findServedInAll, notServed, toKindQuery } from "./relations/served-kinds.ts";
import type { ServedKind } from "./relations/served-kinds.ts";
import type {
  Connection,
  KindArgs,
  ListArgs,
  MaybePromise,
  WorkloadKindName,
  WorkloadListArgs,
} from "./request-context.ts";
import { workloadResource } from "./workload-resources.ts";

/** A root list of one kind that every cluster serves. */
export function listKind<Row extends AnyRow>(
  operation: Operation,
  spec: KindSpec<Row>,
  resource: ResourceId,
  args: ListArgs,
): MaybePromise<Connection<Row>> {
  const clusters = chooseClusters(operation, args.clusters);
  return listServed(operation, {
    spec,
    resource,
    args,
    list: toResourceName(resource),
    served: clusters.map((cluster) => ({ cluster, resource, served: true })),
  });
}

export function listWorkloadsOf(
  operation: Operation,
  kind: WorkloadKindName,
  args: ListArgs,
): MaybePromise<Connection<WorkloadRow>> {
  return listKind(operation, kinds.Workload, workloadResource(kind), args);
}

/** Workloads of several kinds; fieldSelector is not taken, since each kind has its own. */
export function listWorkloads(operation: Operation, args: WorkloadListArgs): MaybePromise<Connection<WorkloadRow>> {
  const clusters = chooseClusters(operation, args.clusters);
  const resources =
    args.kinds === null || args.kinds === undefined ? workloadResources : args.kinds.map(workloadResource);
  const served = clusters.flatMap((cluster) =>
    [...new Set(resources)].map((resource) => ({ cluster, resource, served: true })),
  );
  const names = [...new Set(resources.map(toResourceName))].sort();
  return listServed(operation, {
    spec: kinds.Workload,
    args,
    list: `workloads ${names.join(" ")}`,
    served,
  });
}

/**
 * Objects of any kind. A cluster that does not serve it has read state FRESH and no rows; CRD_NOT_INSTALLED where none of those asked does
 * and each could be asked.
 */
export function listResources(operation: Operation, args: ListArgs & KindArgs): MaybePromise<Connection<AnyRow>> {
  const clusters = chooseClusters(operation, args.clusters);
  return findServedInAll(clusters, toKindQuery(args), operation, (answers) => {
    const resource = answers.find((answer) => answer.state === "served")?.resource;
    if (resource === undefined && clusters.length > 0 && answers.every(({ state }) => state !== "unknown")) {
      throw notServed(args, answers, "No cluster that was asked");
    }
    const named = resource ?? { ...toKindQuery(args), version: "", plural: args.kind, namespaced: true };
    return listServed(operation, {
      spec: kinds.KubernetesObject as KindSpec<AnyRow>,
      resource,
      args,
      list: `${args.apiVersion} ${args.kind}`,
      served: clusters.map((cluster, index) => toServed(cluster, answers[index], named)),
    });
  });
}

function toServed(cluster: Cluster, answer: ServedKind | undefined, named: ResourceId): Served {
  if (answer?.state === "served") return { cluster, resource: answer.resource, served: true };
  // Not known to serve it and not known not to: its rows may be missing, so it is not FRESH.
  return { cluster, resource: named, served: answer?.state === "unknown" ? "unknown" : false };
}

interface Served {
  readonly cluster: Cluster;
  readonly resource: ResourceId;
  readonly served: boolean | "unknown";
}

interface ServedList<Row extends AnyRow> {
  readonly spec: KindSpec<Row>;
  readonly args: ListArgs;
  readonly list: string;
  readonly resource?: ResourceId;
  readonly served: readonly Served[];
}

/** Has all held that is served and may be listed, then lists it. Arguments are checked before anything is waited for. */
function listServed<Row extends AnyRow>(
  operation: Operation,
  { spec, args, list, resource, served }: ServedList<Row>,
): MaybePromise<Connection<Row>> {
  const asked = served.map((one): Asked => ({
    cluster: one.cluster,
    resource: toResourceName(one.resource),
    served: one.served !== false,
  }));
  const connection = listRows(operation, { list, spec, args, asked, resource });
  const ensured = served.flatMap((one) =>
    one.served === true ? [operation.view.ensureListed([one.cluster], one.resource) ?? null] : [],
  );
  const pending = ensured.filter((one) => one !== null);
  return pending.length === 0 ? connection : whenReady(Promise.all(pending), () => connection);
}
