import type { ClusterValue } from "../request-context.ts";
import { labelsField } from "../where/composite-fields.ts";
import { predicateField } from "../where/predicate.ts";
import { stringField, stringOperators } from "../where/scalar-fields.ts";
import { healthField } from "./object-kind.ts";
import type { KindSpec } from "./kind-spec.ts";
import { settledField } from "../where/settled-field.ts";

/** Clusters: no orderBy of their own, home first and then by name. */
export const clusterKind: KindSpec<ClusterValue> = {
  name: "Cluster",
  where: {
    name: stringField((cluster) => cluster.name),
    role: predicateField((cluster) => cluster.role, { eq: stringOperators["eq"]! }),
    labels: labelsField((cluster) => cluster.labelMap),
    health: settledField(healthField()),
    version: settledField(stringField((cluster) => cluster.version)),
  },
  order: { CLUSTER: { type: "text", read: (cluster, rank) => rank(cluster.name) } },
  defaultOrder: [{ field: "CLUSTER", direction: "ASC" }],
  groups: {},
  figures: {},
};
