import type { Identity } from "../../src/kube/identity.ts";
import { toMilli, toWhole } from "../../src/kube/quantity.ts";
import type { ApiResource } from "../../src/kube/resource-id.ts";
import { toApiVersion } from "../../src/kube/resource-id.ts";
import type { ResourceAmounts } from "../../src/kube/rows/row.ts";
import type { ClusterValue, ReadStateValue } from "../../src/loaders/request-context.ts";
import { toKeyValues } from "./field-table.ts";
import type { FieldTable } from "./field-table.ts";

/** Fields of Cluster. */
export const clusterFields: FieldTable<ClusterValue> = {
  labels: (cluster) => toKeyValues(cluster.labelMap),
};

/** Fields of ApiResource. */
export const apiResourceFields: FieldTable<ApiResource> = {
  apiVersion: (resource) => toApiVersion(resource),
};

/** Fields of ClusterReadState. */
export const readStateFields: FieldTable<ReadStateValue> = {
  // From the start of the operation, which is when the rows were chosen: an answer that takes long does not make them older than they are.
  ageSeconds: ({ observedAtMs }, { nowMs }) =>
    observedAtMs === null ? null : Math.max(0, Math.floor((nowMs - observedAtMs) / 1000)),
};

/** Fields of ResourceList: quantities as exact numbers, rounded up as the scheduler does. */
export const resourceListFields: FieldTable<ResourceAmounts> = {
  cpuMilli: ({ cpu }) => (cpu === null ? null : toMilli(cpu)),
  memoryBytes: ({ memory }) => (memory === null ? null : toWhole(memory)),
  ephemeralStorageBytes: ({ ephemeralStorage }) => (ephemeralStorage === null ? null : toWhole(ephemeralStorage)),
};

/** Fields of Viewer: only somebody a realm vouched for has a name here. */
export const viewerFields: FieldTable<Identity> = {
  username: (identity) => (identity.kind === "user" ? identity.username : null),
  groups: (identity) => (identity.kind === "user" ? identity.groups : []),
  realm: (identity) => (identity.kind === "user" ? identity.realm : null),
};
