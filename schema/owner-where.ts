import { Field, InputType } from "type-graphql";
import { StringPredicate } from "./predicates.ts";

@InputType({ description: "Conditions on the controlling owner reference." })
export class OwnerWhere {
  @Field(() => StringPredicate, { nullable: true, description: "Kind: 'ReplicaSet'." })
  readonly kind?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Name." })
  readonly name?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "metadata.uid." })
  readonly uid?: StringPredicate | null;
}
