import { Field, InputType } from "type-graphql";
import { StringPredicate } from "./predicates.ts";
import { None, Some } from "./where-logic.ts";

@InputType({ description: "Conditions on a taint." })
export class TaintWhere {
  @Field(() => StringPredicate, { nullable: true, description: "Key: 'node.kubernetes.io/unreachable'." })
  readonly key?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Value; null = has none." })
  readonly value?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "'NoSchedule', 'PreferNoSchedule' or 'NoExecute'." })
  readonly effect?: StringPredicate | null;
}

@InputType({ description: "Condition on a list of taints; both hold where both are set." })
export class TaintListWhere {
  @Some(() => TaintWhere)
  readonly some?: TaintWhere | null;

  @None(() => TaintWhere)
  readonly none?: TaintWhere | null;
}
