import { InputType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { Order, OrderField } from "./order.ts";

export const PodOrderField = createEnum("PodOrderField", "What pods can be sorted by.", {
  CLUSTER: "Cluster name, home first.",
  NAMESPACE: "Namespace.",
  NAME: "Name, by code point.",
  CREATED_AT: "createdAt.",
  PHASE: "phase.",
  REASON: "reason.",
  RESTARTS: "restarts.",
  NODE_NAME: "nodeName.",
  STARTED_AT: "startedAt.",
  CPU_REQUESTS: "requests.cpu.",
  MEMORY_REQUESTS: "requests.memory.",
});
export type PodOrderField = keyof typeof PodOrderField;

@InputType({ description: "One sort key for pods." })
export class PodOrder extends Order {
  @OrderField(() => PodOrderField)
  readonly field!: PodOrderField;
}
