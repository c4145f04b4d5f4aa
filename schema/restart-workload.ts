import { Field, InputType, ObjectType } from "type-graphql";
import { ObjectRef } from "./object-ref.ts";
import { Workload } from "./workload.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

@InputType({ description: "Input of restartWorkload." })
export class RestartWorkloadInput extends WriteInput {
  @Field(() => ObjectRef, { description: "What to restart." })
  readonly object!: ObjectRef;

  @Field(() => String, {
    nullable: true,
    description:
      "Value of the annotation, 1 to 63 characters: the same key restarts once. Unset = a new one each time.",
  })
  readonly idempotencyKey?: string | null;
}

@ObjectType({ description: "Result of restartWorkload.", simpleResolvers: true })
export class RestartWorkloadPayload extends WritePayload {
  @Written(() => Workload)
  readonly object!: Workload | null;
}
