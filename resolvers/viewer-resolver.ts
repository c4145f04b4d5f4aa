import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { CanArguments } from "../schema/field-args.ts";
import { Viewer } from "../schema/viewer.ts";
import type { CanArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What the caller may do. */
@Resolver(() => Viewer)
export class ViewerResolver {
  @FieldResolver(() => Boolean, {
    description: "Whether the caller may do this, as kubectl auth can-i; AUTHZ_UNAVAILABLE where it cannot be told.",
  })
  can(@Root() _viewer: unknown, @Ctx() context: RequestContext, @Args(() => CanArguments) args: CanArgs) {
    return context.loaders.can(args);
  }
}
