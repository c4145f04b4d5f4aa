import { Args, Ctx, Query, Resolver } from "type-graphql";
import { KubernetesObject } from "../schema/kubernetes-object.ts";
import { KubernetesObjectConnection } from "../schema/kubernetes-object-connection.ts";
import { ResourcesArgs } from "../schema/list-args.ts";
import { ResourceArgs } from "../schema/object-args.ts";
import type { KindArgs, ListArgs, RequestContext } from "../src/loaders/request-context.ts";
import { getObject } from "./get-object.ts";
import type { GetterArgs } from "./get-object.ts";

/** Objects of any kind at the root. */
@Resolver()
export class ResourceQueries {
  @Query(() => KubernetesObjectConnection, {
    description:
      "Objects of any kind, custom ones included; cached from the first query on. A cluster without the kind has read state FRESH and no rows; CRD_NOT_INSTALLED where no cluster asked serves it.",
  })
  resources(@Ctx() context: RequestContext, @Args(() => ResourcesArgs) args: ListArgs & KindArgs) {
    return context.loaders.resources(args);
  }

  @Query(() => KubernetesObject, {
    nullable: true,
    description: "One object of any kind. null where it is missing or may not be seen.",
  })
  resource(@Ctx() context: RequestContext, @Args(() => ResourceArgs) args: GetterArgs & KindArgs) {
    return getObject(context, args.apiVersion, args.kind, args);
  }
}
