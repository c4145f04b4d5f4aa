import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "./scalars/date-time.ts";

@ObjectType({ description: "One entry of status.conditions, in Kubernetes' shape.", simpleResolvers: true })
export class Condition {
  @Field(() => String, { description: "'Ready', 'Available', 'MemoryPressure'." })
  readonly type!: string;

  @Field(() => String, { description: "'True', 'False' or 'Unknown'." })
  readonly status!: string;

  @Field(() => String, { nullable: true, description: "CamelCase reason." })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true, description: "For people." })
  readonly message!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When status last changed." })
  readonly lastTransitionTime!: string | null;

  @Field(() => Int, { nullable: true, description: "Generation it was computed for." })
  readonly observedGeneration!: number | null;
}
