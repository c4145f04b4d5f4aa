import { InputType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { Order, OrderField } from "./order.ts";

export const ObjectOrderField = createEnum(
  "ObjectOrderField",
  "What namespaces, services and objects of any kind can be sorted by.",
  {
    CLUSTER: "Cluster name, home first.",
    NAMESPACE: "Namespace.",
    NAME: "Name, by code point.",
    CREATED_AT: "createdAt.",
  },
);
export type ObjectOrderField = keyof typeof ObjectOrderField;

@InputType({ description: "One sort key for namespaces, services and objects of any kind." })
export class ObjectOrder extends Order {
  @OrderField(() => ObjectOrderField)
  readonly field!: ObjectOrderField;
}
