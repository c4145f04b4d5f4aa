import { Field, ObjectType } from "type-graphql";
import { Group } from "./aggregate-group.ts";
import { ResourceAggregate } from "./aggregate.ts";
import { createEnum } from "./create-enum.ts";

export const ClusterNodeGroupField = createEnum("ClusterNodeGroupField", "What nodes can be grouped by.", {
  CLUSTER: "Cluster name.",
  READY: "'true' or 'false'.",
  SCHEDULABLE: "'true' or 'false'.",
  HEALTH: "health.state.",
  KUBELET_VERSION: "kubeletVersion.",
  ARCHITECTURE: "architecture.",
  CONTINENT: "geo.continent of the node.",
  COUNTRY_ISO: "geo.countryIso of the node.",
  STATE_ISO: "geo.stateIso of the node.",
  CITY: "geo.city of the node.",
});
export type ClusterNodeGroupField = keyof typeof ClusterNodeGroupField;

@ObjectType({ description: "A group of nodes.", simpleResolvers: true })
export class ClusterNodeGroup extends Group {
  @Field(() => ResourceAggregate, { description: "Capacity." })
  readonly capacity!: ResourceAggregate;

  @Field(() => ResourceAggregate, { description: "Allocatable." })
  readonly allocatable!: ResourceAggregate;
}
