import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Cluster } from "../schema/cluster.ts";
import { HealthChanged } from "../schema/health-changed.ts";
import type { HealthMessage, RequestContext } from "../src/loaders/request-context.ts";

/** Whose health changed. */
@Resolver(() => HealthChanged)
export class HealthChangedResolver {
  @FieldResolver(() => Cluster, { description: "The cluster it belongs to, or is." })
  cluster(@Root() message: HealthMessage, @Ctx() context: RequestContext) {
    return context.loaders.cluster(message.clusterName);
  }
}
