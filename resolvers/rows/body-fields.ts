import type { KubeObject } from "../../src/kube/object.ts";
import { toConditions } from "../../src/kube/rows/conditions.ts";
import { toContainers } from "../../src/kube/rows/pod-details.ts";
import type { EventRow, ObjectRow, PodRow, ServiceRow, WorkloadRow } from "../../src/kube/rows/row.ts";
import { toServiceDetails } from "../../src/kube/rows/service-details.ts";
import {
  toCronJobDetails,
  toDaemonSetDetails,
  toDeploymentDetails,
  toJobDetails,
  toReplicaSetDetails,
  toStatefulSetDetails,
} from "../../src/kube/rows/workload-details.ts";
import type { RequestContext } from "../../src/loaders/request-context.ts";
import { perOperation, toKeyValues } from "./field-table.ts";
import type { FieldTable, FieldTables } from "./field-table.ts";
import type { ConfigReferenceOfPod, ReferenceOfEvent } from "./references.ts";

/**
 * Fields of the kinds that have more than their rows hold: read from the body, which is parsed at most once for an object and operation.
 * A damaged body throws KubeError "MalformedResponse" at the field.
 */
export function createBodyFields(): FieldTables {
  const body = perOperation((row: ObjectRow) => row.body.parse());
  const conditions = { conditions: (row: ObjectRow, context: RequestContext) => toConditions(body(row, context)) };

  function read<Details extends object>(
    toDetails: (object: KubeObject) => Details,
    names: readonly (keyof Details & string)[],
  ): FieldTable<ObjectRow> {
    const details = perOperation((row: ObjectRow, context: RequestContext) => toDetails(body(row, context)));
    return Object.fromEntries(
      names.map((name) => [name, (row: ObjectRow, context: RequestContext) => details(row, context)[name]]),
    );
  }

  return {
    ClusterNode: conditions,
    Namespace: conditions,
    Pod: {
      ...conditions,
      containers: (pod: PodRow, context: RequestContext) => toContainers(body(pod, context)),
      configReferences: (pod: PodRow) =>
        pod.configReferenceRows.map((reference): ConfigReferenceOfPod => ({ ...reference, pod })),
    },
    Workload: { ...conditions, selector: (workload: WorkloadRow) => toKeyValues(workload.selectorMap) },
    Deployment: read(toDeploymentDetails, ["updatedReplicas", "availableReplicas", "paused", "strategy", "revision"]),
    StatefulSet: read(toStatefulSetDetails, ["updatedReplicas", "availableReplicas", "serviceName"]),
    DaemonSet: read(toDaemonSetDetails, ["updatedReplicas", "availableReplicas", "misscheduledReplicas"]),
    ReplicaSet: read(toReplicaSetDetails, ["availableReplicas"]),
    Job: read(toJobDetails, ["completions", "active", "succeeded", "failed", "suspended", "startedAt", "completedAt"]),
    CronJob: read(toCronJobDetails, ["schedule", "timeZone", "suspended", "lastScheduledAt", "lastSuccessfulAt"]),
    Service: {
      ...read(toServiceDetails, ["clusterIps", "externalName", "externalAddresses", "ports"]),
      selector: (service: ServiceRow) => toKeyValues(service.selectorMap),
    },
    Event: { regarding: (event: EventRow): ReferenceOfEvent => ({ ...event.regardingRef, event }) },
  };
}
