import { createEnum } from "./create-enum.ts";

export const WorkloadKind = createEnum("WorkloadKind", "Kinds that are a Workload.", {
  CRON_JOB: "batch/v1 CronJob.",
  DAEMON_SET: "apps/v1 DaemonSet.",
  DEPLOYMENT: "apps/v1 Deployment.",
  JOB: "batch/v1 Job.",
  REPLICA_SET: "apps/v1 ReplicaSet.",
  STATEFUL_SET: "apps/v1 StatefulSet.",
});
export type WorkloadKind = keyof typeof WorkloadKind;
