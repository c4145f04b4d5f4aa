import { Args, Ctx, Query, Resolver } from "type-graphql";
import { PodsArgs } from "../schema/list-args.ts";
import { NamespacedArgs } from "../schema/object-args.ts";
import { Pod } from "../schema/pod.ts";
import { PodConnection } from "../schema/pod-connection.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";
import { getObject } from "./get-object.ts";
import type { GetterArgs } from "./get-object.ts";

/** Pods at the root. */
@Resolver()
export class PodQueries {
  @Query(() => PodConnection, { description: "Pods." })
  pods(@Ctx() context: RequestContext, @Args(() => PodsArgs) args: ListArgs) {
    return context.loaders.pods(args);
  }

  @Query(() => Pod, { nullable: true, description: "One pod. null where it is missing or may not be seen." })
  pod(@Ctx() context: RequestContext, @Args(() => NamespacedArgs) args: GetterArgs) {
    return getObject(context, "v1", "Pod", args);
  }
}
