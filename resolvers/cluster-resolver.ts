import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Cluster } from "../schema/cluster.ts";
import { ClusterNodeConnection } from "../schema/cluster-node-connection.ts";
import { NamespaceConnection } from "../schema/namespace-connection.ts";
import { PodConnection } from "../schema/pod-connection.ts";
import { ClusterReadState } from "../schema/read-state.ts";
import { NamespacesOfArgs, NodesOfArgs, PodsOfClusterArgs, WorkloadsOfClusterArgs } from "../schema/relation-args.ts";
import { WorkloadConnection } from "../schema/workload-connection.ts";
import type { ClusterValue, ListArgs, RequestContext, WorkloadListArgs } from "../src/loaders/request-context.ts";

/** What is in a cluster. */
@Resolver(() => Cluster)
export class ClusterResolver {
  @FieldResolver(() => [ClusterReadState], { description: "One for each resource held of it." })
  readStates(@Root() cluster: ClusterValue, @Ctx() context: RequestContext) {
    return context.loaders.clusterReadStates(cluster);
  }

  @FieldResolver(() => ClusterNodeConnection, { description: "Its Kubernetes nodes." })
  nodes(@Root() cluster: ClusterValue, @Ctx() context: RequestContext, @Args(() => NodesOfArgs) args: ListArgs) {
    return context.loaders.nodes({ ...args, clusters: [cluster.name] });
  }

  @FieldResolver(() => NamespaceConnection, { description: "Its namespaces." })
  namespaces(
    @Root() cluster: ClusterValue,
    @Ctx() context: RequestContext,
    @Args(() => NamespacesOfArgs) args: ListArgs,
  ) {
    return context.loaders.namespaces({ ...args, clusters: [cluster.name] });
  }

  @FieldResolver(() => PodConnection, { description: "Its pods, as root pods(clusters:)." })
  pods(@Root() cluster: ClusterValue, @Ctx() context: RequestContext, @Args(() => PodsOfClusterArgs) args: ListArgs) {
    return context.loaders.pods({ ...args, clusters: [cluster.name] });
  }

  @FieldResolver(() => WorkloadConnection, { description: "Its workloads, as root workloads(clusters:)." })
  workloads(
    @Root() cluster: ClusterValue,
    @Ctx() context: RequestContext,
    @Args(() => WorkloadsOfClusterArgs) args: WorkloadListArgs,
  ) {
    return context.loaders.workloads({ ...args, clusters: [cluster.name] });
  }
}
