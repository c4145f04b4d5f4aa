import type { Cluster } from "../cluster/cluster.ts";
import { parseDuration } from "../kube/duration.ts";
import { matchesFields, parseFieldSelector } from "../kube/field-selector.ts";
import { matchesLabels } from "../kube/label-selector.ts";
import { parseLabelSelector } from "../kube/label-selector.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { compareCodePoints } from "../cache/compare-code-points.ts";
import { createConnection } from "./connection/list-connection.ts";
import { isTooOld, toReadState } from "./connection/read-state.ts";
import type { Asked } from "./connection/read-state.ts";
import type { RowRun } from "./connection/row-runs.ts";
import { badInput, shown } from "./input-error.ts";
import type { ClusterRank, KindSpec } from "./kinds/kind-spec.ts";
import { narrowRows } from "./narrow-rows.ts";
import type { Narrowed } from "./narrow-rows.ts";
import type { Operation } from "./operation.ts";
import { compareRows, compileOrder, rowId } from "./order/compile-order.ts";
import { hashArguments } from "./page/cursor.ts";
import { parsePage } from "./page/page.ts";
import type { Connection, ListArgs } from "./request-context.ts";
import { compileWhere } from "./where/compile-where.ts";
import { allOf } from "./where/predicate.ts";
import type { Predicate } from "./where/predicate.ts";

export interface ListRequest<Row extends AnyRow> {
  /** Names the list in its cursors: "pods", or a relation with the id of its object. */
  readonly list: string;
  readonly spec: KindSpec<Row>;
  readonly args: ListArgs;
  /** What the rows are read from, and the read states tell of. */
  readonly asked: readonly Asked[];
  /** Of one kind: whose field selectors are taken. */
  readonly resource?: ResourceId;
  /** Related rows, already of what the caller may see; unset = all rows of `asked`. */
  readonly rows?: () => readonly Row[];
}

/** A list of rows, filtered, ordered and paged. Arguments are checked at once, rows are looked at when they are asked for. */
export function listRows<Row extends AnyRow>(operation: Operation, request: ListRequest<Row>): Connection<Row> {
  const { view, relations, limits, indexes } = operation;
  const { list, spec, args } = request;
  const asked = sortAsked(request.asked, clusterRankOf(operation));
  const order = compileOrder({
    spec,
    orderBy: args.orderBy,
    clusterRank: clusterRankOf(operation),
    idOf: rowId,
    compareTies: compareRows,
  });
  const { where, labelSelector, fieldSelector, namespaces, clusters } = args;
  const hash = hashArguments({ list, where, labelSelector, fieldSelector, namespaces, clusters, orderBy: order.keys });
  const page = parsePage(args, hash, order, limits);
  const matches = compileConditions(operation, request);
  const maxStalenessMs = parseStaleness(args.maxStaleness);
  return createConnection({
    spec,
    match() {
      const { rows } = request;
      const narrowed = rows === undefined ? narrowRows(args, indexes) : undefined;
      const runs =
        rows === undefined
          ? readPartitions<Row>(operation, asked, { namespaces, maxStalenessMs, narrowed })
          : [{ rows: rows() }];
      if (matches === undefined || (narrowed?.isExact === true && !isSet(fieldSelector))) return runs;
      return runs.map(({ partition, rows: candidates }) => ({ partition, rows: candidates.filter(matches) }));
    },
    filterKey: matches === undefined ? "" : hash,
    // Partitions come by cluster, namespace and name; several resources of one namespace would have to be merged.
    inOrder: order.keys === spec.defaultOrder && isPartitionOrder(spec) && isOneResource(asked),
    order,
    page,
    hash,
    readStates: () => asked.map((one) => toReadState(view, { namespaces, ...one }, maxStalenessMs)),
    relations,
    groupCounts: indexes.groupCounts,
    maxGroups: limits.maxGroups,
  });
}

