import { InputType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { Order, OrderField } from "./order.ts";

export const EventOrderField = createEnum("EventOrderField", "What events can be sorted by.", {
  CLUSTER: "Cluster name, home first.",
  NAMESPACE: "Namespace.",
  NAME: "Name, by code point.",
  CREATED_AT: "createdAt.",
  LAST_SEEN_AT: "lastSeenAt.",
  REASON: "reason.",
});
export type EventOrderField = keyof typeof EventOrderField;

@InputType({ description: "One sort key for events." })
export class EventOrder extends Order {
  @OrderField(() => EventOrderField)
  readonly field!: EventOrderField;
}
