import { Field, InputType } from "type-graphql";
import { NamespacedConditions } from "./object-conditions.ts";
import { StringPredicate, TimePredicate } from "./predicates.ts";
import { And, Not, Or } from "./where-logic.ts";

@InputType({ description: "Conditions on a reference." })
export class ObjectReferenceWhere {
  @Field(() => StringPredicate, {
    nullable: true,
    description: "Group and version: 'v1', 'apps/v1'; null = the event does not say.",
  })
  readonly apiVersion?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Kind: 'Pod'." })
  readonly kind?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Namespace; null = cluster-scoped." })
  readonly namespace?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Name." })
  readonly name?: StringPredicate | null;
}

@InputType({
  description:
    "Conditions on events; all that are set hold. Unset = no condition; null = is absent (for and, or, not: like unset).",
})
export class EventWhere extends NamespacedConditions {
  @And(() => EventWhere)
  readonly and?: readonly EventWhere[] | null;

  @Or(() => EventWhere)
  readonly or?: readonly EventWhere[] | null;

  @Not(() => EventWhere)
  readonly not?: EventWhere | null;

  @Field(() => StringPredicate, { nullable: true, description: "'Normal' or 'Warning'." })
  readonly type?: StringPredicate | null;

  @Field(() => StringPredicate, { nullable: true, description: "Event.reason: 'FailedScheduling'." })
  readonly reason?: StringPredicate | null;

  @Field(() => TimePredicate, { nullable: true, description: "Event.lastSeenAt." })
  readonly lastSeenAt?: TimePredicate | null;

  @Field(() => ObjectReferenceWhere, { nullable: true, description: "What it is about." })
  readonly regarding?: ObjectReferenceWhere | null;
}
