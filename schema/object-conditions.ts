import { Field, InputType } from "type-graphql";
import { ClusterWhere } from "./cluster-where.ts";
import { OwnerWhere } from "./owner-where.ts";
import { LabelPredicate, StringPredicate, TimePredicate } from "./predicates.ts";

/** The conditions that objects of every kind take. */
@InputType({ description: "Conditions on any object." })
export abstract class ObjectConditions {
  @Field(() => StringPredicate, { nullable: true, description: "metadata.uid." })
  readonly uid?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "metadata.name." })
  readonly name?: StringPredicate | null;

  @Field(() => [LabelPredicate], { nullable: true, description: "All hold." })
  readonly labels?: readonly LabelPredicate[] | null;

  @Field(() => TimePredicate, { nullable: true, description: "metadata.creationTimestamp." })
  readonly createdAt?: TimePredicate | null;

  @Field(() => TimePredicate, { nullable: true, description: "null = not terminating." })
  readonly deletionTimestamp?: TimePredicate | null;

  @Field(() => OwnerWhere, { nullable: true, description: "The controlling owner; null = has none." })
  readonly owner?: OwnerWhere | null;

  @Field(() => ClusterWhere, { nullable: true, description: "The cluster the object was created in." })
  readonly cluster?: ClusterWhere | null;
}

/** The same, of a kind that lives in namespaces. */
@InputType({ description: "Conditions on any object in a namespace." })
export abstract class NamespacedConditions extends ObjectConditions {
  @Field(() => StringPredicate, { nullable: true, description: "metadata.namespace." })
  readonly namespace?: StringPredicate | null;
}
