import { Field, Float, InputType, Int } from "type-graphql";
import { DateTime } from "./scalars/date-time.ts";
import { Duration } from "./scalars/duration.ts";
import { Quantity } from "./scalars/quantity.ts";

@InputType({ description: "Condition on a string; exact, by code point, case counts." })
export class StringPredicate {
  @Field(() => String, { nullable: true, description: "Equal; null = is absent." })
  readonly eq?: string | null;

  @Field(() => [String], { nullable: true, description: "Equal to one of them; empty matches nothing." })
  readonly in?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "Begins with it." })
  readonly startsWith?: string | null;

  @Field(() => String, { nullable: true, description: "Has it anywhere." })
  readonly contains?: string | null;
}

@InputType({ description: "Condition on a whole number." })
export class IntPredicate {
  @Field(() => Int, { nullable: true, description: "Equal; null = is absent." })
  readonly eq?: number | null;

  @Field(() => [Int], { nullable: true, description: "Equal to one of them; empty matches nothing." })
  readonly in?: readonly number[] | null;

  @Field(() => Int, { nullable: true, description: "Greater." })
  readonly gt?: number | null;

  @Field(() => Int, { nullable: true, description: "Greater or equal." })
  readonly gte?: number | null;

  @Field(() => Int, { nullable: true, description: "Less." })
  readonly lt?: number | null;

  @Field(() => Int, { nullable: true, description: "Less or equal." })
  readonly lte?: number | null;
}

@InputType({ description: "Condition on a number." })
export class FloatPredicate {
  @Field(() => Float, { nullable: true, description: "Equal; null = is absent." })
  readonly eq?: number | null;

  @Field(() => [Float], { nullable: true, description: "Equal to one of them; empty matches nothing." })
  readonly in?: readonly number[] | null;

  @Field(() => Float, { nullable: true, description: "Greater." })
  readonly gt?: number | null;

  @Field(() => Float, { nullable: true, description: "Greater or equal." })
  readonly gte?: number | null;

  @Field(() => Float, { nullable: true, description: "Less." })
  readonly lt?: number | null;

  @Field(() => Float, { nullable: true, description: "Less or equal." })
  readonly lte?: number | null;
}

@InputType({ description: "Condition on a quantity, compared by value." })
export class QuantityPredicate {
  @Field(() => Quantity, { nullable: true, description: "Equal; null = is absent." })
  readonly eq?: string | null;

  @Field(() => [Quantity], { nullable: true, description: "Equal to one of them; empty matches nothing." })
  readonly in?: readonly string[] | null;

  @Field(() => Quantity, { nullable: true, description: "Greater." })
  readonly gt?: string | null;

  @Field(() => Quantity, { nullable: true, description: "Greater or equal." })
  readonly gte?: string | null;

  @Field(() => Quantity, { nullable: true, description: "Less." })
  readonly lt?: string | null;

  @Field(() => Quantity, { nullable: true, description: "Less or equal." })
  readonly lte?: string | null;
}

@InputType({ description: "Condition on a truth value." })
export class BooleanPredicate {
  @Field(() => Boolean, { nullable: true, description: "Equal; null = is absent." })
  readonly eq?: boolean | null;
}

@InputType({ description: "Condition on a time." })
export class TimePredicate {
  @Field(() => DateTime, { nullable: true, description: "Earlier than." })
  readonly before?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Later than." })
  readonly after?: string | null;

  @Field(() => Duration, {
    nullable: true,
    description: "Longer ago than, at the start of the operation; not in streams.",
  })
  readonly olderThan?: string | null;
}

@InputType({ description: "Condition on one label. The key alone: the label is there." })
export class LabelPredicate {
  @Field(() => String, { description: "Label key." })
  readonly key!: string;

  @Field(() => String, { nullable: true, description: "Its value equals; null = the label is absent." })
  readonly eq?: string | null;

  @Field(() => [String], { nullable: true, description: "Its value is one of them." })
  readonly in?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "Its value begins with it." })
  readonly startsWith?: string | null;

  @Field(() => String, { nullable: true, description: "Its value has it anywhere." })
  readonly contains?: string | null;
}
