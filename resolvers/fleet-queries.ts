import { Args, Ctx, Query, Resolver } from "type-graphql";
import { Cluster } from "../schema/cluster.ts";
import { ClusterConnection } from "../schema/cluster-connection.ts";
import { ClustersArgs } from "../schema/list-args.ts";
import { Node } from "../schema/node.ts";
import { IdArgs, NameArgs, ObjectsArgs } from "../schema/object-args.ts";
import { Viewer } from "../schema/viewer.ts";
import type { Identity } from "../src/kube/identity.ts";
import type { ListArgs, OneArgs, RequestContext } from "../src/loaders/request-context.ts";

/** Who asks, the clusters, and Relay's refetching. */
@Resolver()
export class FleetQueries {
  @Query(() => Viewer, { description: "Who asks." })
  viewer(@Ctx() context: RequestContext): Identity {
    return context.identity;
  }

  @Query(() => Node, {
    nullable: true,
    description: "Any object by id (Relay; takes nothing else). null where it is missing or may not be seen.",
  })
  node(@Ctx() context: RequestContext, @Args(() => IdArgs) { id }: IdArgs) {
    return context.loaders.byId(id);
  }

  @Query(() => [Node], {
    nullable: "items",
    description: "Relay's plural of node: one item for each id, in order; null as node.",
  })
  objects(@Ctx() context: RequestContext, @Args(() => ObjectsArgs) args: OneArgs & Pick<ObjectsArgs, "ids">) {
    return context.loaders.byIds(args.ids, args);
  }

  @Query(() => ClusterConnection, { description: "The fleet, home first, then by name." })
  clusters(@Ctx() context: RequestContext, @Args(() => ClustersArgs) args: ListArgs) {
    return context.loaders.clusters(args);
  }

  @Query(() => Cluster, { nullable: true, description: "One cluster; null where unknown or absent for the caller." })
  cluster(@Ctx() context: RequestContext, @Args(() => NameArgs) { name }: NameArgs) {
    return context.loaders.cluster(name);
  }
}
