import { Args, Ctx, Query, Resolver } from "type-graphql";
import { EventConnection } from "../schema/event-connection.ts";
import { EventsArgs } from "../schema/list-args.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** Events at the root. */
@Resolver()
export class EventQueries {
  @Query(() => EventConnection, { description: "Kubernetes events." })
  events(@Ctx() context: RequestContext, @Args(() => EventsArgs) args: ListArgs) {
    return context.loaders.events(args);
  }
}
