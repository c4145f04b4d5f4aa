import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { PodConnection } from "../schema/pod-connection.ts";
import { PodsOfArgs } from "../schema/relation-args.ts";
import { Service, ServiceEndpoint } from "../schema/service.ts";
import type { ServiceRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What a service is related to. */
@Resolver(() => Service)
export class ServiceResolver {
  @FieldResolver(() => [ServiceEndpoint], { description: "From its EndpointSlices." })
  endpoints(@Root() service: ServiceRow, @Ctx() context: RequestContext) {
    return context.loaders.serviceEndpoints(service);
  }

  @FieldResolver(() => PodConnection, { description: "Pods its selector matches; none where it has no selector." })
  pods(@Root() service: ServiceRow, @Ctx() context: RequestContext, @Args(() => PodsOfArgs) args: ListArgs) {
    return context.loaders.servicePods(service, args);
  }
}
