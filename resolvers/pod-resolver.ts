import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { ClusterNode } from "../schema/cluster-node.ts";
import { PodLogsArgs } from "../schema/field-args.ts";
import { Pod } from "../schema/pod.ts";
import { PodLogs } from "../schema/pod-logs.ts";
import { Service } from "../schema/service.ts";
import { Workload } from "../schema/workload.ts";
import type { PodRow } from "../src/kube/rows/row.ts";
import type { LogArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What a pod is related to, and its logs. */
@Resolver(() => Pod)
export class PodResolver {
  @FieldResolver(() => ClusterNode, {
    nullable: true,
    description: "The node it is bound to; null until scheduled, where the node is gone, or may not be seen.",
  })
  node(@Root() pod: PodRow, @Ctx() context: RequestContext) {
    return context.loaders.podNode(pod);
  }

  @FieldResolver(() => Workload, {
    nullable: true,
    description:
      "Top of its controller chain: the Deployment, not its ReplicaSet; null for a bare pod or where it may not be seen.",
  })
  workload(@Root() pod: PodRow, @Ctx() context: RequestContext) {
    return context.loaders.podWorkload(pod);
  }

  @FieldResolver(() => [Service], {
    description: "Services of its namespace whose selector matches it, that may be seen.",
  })
  services(@Root() pod: PodRow, @Ctx() context: RequestContext) {
    return context.loaders.podServices(pod);
  }

  @FieldResolver(() => PodLogs, {
    nullable: true,
    description:
      "Log of one container, read from the cluster now (one upstream call each); null with an error where it cannot be had. Needs get on pods/log.",
  })
  logs(@Root() pod: PodRow, @Ctx() context: RequestContext, @Args(() => PodLogsArgs) args: LogArgs) {
    return context.loaders.podLogs(pod, args);
  }
}
