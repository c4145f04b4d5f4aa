import { toCount, toInt, toRecord, toText, toTime } from "../read-json.ts";
import type { KubeObject } from "../object.ts";

/** What the schema's Deployment has beyond Workload. */
export interface DeploymentDetails {
  readonly updatedReplicas: number;
  readonly availableReplicas: number;
  readonly paused: boolean;
  readonly strategy: string;
  readonly revision: number | null;
}

const revisionAnnotation = "deployment.kubernetes.io/revision";

export function toDeploymentDetails(deployment: KubeObject): DeploymentDetails {
  const spec = toRecord(deployment.spec);
  const status = toRecord(deployment.status);
  const revision = deployment.metadata.annotations?.[revisionAnnotation];
  return {
    updatedReplicas: toCount(status.updatedReplicas),
    availableReplicas: toCount(status.availableReplicas),
    paused: spec.paused === true,
    strategy: toText(toRecord(spec.strategy).type) ?? "RollingUpdate",
    revision: revision !== undefined && /^\d+$/.test(revision) ? toInt(Number(revision)) : null,
  };
}

/** What the schema's StatefulSet has beyond Workload. */
export interface StatefulSetDetails {
  readonly updatedReplicas: number;
  readonly availableReplicas: number;
  readonly serviceName: string | null;
}

export function toStatefulSetDetails(statefulSet: KubeObject): StatefulSetDetails {
  const status = toRecord(statefulSet.status);
  return {
    updatedReplicas: toCount(status.updatedReplicas),
    availableReplicas: toCount(status.availableReplicas),
    serviceName: toText(toRecord(statefulSet.spec).serviceName),
  };
}

/** What the schema's DaemonSet has beyond Workload. */
export interface DaemonSetDetails {
  readonly updatedReplicas: number;
  readonly availableReplicas: number;
  readonly misscheduledReplicas: number;
}

export function toDaemonSetDetails(daemonSet: KubeObject): DaemonSetDetails {
  const status = toRecord(daemonSet.status);
  return {
    updatedReplicas: toCount(status.updatedNumberScheduled),
    availableReplicas: toCount(status.numberAvailable),
    misscheduledReplicas: toCount(status.numberMisscheduled),
  };
}

/** What the schema's ReplicaSet has beyond Workload. */
export interface ReplicaSetDetails {
  readonly availableReplicas: number;
}

export function toReplicaSetDetails(replicaSet: KubeObject): ReplicaSetDetails {
  return { availableReplicas: toCount(toRecord(replicaSet.status).availableReplicas) };
}

/** What the schema's Job has beyond Workload. */
export interface JobDetails {
  readonly completions: number | null;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly suspended: boolean;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

export function toJobDetails(job: KubeObject): JobDetails {
  const spec = toRecord(job.spec);
  const status = toRecord(job.status);
  return {
    completions: toInt(spec.completions),
    active: toCount(status.active),
    succeeded: toCount(status.succeeded),
    failed: toCount(status.failed),
    suspended: spec.suspend === true,
    startedAt: toTime(status.startTime),
    completedAt: toTime(status.completionTime),
  };
}

/** What the schema's CronJob has beyond Workload. */
export interface CronJobDetails {
  readonly schedule: string;
  readonly timeZone: string | null;
  readonly suspended: boolean;
  readonly lastScheduledAt: string | null;
  readonly lastSuccessfulAt: string | null;
}

export function toCronJobDetails(cronJob: KubeObject): CronJobDetails {
  const spec = toRecord(cronJob.spec);
  const status = toRecord(cronJob.status);
  return {
    schedule: toText(spec.schedule) ?? "",
    timeZone: toText(spec.timeZone),
    suspended: spec.suspend === true,
    lastScheduledAt: toTime(status.lastScheduleTime),
    lastSuccessfulAt: toTime(status.lastSuccessfulTime),
  };
}
