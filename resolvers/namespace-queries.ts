import { Args, Ctx, Query, Resolver } from "type-graphql";
import { NamespacesArgs } from "../schema/list-args.ts";
import { Namespace } from "../schema/namespace.ts";
import { NamespaceConnection } from "../schema/namespace-connection.ts";
import { ClusterScopedArgs } from "../schema/object-args.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";
import { getObject } from "./get-object.ts";
import type { GetterArgs } from "./get-object.ts";

/** Namespaces at the root. */
@Resolver()
export class NamespaceQueries {
  @Query(() => NamespaceConnection, { description: "Namespaces, system ones included." })
  namespaces(@Ctx() context: RequestContext, @Args(() => NamespacesArgs) args: ListArgs) {
    return context.loaders.namespaces(args);
  }

  @Query(() => Namespace, {
    nullable: true,
    description: "One namespace. null where it is missing or may not be seen.",
  })
  namespace(@Ctx() context: RequestContext, @Args(() => ClusterScopedArgs) args: GetterArgs) {
    return getObject(context, "v1", "Namespace", args);
  }
}
