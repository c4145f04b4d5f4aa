import { InputType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { Order, OrderField } from "./order.ts";

export const ClusterNodeOrderField = createEnum("ClusterNodeOrderField", "What nodes can be sorted by.", {
  CLUSTER: "Cluster name, home first.",
  NAME: "Name, by code point.",
  CREATED_AT: "createdAt.",
  KUBELET_VERSION: "kubeletVersion.",
  COUNTRY_ISO: "geo.countryIso.",
  CPU_ALLOCATABLE: "allocatable.cpu.",
  MEMORY_ALLOCATABLE: "allocatable.memory.",
});
export type ClusterNodeOrderField = keyof typeof ClusterNodeOrderField;

@InputType({ description: "One sort key for nodes." })
export class ClusterNodeOrder extends Order {
  @OrderField(() => ClusterNodeOrderField)
  readonly field!: ClusterNodeOrderField;
}
