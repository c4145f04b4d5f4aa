import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "A piece of a log.", simpleResolvers: true })
export class PodLogs {
  @Field(() => String, { description: "The container it is of." })
  readonly container!: string;

  @Field(() => String, { description: "Lines, each ended by a newline; bytes that are not UTF-8 are replaced." })
  readonly text!: string;

  @Field(() => Boolean, { description: "Whether it was cut at limits.logBytes; the end is kept." })
  readonly truncated!: boolean;
}
