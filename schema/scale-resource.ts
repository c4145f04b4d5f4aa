import { Field, InputType, Int, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { ObjectRef } from "./object-ref.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

@InputType({ description: "Input of scaleResource." })
export class ScaleResourceInput extends WriteInput {
  @Field(() => ObjectRef, { description: "What to scale." })
  readonly object!: ObjectRef;

  @Field(() => Int, { description: "Pods wanted; 0 or more." })
  readonly replicas!: number;
}

@ObjectType({ description: "Result of scaleResource.", simpleResolvers: true })
export class ScaleResourcePayload extends WritePayload {
  @Written(() => KubernetesObject)
  readonly object!: KubernetesObject | null;
}