/** The clusters a list asks. Throws BAD_USER_INPUT for a name that is none, naming those there are. */
export function chooseClusters({ view }: Operation, names: readonly string[] | null | undefined): readonly Cluster[] {
  if (names === null || names === undefined) return view.clusters;
  const chosen = names.map((name, index) => {
    const cluster = view.cluster(name);
    if (cluster === undefined) {
      const known = view.clusters.map((one) => one.name).join(", ");
      throw badInput(`clusters[${index}]`, `names no cluster: ${shown(name)}; there are: ${known || "none"}`);
    }
    return cluster;
  });
  return view.clusters.filter((cluster) => chosen.includes(cluster));
}

/** ms of a maxStaleness argument; undefined where it is not set. */
export function parseStaleness(maxStaleness: string | null | undefined): number | undefined {
  if (maxStaleness === null || maxStaleness === undefined) return undefined;
  const ms = parseDuration(maxStaleness);
  if (ms === undefined) throw badInput("maxStaleness", `must be a duration like "30s" but got: ${shown(maxStaleness)}`);
  return ms;
}

/** Home first, then by name; see ClusterRank. */
export function clusterRankOf({ view }: Operation): ClusterRank {
  return (name) => `${view.cluster(name)?.role === "home" ? "0" : "1"}${name}`;
}

/** All conditions of a list; undefined where there are none. */
function compileConditions<Row extends AnyRow>(
  { whereContext }: Operation,
  { spec, args, resource, rows }: ListRequest<Row>,
): Predicate<Row> | undefined {
  const tests: Predicate<Row>[] = [];
  if (args.where !== null && args.where !== undefined) tests.push(compileWhere(args.where, spec.where, whereContext));
  if (isSet(args.labelSelector)) {
    const selector = parseLabelSelector(args.labelSelector);
    tests.push((row) => matchesLabels(selector, row.labelMap));
  }
  if (isSet(args.fieldSelector)) {
    if (resource === undefined) throw badInput("fieldSelector", "is taken by lists of one kind only");
    const selector = parseFieldSelector(args.fieldSelector, resource);
    tests.push((row) => matchesFields(selector, row));
  }
  if (rows !== undefined && args.namespaces !== null && args.namespaces !== undefined) {
    const wanted = new Set(args.namespaces);
    tests.push((row) => row.namespace !== null && wanted.has(row.namespace));
  }
  return tests.length === 0 ? undefined : allOf(tests);
}

function isSet(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== "";
}

/** What of the partitions is read. */
interface Reading {
  readonly namespaces: readonly string[] | null | undefined;
  readonly maxStalenessMs: number | undefined;
  readonly narrowed: Narrowed | undefined;
}

function readPartitions<Row extends AnyRow>(
  { view }: Operation,
  asked: readonly Asked[],
  { namespaces, maxStalenessMs, narrowed }: Reading,
): readonly RowRun<Row>[] {
  const wanted = namespaces === null || namespaces === undefined ? undefined : new Set(namespaces);
  const runs: RowRun<Row>[] = [];
  for (const { cluster, resource, served = true } of asked) {
    const status = view.resource(cluster.name, resource)?.status;
    if (!served || isTooOld(view, status, maxStalenessMs)) continue;
    for (const partition of view.partitions(cluster.name, resource)) {
      if (wanted !== undefined && !wanted.has(partition.key.namespace)) continue;
      // Rows of a resource are of its kind: see toRow.
      const rows = (narrowed?.rowsOf(partition) ?? partition.rows) as readonly AnyRow[] as readonly Row[];
      if (rows.length > 0) runs.push({ partition, rows });
    }
  }
  return runs;
}

function sortAsked(asked: readonly Asked[], rank: ClusterRank): readonly Asked[] {
  return [...asked].sort(
    (a, b) =>
      compareCodePoints(rank(a.cluster.name), rank(b.cluster.name)) || compareCodePoints(a.resource, b.resource),
  );
}

function isOneResource(asked: readonly Asked[]): boolean {
  return new Set(asked.map(({ resource }) => resource)).size <= 1;
}

function isPartitionOrder<Row>({ defaultOrder }: KindSpec<Row>): boolean {
  return defaultOrder[0]?.field === "CLUSTER";
}
