import { Field, InputType, ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { JsonScalar } from "./scalars/json.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

@InputType({ description: "Input of applyResource." })
export class ApplyResourceInput extends WriteInput {
  @Field(() => String, { description: "Cluster to write to." })
  readonly cluster!: string;

  @Field(() => JsonScalar, {
    description:
      "An object, or a string holding one JSON or YAML document. generateName, managedFields and status are BAD_USER_INPUT; metadata.uid and resourceVersion act as preconditions.",
  })
  readonly manifest!: unknown;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Take over fields that other managers own; else CONFLICT names them.",
  })
  readonly force!: boolean;
}

@ObjectType({ description: "Result of applyResource.", simpleResolvers: true })
export class ApplyResourcePayload extends WritePayload {
  @Written(() => KubernetesObject)
  readonly object!: KubernetesObject | null;

  @Field(() => Boolean, { description: "Whether it was not there before." })
  readonly created!: boolean;
}
