import { createUnionType, Field, ObjectType } from "type-graphql";
import { ClusterEndpoint } from "./cluster-endpoint.ts";
import { ClusterNode } from "./cluster-node.ts";
import { Cluster } from "./cluster.ts";
import { HealthState } from "./health.ts";
import { DateTime } from "./scalars/date-time.ts";

export const HealthSubject = createUnionType({
  name: "HealthSubject",
  description: "What a health is of. Grows in minor releases: select what you know, and __typename.",
  types: () => [Cluster, ClusterEndpoint, ClusterNode] as const,
});
export type HealthSubject = Cluster | ClusterEndpoint | ClusterNode;

@ObjectType({ description: "A health went from one state to another; once for each change.", simpleResolvers: true })
export class HealthChanged {
  @Field(() => HealthSubject, { description: "What changed." })
  readonly subject!: HealthSubject;

  @Field(() => HealthState, { description: "State before." })
  readonly from!: HealthState;

  @Field(() => HealthState, { description: "State after." })
  readonly to!: HealthState;

  @Field(() => String, { nullable: true, description: "CamelCase: why." })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true, description: "For people." })
  readonly message!: string | null;

  @Field(() => DateTime, { description: "When it was noticed." })
  readonly at!: string;

  @Field(() => String, { description: "Position after this message." })
  readonly cursor!: string;
}
