import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Deployment } from "../schema/deployment.ts";
import { WorkloadsOfOwnerArgs } from "../schema/relation-args.ts";
import { ReplicaSetConnection } from "../schema/replica-set-connection.ts";
import type { WorkloadRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What a Deployment is related to. */
@Resolver(() => Deployment)
export class DeploymentResolver {
  @FieldResolver(() => ReplicaSetConnection, { description: "ReplicaSets it controls." })
  replicaSets(
    @Root() deployment: WorkloadRow,
    @Ctx() context: RequestContext,
    @Args(() => WorkloadsOfOwnerArgs) args: ListArgs,
  ) {
    return context.loaders.controlledWorkloads(deployment, args);
  }
}
