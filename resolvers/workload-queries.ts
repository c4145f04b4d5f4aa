import { Args, Ctx, Query, Resolver } from "type-graphql";
import { CronJob } from "../schema/cron-job.ts";
import { CronJobConnection } from "../schema/cron-job-connection.ts";
import { DaemonSet } from "../schema/daemon-set.ts";
import { DaemonSetConnection } from "../schema/daemon-set-connection.ts";
import { Deployment } from "../schema/deployment.ts";
import { DeploymentConnection } from "../schema/deployment-connection.ts";
import { Job } from "../schema/job.ts";
import { JobConnection } from "../schema/job-connection.ts";
import { WorkloadsArgs, WorkloadsOfKindArgs } from "../schema/list-args.ts";
import { NamespacedArgs } from "../schema/object-args.ts";
import { ReplicaSet } from "../schema/replica-set.ts";
import { ReplicaSetConnection } from "../schema/replica-set-connection.ts";
import { StatefulSet } from "../schema/stateful-set.ts";
import { StatefulSetConnection } from "../schema/stateful-set-connection.ts";
import { WorkloadConnection } from "../schema/workload-connection.ts";
import type { ListArgs, RequestContext, WorkloadListArgs } from "../src/loaders/request-context.ts";
import { getObject } from "./get-object.ts";
import type { GetterArgs } from "./get-object.ts";

/** Workloads at the root, all and by kind. */
@Resolver()
export class WorkloadQueries {
  @Query(() => WorkloadConnection, {
    description:
      "Workloads of several kinds; where: {owner: null} leaves out ReplicaSets of Deployments and Jobs of CronJobs.",
  })
  workloads(@Ctx() context: RequestContext, @Args(() => WorkloadsArgs) args: WorkloadListArgs) {
    return context.loaders.workloads(args);
  }

  @Query(() => DeploymentConnection, { description: "Deployments." })
  deployments(@Ctx() context: RequestContext, @Args(() => WorkloadsOfKindArgs) args: ListArgs) {
    return context.loaders.workloadsOf("DEPLOYMENT", args);
  }

  @Query(() => Deployment, {
    nullable: true,
    description: "One Deployment. null where it is missing or may not be seen.",
  })
  deployment(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "apps/v1", "Deployment", args);
  }

  @Query(() => StatefulSetConnection, { description: "StatefulSets." })
  statefulSets(@Ctx() context: RequestContext, @Args(() => WorkloadsOfKindArgs) args: ListArgs) {
    return context.loaders.workloadsOf("STATEFUL_SET", args);
  }

  @Query(() => StatefulSet, {
    nullable: true,
    description: "One StatefulSet. null where it is missing or may not be seen.",
  })
  statefulSet(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "apps/v1", "StatefulSet", args);
  }

  @Query(() => DaemonSetConnection, { description: "DaemonSets." })
  daemonSets(@Ctx() context: RequestContext, @Args(() => WorkloadsOfKindArgs) args: ListArgs) {
    return context.loaders.workloadsOf("DAEMON_SET", args);
  }

  @Query(() => DaemonSet, {
    nullable: true,
    description: "One DaemonSet. null where it is missing or may not be seen.",
  })
  daemonSet(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "apps/v1", "DaemonSet", args);
  }

  @Query(() => ReplicaSetConnection, { description: "ReplicaSets." })
  replicaSets(@Ctx() context: RequestContext, @Args(() => WorkloadsOfKindArgs) args: ListArgs) {
    return context.loaders.workloadsOf("REPLICA_SET", args);
  }

  @Query(() => ReplicaSet, {
    nullable: true,
    description: "One ReplicaSet. null where it is missing or may not be seen.",
  })
  replicaSet(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "apps/v1", "ReplicaSet", args);
  }

  @Query(() => JobConnection, { description: "Jobs." })
  jobs(@Ctx() context: RequestContext, @Args(() => WorkloadsOfKindArgs) args: ListArgs) {
    return context.loaders.workloadsOf("JOB", args);
  }

  @Query(() => Job, { nullable: true, description: "One Job. null where it is missing or may not be seen." })
  job(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "batch/v1", "Job", args);
  }

  @Query(() => CronJobConnection, { description: "CronJobs." })
  cronJobs(@Ctx() context: RequestContext, @Args(() => WorkloadsOfKindArgs) args: ListArgs) {
    return context.loaders.workloadsOf("CRON_JOB", args);
  }

  @Query(() => CronJob, { nullable: true, description: "One CronJob. null where it is missing or may not be seen." })
  cronJob(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "batch/v1", "CronJob", args);
  }
}
