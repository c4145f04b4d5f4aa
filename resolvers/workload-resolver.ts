import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { PodConnection } from "../schema/pod-connection.ts";
import { PodsOfArgs } from "../schema/relation-args.ts";
import { Workload } from "../schema/workload.ts";
import type { WorkloadRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What every workload is related to. */
@Resolver(() => Workload)
export class WorkloadResolver {
  @FieldResolver(() => PodConnection, {
    description: "Pods whose controller chain leads here, through ReplicaSets and Jobs.",
  })
  pods(@Root() workload: WorkloadRow, @Ctx() context: RequestContext, @Args(() => PodsOfArgs) args: ListArgs) {
    return context.loaders.workloadPods(workload, args);
  }
}
