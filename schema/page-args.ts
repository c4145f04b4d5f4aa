import { ArgsType, Field, Int } from "type-graphql";

/** The arguments of every connection (Relay). */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description:
      "How many from the start; 100 where neither first nor last is given, at most 50,000; not together with last.",
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after this edge cursor." })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: "How many from the end; at most 50,000." })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before this edge cursor." })
  readonly before?: string | null;
}
