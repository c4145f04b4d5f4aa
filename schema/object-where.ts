import { InputType } from "type-graphql";
import { NamespacedConditions } from "./object-conditions.ts";
import { And, Not, Or } from "./where-logic.ts";

@InputType({
  description:
    "Conditions on objects of any kind; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class ObjectWhere extends NamespacedConditions {
  @And(() => ObjectWhere)
  readonly and?: readonly ObjectWhere[] | null;

  @Or(() => ObjectWhere)
  readonly or?: readonly ObjectWhere[] | null;

  @Not(() => ObjectWhere)
  readonly not?: ObjectWhere | null;
}
