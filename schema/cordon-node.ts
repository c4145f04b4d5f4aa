import { Field, InputType, ObjectType } from "type-graphql";
import { ClusterNode } from "./cluster-node.ts";
import { ObjectRef } from "./object-ref.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

@InputType({ description: "Input of cordonNode." })
export class CordonNodeInput extends WriteInput {
  @Field(() => ObjectRef, { description: "The node." })
  readonly object!: ObjectRef;
}

@ObjectType({ description: "Result of cordonNode.", simpleResolvers: true })
export class CordonNodePayload extends WritePayload {
  @Written(() => ClusterNode)
  readonly object!: ClusterNode | null;
}
