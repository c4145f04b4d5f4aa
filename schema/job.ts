import { Field, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { DateTime } from "./scalars/date-time.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A Job.", implements: [Node, KubernetesObject, Workload], simpleResolvers: true })
export class Job extends Workload {
  @Field(() => Int, { nullable: true, description: "Successful pods wanted; null = any one." })
  readonly completions!: number | null;

  @Field(() => Int, { description: "Pods running or pending." })
  readonly active!: number;

  @Field(() => Int, { description: "Pods that succeeded." })
  readonly succeeded!: number;

  @Field(() => Int, { description: "Pods that failed." })
  readonly failed!: number;

  @Field(() => Boolean, { description: "spec.suspend." })
  readonly suspended!: boolean;

  @Field(() => DateTime, { nullable: true, description: "status.startTime." })
  readonly startedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "status.completionTime; null unless it succeeded." })
  readonly completedAt!: string | null;
}
