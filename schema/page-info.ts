import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "Where a page lies in its list (Relay).", simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether there is more after endCursor." })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether there is more before startCursor." })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "Cursor of the first edge; null on an empty page." })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "Cursor of the last edge; null on an empty page." })
  readonly endCursor!: string | null;
}
