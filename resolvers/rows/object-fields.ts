import type { ObjectRow } from "../../src/kube/rows/row.ts";
import { toKeyValues } from "./field-table.ts";
import type { FieldTable } from "./field-table.ts";
import type { OwnerOfRow } from "./references.ts";

/** Fields of every KubernetesObject. */
export const objectFields: FieldTable<ObjectRow> = {
  id: (row, context) => context.loaders.id(row),
  labels: (row) => toKeyValues(row.labelMap),
  annotations: (row, context) => context.loaders.annotations(row),
  owners: (row) => row.ownerRefs.map((owner): OwnerOfRow => ({ ...owner, row })),
  observedAt: (row) => new Date(row.observedAtMs).toISOString(),
};
