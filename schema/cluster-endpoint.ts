import { Field, ObjectType } from "type-graphql";
import { Health } from "./health.ts";
import { DateTime } from "./scalars/date-time.ts";
import { UrlScalar } from "./scalars/url.ts";

@ObjectType({ description: "One address of an API server.", simpleResolvers: true })
export class ClusterEndpoint {
  @Field(() => UrlScalar, { description: "Address." })
  readonly url!: string;

  @Field(() => Health, { description: "From its own probe." })
  readonly health!: Health;

  @Field(() => DateTime, { nullable: true, description: "When last probed; null before the first." })
  readonly lastProbeAt!: string | null;
}
