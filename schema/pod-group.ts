import { Field, ObjectType } from "type-graphql";
import { Group } from "./aggregate-group.ts";
import { Aggregate, ResourceAggregate } from "./aggregate.ts";
import { createEnum } from "./create-enum.ts";

export const PodGroupField = createEnum("PodGroupField", "What pods can be grouped by.", {
  CLUSTER: "Cluster name.",
  NAMESPACE: "Namespace.",
  NODE: "nodeName.",
  PHASE: "phase.",
  REASON: "reason.",
  HEALTH: "health.state.",
  WORKLOAD:
    "Top of the controller chain as 'Kind/name'; counts apart by cluster and namespace only where those are fields too.",
  CONTINENT: "geo.continent of the node.",
  COUNTRY_ISO: "geo.countryIso of the node.",
  STATE_ISO: "geo.stateIso of the node.",
  CITY: "geo.city of the node.",
});
export type PodGroupField = keyof typeof PodGroupField;

@ObjectType({ description: "A group of pods.", simpleResolvers: true })
export class PodGroup extends Group {
  @Field(() => Aggregate, { description: "Restarts." })
  readonly restarts!: Aggregate;

  @Field(() => ResourceAggregate, { description: "Effective requests." })
  readonly requests!: ResourceAggregate;

  @Field(() => ResourceAggregate, { description: "Effective limits." })
  readonly limits!: ResourceAggregate;
}
