import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { CronJob } from "../schema/cron-job.ts";
import { JobConnection } from "../schema/job-connection.ts";
import { WorkloadsOfOwnerArgs } from "../schema/relation-args.ts";
import type { WorkloadRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What a CronJob is related to. */
@Resolver(() => CronJob)
export class CronJobResolver {
  @FieldResolver(() => JobConnection, { description: "Jobs it controls." })
  jobs(@Root() cronJob: WorkloadRow, @Ctx() context: RequestContext, @Args(() => WorkloadsOfOwnerArgs) args: ListArgs) {
    return context.loaders.controlledWorkloads(cronJob, args);
  }
}
