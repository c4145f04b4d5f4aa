import { alwaysCached } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceName } from "../kube/resource-id.ts";
import { compareCodePoints } from "../cache/compare-code-points.ts";
import { createConnection } from "./connection/list-connection.ts";
import { kinds } from "./kinds/kinds.ts";
import { clusterRankOf } from "./list-rows.ts";
import type { Operation } from "./operation.ts";
import { compileOrder } from "./order/compile-order.ts";
import { hashArguments } from "./page/cursor.ts";
import { parsePage } from "./page/page.ts";
import { toReadState } from "./connection/read-state.ts";
import type { ClusterValue, Connection, ListArgs, PageArgs, ReadStateValue } from "./request-context.ts";
import { compileWhere } from "./where/compile-where.ts";

const alwaysHeld: ReadonlySet<ResourceName> = new Set(alwaysCached.map(toResourceName));

/** The fleet as the caller may know it, home first, then by name. It is what we know ourselves: always complete. */
export function listClusters(
  operation: Operation,
  args: Pick<ListArgs, "where" | keyof PageArgs>,
): Connection<ClusterValue> {
  const { view, relations, limits, whereContext, indexes } = operation;
  const spec = kinds.Cluster;
  const order = compileOrder({
    spec,
    orderBy: undefined,
    clusterRank: clusterRankOf(operation),
    idOf: ({ id }) => id,
    compareTies: (a, b) => compareCodePoints(a.name, b.name),
  });
  const hash = hashArguments({ list: "clusters", where: args.where });
  const matches = compileWhere(args.where, spec.where, whereContext);
  const values = (): readonly ClusterValue[] =>
    view.clusters.flatMap(({ name }) => relations.cluster(name) ?? []).filter(matches);
  return createConnection({
    spec,
    match: () => [{ rows: values() }],
    inOrder: false,
    order,
    page: parsePage(args, hash, order, limits),
    hash,
    readStates: () => [],
    relations,
    groupCounts: indexes.groupCounts,
    maxGroups: limits.maxGroups,
  });
}

/**
 * One for each resource held of the cluster, by name. What is held because somebody asked for it shows to those alone who may list it: which kinds
 * others ask for is nobody's business.
 */
export function readStatesOf({ view }: Operation, name: string): readonly ReadStateValue[] {
  const cluster = view.cluster(name);
  if (cluster === undefined) return [];
  return view
    .resources(name)
    .filter((resource) => alwaysHeld.has(resource) || view.extent(name, resource) !== "none")
    .map((resource) => toReadState(view, { cluster, resource }))
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
}
