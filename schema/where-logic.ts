import { Field } from "type-graphql";
import type { ClassType } from "type-graphql";

/** `and` of a where input. */
export function And(type: () => ClassType): PropertyDecorator {
  return Field(() => [type()], { nullable: true, description: "All hold." });
}

/** `or` of a where input. */
export function Or(type: () => ClassType): PropertyDecorator {
  return Field(() => [type()], { nullable: true, description: "At least one holds; empty matches nothing." });
}

/** `not` of a where input. */
export function Not(type: () => ClassType): PropertyDecorator {
  return Field(type, { nullable: true, description: "Does not hold." });
}

/** `some` of a condition on a list. */
export function Some(type: () => ClassType): PropertyDecorator {
  return Field(type, { nullable: true, description: "At least one matches; {} = the list is not empty." });
}

/** `none` of a condition on a list. */
export function None(type: () => ClassType): PropertyDecorator {
  return Field(type, { nullable: true, description: "None matches; {} = the list is empty." });
}
