import { Field, Float, ObjectType } from "type-graphql";
import { BigIntScalar } from "./scalars/big-int.ts";

@ObjectType({ description: "One key of a group.", simpleResolvers: true })
export class GroupKey {
  @Field(() => String, { description: "What was grouped by: the field's enum value, or the label key." })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "Its value, as a string; null where the object has none." })
  readonly value!: string | null;
}

@ObjectType({
  description: "Figures over a group; null where no object has a value, sum then 0.",
  simpleResolvers: true,
})
export class Aggregate {
  @Field(() => BigIntScalar, { description: "Exact sum." })
  readonly sum!: bigint;

  @Field(() => Float, { nullable: true, description: "Mean of those with a value." })
  readonly avg!: number | null;

  @Field(() => BigIntScalar, { nullable: true, description: "Smallest." })
  readonly min!: bigint | null;

  @Field(() => BigIntScalar, { nullable: true, description: "Largest." })
  readonly max!: bigint | null;
}

@ObjectType({ description: "Figures of compute resources over a group.", simpleResolvers: true })
export class ResourceAggregate {
  @Field(() => Aggregate, { description: "Thousandths of a core." })
  readonly cpuMilli!: Aggregate;

  @Field(() => Aggregate, { description: "Bytes." })
  readonly memoryBytes!: Aggregate;
}
