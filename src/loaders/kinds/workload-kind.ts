import type { WorkloadRow } from "../../kube/rows/row.ts";
import { listField } from "../where/composite-fields.ts";
import { numberField, stringField } from "../where/scalar-fields.ts";
import { defaultOrder, healthField, objectKind, objectOrder, objectWhere } from "./object-kind.ts";
import type { KindSpec } from "./kind-spec.ts";
import { settledField } from "../where/settled-field.ts";

export const workloadKind: KindSpec<WorkloadRow> = {
  name: "Workload",
  where: {
    ...objectWhere,
    kind: stringField((workload) => workload.kind),
    replicas: numberField((workload) => workload.replicas),
    readyReplicas: numberField((workload) => workload.readyReplicas),
    health: healthField(),
    pods: settledField(
      listField(
        (workload, { relations }) => relations.workloadPods(workload),
        ({ kinds }) => kinds.Pod.where,
      ),
    ),
  },
  order: {
    ...objectOrder,
    KIND: { type: "text", read: (workload) => workload.kind },
    REPLICAS: { type: "number", read: (workload) => workload.replicas },
    READY_REPLICAS: { type: "number", read: (workload) => workload.readyReplicas },
  },
  defaultOrder,
  groups: {
    ...objectKind.groups,
    KIND: (workload) => workload.kind,
    HEALTH: (workload) => workload.health.state,
  },
  figures: {
    replicas: (workload) => workload.replicas,
    readyReplicas: (workload) => workload.readyReplicas,
  },
};
