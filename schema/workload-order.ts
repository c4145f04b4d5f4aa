import { InputType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { Order, OrderField } from "./order.ts";

export const WorkloadOrderField = createEnum("WorkloadOrderField", "What workloads can be sorted by.", {
  CLUSTER: "Cluster name, home first.",
  NAMESPACE: "Namespace.",
  NAME: "Name, by code point.",
  CREATED_AT: "createdAt.",
  KIND: "Kind.",
  REPLICAS: "replicas.",
  READY_REPLICAS: "readyReplicas.",
});
export type WorkloadOrderField = keyof typeof WorkloadOrderField;

@InputType({ description: "One sort key for workloads." })
export class WorkloadOrder extends Order {
  @OrderField(() => WorkloadOrderField)
  readonly field!: WorkloadOrderField;
}
