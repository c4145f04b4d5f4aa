import { toCount, toInt, toRecord, toRecords, toText } from "../read-json.ts";
import { toConditions } from "./conditions.ts";
import { toMatchLabels } from "./match-labels.ts";
import { toObjectRow } from "./to-object-row.ts";
import { toWorkloadHealth } from "./workload-health.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { RowContext } from "./to-object-row.ts";
import type { WorkloadRow } from "./row.ts";

/** The row of a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob. */
export function toWorkloadRow(object: KubeObject, context: RowContext): WorkloadRow {
  const { interner } = context;
  const type = context.resource.kind as WorkloadRow["__typename"];
  const spec = toRecord(object.spec);
  const status = toRecord(object.status);
  const conditions = toConditions(object);
  const replicas = toReplicas(type, spec, status);
  const readyReplicas = toReadyReplicas(type, status);
  return {
    ...toObjectRow(type, object, context),
    namespace: interner.text(object.metadata.namespace ?? ""),
    replicas,
    readyReplicas,
    health: toWorkloadHealth({ type, object, conditions, replicas, readyReplicas }),
    images: toImages(type, spec).map((image) => interner.text(image)),
    selectorMap: interner.map(toMatchLabels(toRecord(spec.selector).matchLabels)),
  };
}

/** Unset means one, as the API server would have filled in. */
function toReplicas(type: WorkloadRow["__typename"], spec: JsonRecord, status: JsonRecord): number | null {
  switch (type) {
    case "CronJob":
      return null;
    case "DaemonSet":
      return toCount(status.desiredNumberScheduled);
    case "Job":
      return toInt(spec.parallelism) ?? 1;
    default:
      return toInt(spec.replicas) ?? 1;
  }
}

function toReadyReplicas(type: WorkloadRow["__typename"], status: JsonRecord): number {
  if (type === "DaemonSet") return toCount(status.numberReady);
  if (type === "Job") return toCount(status.ready);
  return toCount(status.readyReplicas);
}

function toImages(type: WorkloadRow["__typename"], spec: JsonRecord): readonly string[] {
  const owner = type === "CronJob" ? toRecord(toRecord(spec.jobTemplate).spec) : spec;
  const pod = toRecord(toRecord(owner.template).spec);
  const containers = [...toRecords(pod.initContainers), ...toRecords(pod.containers)];
  return [...new Set(containers.flatMap(({ image }) => toText(image) ?? []))];
}
