import { Args, Ctx, Query, Resolver } from "type-graphql";
import { ServicesArgs } from "../schema/list-args.ts";
import { NamespacedArgs } from "../schema/object-args.ts";
import { Service } from "../schema/service.ts";
import { ServiceConnection } from "../schema/service-connection.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";
import { getObject } from "./get-object.ts";
import type { GetterArgs } from "./get-object.ts";

/** Services at the root. */
@Resolver()
export class ServiceQueries {
  @Query(() => ServiceConnection, { description: "Services." })
  services(@Ctx() context: RequestContext, @Args(() => ServicesArgs) args: ListArgs) {
    return context.loaders.services(args);
  }

  @Query(() => Service, { nullable: true, description: "One Service. null where it is missing or may not be seen." })
  service(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "v1", "Service", args);
  }
}
