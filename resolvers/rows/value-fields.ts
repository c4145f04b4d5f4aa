import type { Identity } from "../../src/kube/identity.ts";
import { toMilli, toWhole } from "../../src/kube/quantity.ts";
import type { ApiResource } from "../../src/kube/resource-id.ts";
import { toApiVersion } from "../../src/kube/resource-id.ts";
import type { ResourceAmounts } from "../../src/kube/rows/row.ts";
import type { Clock } from "../../src/lib/clock.ts";
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

/** Fields of ClusterReadState. The age is of the moment the field is read, which is when the answer leaves. */
export function createReadStateFields(clock: Clock): FieldTable<ReadStateValue> {
  return {
    // A proof may bear a time that the clock, set back since, has not reached.
    ageSeconds: ({ observedAtMs }) =>
      observedAtMs === null ? null : Math.max(0, Math.floor((clock.now() - observedAtMs) / 1000)),
  };
}

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
