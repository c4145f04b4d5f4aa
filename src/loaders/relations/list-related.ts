import { rowsBy } from "../../cache/row-index.ts";
import { knownResources } from "../../kube/known-resources.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import type { AnyRow, EventRow, ObjectRow } from "../../kube/rows/row.ts";
import type { KindSpec } from "../kinds/kind-spec.ts";
import { kinds } from "../kinds/kinds.ts";
import { listRows } from "../list-rows.ts";
import { whenReady } from "../maybe-promise.ts";
import type { Operation } from "../operation.ts";
import { rowId } from "../order/compile-order.ts";
import type { Connection, ListArgs, MaybePromise } from "../request-context.ts";

export interface RelatedList<Row extends AnyRow> {
  /** The field: it tells cursors of one object's lists apart. */
  readonly name: string;
  readonly spec: KindSpec<Row>;
  readonly resource: ResourceId;
  readonly args: ListArgs;
  readonly rows: () => readonly Row[];
}

/** A list of objects related to `row`, in its cluster. */
export function listRelated<Row extends AnyRow>(
  operation: Operation,
  row: ObjectRow,
  { name, spec, resource, args, rows }: RelatedList<Row>,
): Connection<Row> {
  const cluster = operation.view.cluster(row.clusterName);
  return listRows(operation, {
    list: `${rowId(row)} ${name}`,
    spec,
    args,
    // What leads to objects of a namespace leads to none of another.
    asked: cluster === undefined ? [] : [{ cluster, resource: toResourceName(resource), ...(row.namespace === null ? {} : { namespaces: [row.namespace] }) }], // prettier-ignore
    resource,
    rows,
  });
}

/** Events about `row`: by uid where the event has one, else by kind and name. */
export function listEventsOf(operation: Operation, row: ObjectRow, args: ListArgs): MaybePromise<Connection<EventRow>> {
  const { view, indexes } = operation;
  const cluster = view.cluster(row.clusterName);
  const resource = knownResources.events;
  const rows = (): readonly EventRow[] => {
    // Events lie in the namespace of what they are about; those about cluster-scoped objects in any, mostly "default".
    const partitions = view
      .partitions(row.clusterName, resource.plural)
      .filter(({ key }) => row.namespace === null || key.namespace === row.namespace);
    return (rowsBy(indexes.byRegarding, { partitions }, row.name) as readonly EventRow[]).filter((event) =>
      isAbout(event, row),
    );
  };
  const list = (): Connection<EventRow> =>
    listRelated(operation, row, { name: "events", spec: kinds.Event, resource, args, rows });
  const ensured = cluster === undefined ? undefined : view.ensureListed([cluster], resource);
  return ensured === undefined ? list() : whenReady(ensured, list);
}

function isAbout({ regardingRef }: EventRow, { kind, name, uid }: ObjectRow): boolean {
  if (regardingRef.kind !== kind) return false;
  // Kubelets write a node's name where its uid belongs.
  return regardingRef.uid === null || regardingRef.uid === uid || regardingRef.uid === name;
}
