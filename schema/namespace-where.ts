import { Field, InputType } from "type-graphql";
import { ObjectConditions } from "./object-conditions.ts";
import { StringPredicate } from "./predicates.ts";
import { And, Not, Or } from "./where-logic.ts";

@InputType({
  description:
    "Conditions on namespaces; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class NamespaceWhere extends ObjectConditions {
  @And(() => NamespaceWhere)
  readonly and?: readonly NamespaceWhere[] | null;

  @Or(() => NamespaceWhere)
  readonly or?: readonly NamespaceWhere[] | null;

  @Not(() => NamespaceWhere)
  readonly not?: NamespaceWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Namespace.phase: 'Active', 'Terminating'." })
  readonly phase?: StringPredicate | null;
}
