import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Cluster } from "../schema/cluster.ts";
import { ClusterReadState } from "../schema/read-state.ts";
import type { ReadStateValue, RequestContext } from "../src/loaders/request-context.ts";

/** Whose read state it is. */
@Resolver(() => ClusterReadState)
export class ReadStateResolver {
  @FieldResolver(() => Cluster, { description: "The cluster." })
  cluster(@Root() state: ReadStateValue, @Ctx() context: RequestContext) {
    return context.loaders.cluster(state.clusterName);
  }
}
