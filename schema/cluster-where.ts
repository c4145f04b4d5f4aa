import { Field, InputType } from "type-graphql";
import { ClusterRole } from "./cluster.ts";
import { HealthWhere } from "./health-where.ts";
import { LabelPredicate, StringPredicate } from "./predicates.ts";
import { And, Not, Or } from "./where-logic.ts";

@InputType({ description: "Condition on a role." })
export class ClusterRolePredicate {
  @Field(() => ClusterRole, { nullable: true, description: "Equal." })
  readonly eq?: ClusterRole | null;
}

@InputType({ description: "Conditions on a cluster." })
export class ClusterWhere {
  @And(() => ClusterWhere)
  readonly and?: readonly ClusterWhere[] | null;

  @Or(() => ClusterWhere)
  readonly or?: readonly ClusterWhere[] | null;

  @Not(() => ClusterWhere)
  readonly not?: ClusterWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Name." })
  readonly name?: StringPredicate | null;

  @Field(() => ClusterRolePredicate, { nullable: true, description: "HOME or ABROAD." })
  readonly role?: ClusterRolePredicate | null;

  @Field(() => [LabelPredicate], { nullable: true, description: "All hold." })
  readonly labels?: readonly LabelPredicate[] | null;

  @Field(() => HealthWhere, { nullable: true, description: "Cluster.health." })
  readonly health?: HealthWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "Server version." })
  readonly version?: StringPredicate | null;
}
