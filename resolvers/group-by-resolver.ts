import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { ClassType } from "type-graphql";
import type { OutputClass } from "../schema/connection.ts";
import type { Connection, GroupArgs, GroupValue, RequestContext } from "../src/loaders/request-context.ts";

export interface GroupByOptions {
  readonly connection: OutputClass;
  readonly group: OutputClass;
  readonly args: ClassType;
}

/** Makes the resolver class of `groupBy` of one connection type. */
export function createGroupByResolver({ connection, group, args: argsClass }: GroupByOptions): ClassType {
  @Resolver(() => connection)
  class GroupByResolver {
    @FieldResolver(() => [group], {
      description:
        "Counts and figures of all that matches (not only this page), by keys ascending, nulls last. No fields and no labels: one group. Over 10,000 groups: LIMIT_EXCEEDED.",
    })
    groupBy(
      @Root() list: Connection<unknown>,
      @Ctx() _context: RequestContext,
      @Args(() => argsClass) args: GroupArgs,
    ): readonly GroupValue[] {
      return list.groupBy(args);
    }
  }
  return GroupByResolver;
}
