import { Field, InputType } from "type-graphql";
import { BooleanPredicate, IntPredicate, StringPredicate } from "./predicates.ts";
import { None, Some } from "./where-logic.ts";

@InputType({ description: "Conditions on a container." })
export class ContainerWhere {
  @Field(() => StringPredicate, { nullable: true, description: "Name." })
  readonly name?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Image as in the spec." })
  readonly image?: StringPredicate | null;

  @Field(() => BooleanPredicate, { nullable: true, description: "Ready." })
  readonly ready?: BooleanPredicate | null;

  @Field(() => IntPredicate, { nullable: true, description: "Restarts." })
  readonly restarts?: IntPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "'Waiting', 'Running', 'Terminated'." })
  readonly state?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Reason of the state." })
  readonly reason?: StringPredicate | null;
}

@InputType({ description: "Condition on a list of containers; both hold where both are set." })
export class ContainerListWhere {
  @Some(() => ContainerWhere)
  readonly some?: ContainerWhere | null;

  @None(() => ContainerWhere)
  readonly none?: ContainerWhere | null;
}
