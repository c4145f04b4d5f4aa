import { Field, ObjectType } from "type-graphql";
import { ChangeReason } from "./change-reason.ts";
import { ChangeType } from "./change-type.ts";
import type { OutputClass } from "./connection.ts";
import { ClusterReadState } from "./read-state.ts";

/** What every message of a stream of objects has; each kind adds `objects` by `Objects`. */
@ObjectType({ description: "A message of a stream.", simpleResolvers: true })
export abstract class ChangeMessage {
  @Field(() => ChangeType, { description: "What this message is." })
  readonly type!: ChangeType;

  @Field(() => ChangeReason, { nullable: true, description: "Why; null unless ADDED, MODIFIED or DELETED." })
  readonly reason!: ChangeReason | null;

  @Field(() => [ClusterReadState], {
    description: "All for SYNCED, the changed ones for CLUSTER_STATE, else none.",
  })
  readonly readStates!: readonly ClusterReadState[];

  @Field(() => String, {
    nullable: true,
    description:
      "Position after this message, for after; null in SNAPSHOT and RESYNC: an unfinished snapshot cannot be resumed.",
  })
  readonly cursor!: string | null;
}

/** The `objects` of a message. */
export function Objects(type: () => OutputClass): PropertyDecorator {
  return Field(() => [type()], {
    description: "One for ADDED, MODIFIED, DELETED; up to 500 for SNAPSHOT; else none.",
  });
}
