import { Field, InputType } from "type-graphql";
import { FloatPredicate, StringPredicate } from "./predicates.ts";

@InputType({ description: "Conditions on a place." })
export class GeoWhere {
  @Field(() => StringPredicate, { nullable: true, description: "geo.continent." })
  readonly continent?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "geo.countryIso." })
  readonly countryIso?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "geo.stateIso." })
  readonly stateIso?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "geo.city." })
  readonly city?: StringPredicate | null;

  @Field(() => FloatPredicate, { nullable: true, description: "geo.latitude." })
  readonly latitude?: FloatPredicate | null;

  @Field(() => FloatPredicate, { nullable: true, description: "geo.longitude." })
  readonly longitude?: FloatPredicate | null;
}
