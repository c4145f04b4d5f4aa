import { Field, ObjectType } from "type-graphql";
import { Group } from "./aggregate-group.ts";
import { Aggregate } from "./aggregate.ts";
import { createEnum } from "./create-enum.ts";

export const WorkloadGroupField = createEnum("WorkloadGroupField", "What workloads can be grouped by.", {
  CLUSTER: "Cluster name.",
  NAMESPACE: "Namespace.",
  KIND: "Kind.",
  HEALTH: "health.state.",
});
export type WorkloadGroupField = keyof typeof WorkloadGroupField;

@ObjectType({ description: "A group of workloads.", simpleResolvers: true })
export class WorkloadGroup extends Group {
  @Field(() => Aggregate, { description: "Pods wanted." })
  readonly replicas!: Aggregate;

  @Field(() => Aggregate, { description: "Pods ready." })
  readonly readyReplicas!: Aggregate;
}
