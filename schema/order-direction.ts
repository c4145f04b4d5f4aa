import { createEnum } from "./create-enum.ts";

export const OrderDirection = createEnum("OrderDirection", "Direction of a sort key.", {
  ASC: "Smallest, earliest, first by code point.",
  DESC: "The reverse.",
});
export type OrderDirection = keyof typeof OrderDirection;
