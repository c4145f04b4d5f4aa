import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { ClusterNode } from "../schema/cluster-node.ts";
import { PodConnection } from "../schema/pod-connection.ts";
import { PodsOfArgs } from "../schema/relation-args.ts";
import type { NodeRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What a node is related to. */
@Resolver(() => ClusterNode)
export class ClusterNodeResolver {
  @FieldResolver(() => PodConnection, { description: "Pods bound to it." })
  pods(@Root() node: NodeRow, @Ctx() context: RequestContext, @Args(() => PodsOfArgs) args: ListArgs) {
    return context.loaders.nodePods(node, args);
  }
}
