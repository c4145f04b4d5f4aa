import { Field, InputType, ObjectType } from "type-graphql";
import { KeyValueInput } from "./key-value.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { ObjectRef } from "./object-ref.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

@InputType({ description: "Input of labelResource." })
export class LabelResourceInput extends WriteInput {
  @Field(() => ObjectRef, { description: "What to label." })
  readonly object!: ObjectRef;

  @Field(() => [KeyValueInput], { defaultValue: [], description: "Labels to set, whatever their value was." })
  readonly set!: readonly KeyValueInput[];

  @Field(() => [String], { defaultValue: [], description: "Keys to remove; absent ones are passed over." })
  readonly remove!: readonly string[];
}

@ObjectType({ description: "Result of labelResource.", simpleResolvers: true })
export class LabelResourcePayload extends WritePayload {
  @Written(() => KubernetesObject)
  readonly object!: KubernetesObject | null;
}
