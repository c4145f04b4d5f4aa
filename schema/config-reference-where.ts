import { Field, InputType } from "type-graphql";
import { StringPredicate } from "./predicates.ts";
import { None, Some } from "./where-logic.ts";

@InputType({ description: "Conditions on a reference to a ConfigMap or Secret." })
export class ConfigReferenceWhere {
  @Field(() => StringPredicate, { nullable: true, description: "'ConfigMap' or 'Secret'." })
  readonly kind?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Name." })
  readonly name?: StringPredicate | null;
}

@InputType({ description: "Condition on a list of references; both hold where both are set." })
export class ConfigReferenceListWhere {
  @Some(() => ConfigReferenceWhere)
  readonly some?: ConfigReferenceWhere | null;

  @None(() => ConfigReferenceWhere)
  readonly none?: ConfigReferenceWhere | null;
}
