import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Namespace } from "../schema/namespace.ts";
import { PodConnection } from "../schema/pod-connection.ts";
import { PodsOfArgs, ServicesOfArgs, WorkloadsOfNamespaceArgs } from "../schema/relation-args.ts";
import { ServiceConnection } from "../schema/service-connection.ts";
import { WorkloadConnection } from "../schema/workload-connection.ts";
import type { NamespaceRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext, WorkloadListArgs } from "../src/loaders/request-context.ts";

/** What is in a namespace. */
@Resolver(() => Namespace)
export class NamespaceResolver {
  @FieldResolver(() => PodConnection, { description: "Its pods." })
  pods(@Root() namespace: NamespaceRow, @Ctx() context: RequestContext, @Args(() => PodsOfArgs) args: ListArgs) {
    return context.loaders.pods({ ...args, ...within(namespace) });
  }

  @FieldResolver(() => WorkloadConnection, { description: "Its workloads." })
  workloads(
    @Root() namespace: NamespaceRow,
    @Ctx() context: RequestContext,
    @Args(() => WorkloadsOfNamespaceArgs) args: WorkloadListArgs,
  ) {
    return context.loaders.workloads({ ...args, ...within(namespace) });
  }

  @FieldResolver(() => ServiceConnection, { description: "Its services." })
  services(
    @Root() namespace: NamespaceRow,
    @Ctx() context: RequestContext,
    @Args(() => ServicesOfArgs) args: ListArgs,
  ) {
    return context.loaders.services({ ...args, ...within(namespace) });
  }
}

function within(namespace: NamespaceRow): Pick<ListArgs, "clusters" | "namespaces"> {
  return { clusters: [namespace.clusterName], namespaces: [namespace.name] };
}
