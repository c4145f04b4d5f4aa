import { Field, InputType } from "type-graphql";
import { QuantityPredicate } from "./predicates.ts";

@InputType({ description: "Conditions on amounts." })
export class ResourceListWhere {
  @Field(() => QuantityPredicate, { nullable: true, description: "Cores." })
  readonly cpu?: QuantityPredicate | null;

  @Field(() => QuantityPredicate, { nullable: true, description: "Bytes." })
  readonly memory?: QuantityPredicate | null;
}
