import { Field, InputType } from "type-graphql";
import { NamespacedConditions } from "./object-conditions.ts";
import { StringPredicate } from "./predicates.ts";
import { And, Not, Or } from "./where-logic.ts";

@InputType({
  description:
    "Conditions on services; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class ServiceWhere extends NamespacedConditions {
  @And(() => ServiceWhere)
  readonly and?: readonly ServiceWhere[] | null;

  @Or(() => ServiceWhere)
  readonly or?: readonly ServiceWhere[] | null;

  @Not(() => ServiceWhere)
  readonly not?: ServiceWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Service.type: 'LoadBalancer'." })
  readonly type?: StringPredicate | null;
}
