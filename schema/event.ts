import { Field, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { ObjectReference } from "./object-reference.ts";
import { DateTime } from "./scalars/date-time.ts";

@ObjectType({
  description: "A Kubernetes event, of either API group: one object, apiVersion always v1.",
  implements: [Node, KubernetesObject],
  simpleResolvers: true,
})
export class Event extends KubernetesObject {
  @Field(() => String, { description: "metadata.namespace." })
  override readonly namespace!: string;

  @Field(() => String, { description: "'Normal' or 'Warning'." })
  readonly type!: string;

  @Field(() => String, { description: "CamelCase: 'FailedScheduling'; empty where unset." })
  readonly reason!: string;

  @Field(() => String, { description: "For people; note in events.k8s.io." })
  readonly message!: string;

  @Field(() => String, { nullable: true, description: "What was done; null where unset." })
  readonly action!: string | null;

  @Field(() => Int, { description: "How often, series included; at least 1." })
  readonly count!: number;

  @Field(() => DateTime, { nullable: true, description: "First time." })
  readonly firstSeenAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "Last time, as under kubectl's LAST SEEN." })
  readonly lastSeenAt!: string | null;

  @Field(() => String, { nullable: true, description: "Who reported it." })
  readonly reportingController!: string | null;

  @Field(() => ObjectReference, { description: "What it is about." })
  readonly regarding!: ObjectReference;
}
