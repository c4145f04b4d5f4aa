import { Field, InputType, Int, ObjectType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { ObjectRef } from "./object-ref.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

export const PropagationPolicy = createEnum("PropagationPolicy", "What becomes of dependents of a deleted object.", {
  BACKGROUND: "Deleted afterwards.",
  FOREGROUND: "Deleted first.",
  ORPHAN: "Kept, without owner.",
});
export type PropagationPolicy = keyof typeof PropagationPolicy;

@InputType({ description: "Input of deleteResource." })
export class DeleteResourceInput extends WriteInput {
  @Field(() => ObjectRef, { description: "What to delete." })
  readonly object!: ObjectRef;

  @Field(() => PropagationPolicy, { nullable: true, description: "Unset = the kind's default." })
  readonly propagationPolicy?: PropagationPolicy | null;

  @Field(() => Int, { nullable: true, description: "Unset = the object's own; 0 = at once." })
  readonly gracePeriodSeconds?: number | null;
}

@ObjectType({ description: "Result of deleteResource.", simpleResolvers: true })
export class DeleteResourcePayload extends WritePayload {
  @Written(() => KubernetesObject)
  readonly object!: KubernetesObject | null;
}
