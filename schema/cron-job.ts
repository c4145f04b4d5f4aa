import { Field, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { DateTime } from "./scalars/date-time.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A CronJob.", implements: [Node, KubernetesObject, Workload], simpleResolvers: true })
export class CronJob extends Workload {
  @Field(() => String, { description: "Cron expression: '*/5 * * * *'." })
  readonly schedule!: string;

  @Field(() => String, { nullable: true, description: "IANA name; null = the controller manager's." })
  readonly timeZone!: string | null;

  @Field(() => Boolean, { description: "spec.suspend." })
  readonly suspended!: boolean;

  @Field(() => DateTime, { nullable: true, description: "When a Job was last made." })
  readonly lastScheduledAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When a Job last succeeded." })
  readonly lastSuccessfulAt!: string | null;
}
