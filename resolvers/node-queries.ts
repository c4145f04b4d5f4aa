import { Args, Ctx, Query, Resolver } from "type-graphql";
import { ClusterNode } from "../schema/cluster-node.ts";
import { ClusterNodeConnection } from "../schema/cluster-node-connection.ts";
import { NodesArgs } from "../schema/list-args.ts";
import { ClusterScopedArgs } from "../schema/object-args.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";
import { getObject } from "./get-object.ts";
import type { GetterArgs } from "./get-object.ts";

/** Kubernetes nodes at the root. */
@Resolver()
export class NodeQueries {
  @Query(() => ClusterNodeConnection, { description: "Kubernetes nodes (Relay's plural of node is objects)." })
  nodes(@Ctx() context: RequestContext, @Args(() => NodesArgs) args: ListArgs) {
    return context.loaders.nodes(args);
  }

  @Query(() => ClusterNode, {
    nullable: true,
    description: "One Kubernetes node. null where it is missing or may not be seen.",
  })
  clusterNode(@Ctx() context: RequestContext, @Args(() => ClusterScopedArgs) args: GetterArgs) {
    return getObject(context, "v1", "Node", args);
  }
}
