import { knownResources } from "../kube/known-resources.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { WorkloadKindName } from "./request-context.ts";

/** The resource of each WorkloadKind. */
const workloadKinds: Readonly<Record<WorkloadKindName, ResourceId>> = {
  CRON_JOB: knownResources.cronjobs,
  DAEMON_SET: knownResources.daemonsets,
  DEPLOYMENT: knownResources.deployments,
  JOB: knownResources.jobs,
  REPLICA_SET: knownResources.replicasets,
  STATEFUL_SET: knownResources.statefulsets,
};

export function workloadResource(kind: WorkloadKindName): ResourceId {
  return workloadKinds[kind];
}
