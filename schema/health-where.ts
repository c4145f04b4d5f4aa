import { Field, InputType } from "type-graphql";
import { HealthState } from "./health.ts";
import { StringPredicate } from "./predicates.ts";

@InputType({ description: "Condition on a health state." })
export class HealthStatePredicate {
  @Field(() => HealthState, { nullable: true, description: "Equal." })
  readonly eq?: HealthState | null;

  @Field(() => [HealthState], { nullable: true, description: "One of them." })
  readonly in?: readonly HealthState[] | null;
}

@InputType({ description: "Conditions on a health." })
export class HealthWhere {
  @Field(() => HealthStatePredicate, { nullable: true, description: "The verdict." })
  readonly state?: HealthStatePredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Its reason." })
  readonly reason?: StringPredicate | null;
}
