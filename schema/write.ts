import { Field, InputType, ObjectType } from "type-graphql";
import type { OutputClass } from "./connection.ts";
import { Preconditions } from "./object-ref.ts";

/** What every mutation's input takes. */
@InputType({ description: "Input of a mutation." })
export abstract class WriteInput {
  @Field(() => Preconditions, { nullable: true, description: "What must be true of the object." })
  readonly preconditions?: Preconditions | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Let the API server check and answer, and write nothing.",
  })
  readonly dryRun!: boolean;
}

/** What every mutation answers; each adds `object` by `Written`. */
@ObjectType({ description: "Result of a mutation.", simpleResolvers: true })
export abstract class WritePayload {
  @Field(() => Boolean, {
    description: "Whether reads of this replica show it already; false after 1 s of waiting, and on a dry run.",
  })
  readonly visible!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Give it to a query's readAfter, on any replica, to see this write; null on a dry run.",
  })
  readonly readAfter!: string | null;

  @Field(() => [String], { description: "Warnings of the API server, as kubectl prints them." })
  readonly warnings!: readonly string[];
}

/** The `object` of a payload. */
export function Written(type: () => OutputClass): PropertyDecorator {
  return Field(type, {
    nullable: true,
    description: "The object as written, or as it would be on a dry run; null where it is gone or may not be read.",
  });
}
