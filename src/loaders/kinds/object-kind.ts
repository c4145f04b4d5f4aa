import { toMicros } from "../instant.ts";
import type { Health, ObjectRow, OwnerRef, ResourceAmounts } from "../../kube/rows/row.ts";
import type { OrderInput } from "../request-context.ts";
import { labelsField, objectField, relationField } from "../where/composite-fields.ts";
import { enumField, quantityField, stringField, timeField } from "../where/scalar-fields.ts";
import type { Field, WhereFields } from "../where/predicate.ts";
import type { KindSpec, OrderField } from "./kind-spec.ts";

/** Cluster (home first), namespace, name. */
export const defaultOrder: readonly OrderInput[] = [
  { field: "CLUSTER", direction: "ASC" },
  { field: "NAMESPACE", direction: "ASC" },
  { field: "NAME", direction: "ASC" },
];

const ownerFields: WhereFields<OwnerRef> = {
  kind: stringField((owner) => owner.kind),
  name: stringField((owner) => owner.name),
  uid: stringField((owner) => owner.uid),
};

const healthFields: WhereFields<Health> = {
  state: enumField((health) => health.state),
  reason: stringField((health) => health.reason),
};

/** HealthWhere. */
export function healthField<Row extends { readonly health: Health }>(): Field<Row> {
  return objectField((row) => row.health, healthFields);
}

/** ResourceListWhere. */
export function amountsField<Row>(read: (row: Row) => ResourceAmounts): Field<Row> {
  return objectField(read, {
    cpu: quantityField((amounts) => amounts.cpu),
    memory: quantityField((amounts) => amounts.memory),
  });
}

/** Conditions that any object can meet. */
export const objectWhere: WhereFields<ObjectRow> = {
  uid: stringField((row) => row.uid),
  name: stringField((row) => row.name),
  namespace: stringField((row) => row.namespace),
  labels: labelsField((row) => row.labelMap),
  createdAt: timeField((row) => row.createdAt),
  deletionTimestamp: timeField((row) => row.deletionTimestamp),
  owner: objectField((row) => row.ownerRefs.find(({ controller }) => controller), ownerFields),
  cluster: relationField(
    (row, { relations }) => relations.cluster(row.clusterName),
    ({ kinds }) => kinds.Cluster.where,
  ),
};

/** The same for a cluster-scoped kind. */
export const clusterScopedWhere: WhereFields<ObjectRow> = Object.fromEntries(
  Object.entries(objectWhere).filter(([name]) => name !== "namespace"),
);

/** A sort key of microseconds. */
export function timeOrder<Row>(read: (row: Row) => string | null): OrderField<Row> {
  return {
    type: "number",
    read: (row) => {
      const time = read(row);
      return time === null ? null : (toMicros(time) ?? null);
    },
  };
}

/** Sort keys that any object has. */
export const objectOrder: Readonly<Record<string, OrderField<ObjectRow>>> = {
  CLUSTER: { type: "text", read: (row, rank) => rank(row.clusterName) },
  NAMESPACE: { type: "text", read: (row) => row.namespace },
  NAME: { type: "text", read: (row) => row.name },
  CREATED_AT: timeOrder((row) => row.createdAt),
};

/** Objects of any kind, namespaces included where they are met as such. */
export const objectKind: KindSpec<ObjectRow> = {
  name: "KubernetesObject",
  where: objectWhere,
  order: objectOrder,
  defaultOrder,
  groups: { CLUSTER: (row) => row.clusterName, NAMESPACE: (row) => row.namespace },
  figures: {},
};
