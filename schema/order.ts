import { Field, InputType } from "type-graphql";
import { OrderDirection } from "./order-direction.ts";

/** What every sort key has; each kind adds `field` by `OrderField`. */
@InputType({ description: "One sort key." })
export abstract class Order {
  @Field(() => OrderDirection, { defaultValue: "ASC", description: "ASC or DESC; nulls last either way." })
  readonly direction!: OrderDirection;
}

/** The `field` of a sort key, an enum made by `createEnum`. */
export function OrderField(type: () => object): PropertyDecorator {
  return Field(type, { description: "What to sort by." });
}
