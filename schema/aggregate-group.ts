import { Field, Int, ObjectType } from "type-graphql";
import { GroupKey } from "./aggregate.ts";

/** What every group of `groupBy` has; each kind adds its figures. */
@ObjectType({ description: "A group.", simpleResolvers: true })
export abstract class Group {
  @Field(() => [GroupKey], { description: "Fields first, then labels, in the order asked." })
  readonly keys!: readonly GroupKey[];

  @Field(() => Int, { description: "How many." })
  readonly count!: number;
}
